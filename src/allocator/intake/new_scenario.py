"""The ``scenario.yaml`` and the rule pack with which an import begins a scenario, and its ``import.yaml``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from allocator.errors import Fault
from allocator.intake.import_notes import COLUMN, note_line, short
from allocator.intake.roster_layout import FoundRoster
from allocator.intake.roster_reader import RosterPerson
from allocator.model.reading.scenario_location import SCENARIO_FILE
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Text

PACK = "roster-rules"
#: Words for grades, highest first, each with its id and English word.
_LADDER = """
正厅级 厅局级正职 department_head 正厅|副厅级 厅局级副职 department_deputy 副厅|
正处级 县处级正职 division_head 正处|副处级 县处级副职 division_deputy 副处|
正科级 乡科级正职 section_head 正科|副科级 乡科级副职 section_deputy 副科|
正 正职 head 正|副 副职 deputy 副|干部 一般干部 cadre 科员
"""


def grade_ladder(found: Iterable[str]) -> Mapping[str, str]:
    """Return the words for grades of a roster, highest first, each with an id; unknown words come last."""
    words = {word: None for word in found if word}
    ladder: dict[str, str] = {}
    for step in _LADDER.replace("\n", "").split("|"):
        parts = step.split()
        made = next(part for part in parts if part.isascii())
        for word in words:
            if word in parts:
                ladder[word] = made if made not in ladder.values() else f"{made}_{len(ladder) + 1}"
    others = (word for word in words if word not in ladder)
    return {**ladder, **{word: f"grade_{number}" for number, word in enumerate(others, start=1)}}


def scenario_text(name: str, year: int, grades: Mapping[str, str], *, has_kin: bool) -> str:
    """Return a commented ``scenario.yaml`` for people to be posted to units.

    Args:
        name: Name of the scenario.
        year: The first year of the horizon.
        grades: The words for grades with their ids, highest first; the usual ladder if empty.
        has_kin: Whether there are ties of kin, which the rules may then name.
    """
    ladder = "".join(
        f"  - {{id: {made}, zh: {_quoted(word)}, en: {made.replace('_', ' ')}}}\n"
        for word, made in grades.items()
    )
    written = f"grades:\n{ladder}" if ladder else "# grades: 正 > 副 > 干部\n"
    kin = "亲属关系在 ties.csv；" if has_kin else ""
    return f"""\
# 由 allocator import 从花名册建立。表格：units 单位，people 人员，ties 关系，postings 任职经历（.csv）。
# Made by allocator import from rosters: units.csv, people.csv, ties.csv (kin), postings.csv (posts).
# 再次导入只并入表格，不改动本文件。 A second import merges the tables and leaves this file alone.
scenario: {_quoted(name)}
title: {{zh: {_quoted(name)}, en: {_quoted(name)}}}

# 规划的周期；写年份即整年。 The horizon; a year stands for all of it.
periods: [{year}]

# 职务层次，由高到低，取自花名册。 The ladder of grades, highest first, as the roster has them.
{written}
# 层：人员去哪个单位，每期一次。 The layer: which person goes to which unit, in every period.
# 若要编入工作组：另建 groups.csv（id,name,kind），把 slots 改为 groups。
# To post people to groups instead: write groups.csv (id,name,kind) and say slots: groups.
layers:
  posting:
    title: {{zh: 岗位安排, en: Postings}}
    items: people
    slots: units

# 目标的级别：小的优先。 Levels of the objective: a smaller number comes first.
levels:
  1: {{zh: 人员稳定, en: few moves}}

# 规则包：本文件夹的 {PACK}.yaml（{kin}任职经历供轮岗规则使用）。其他种类见 allocator kinds。
# The rules: {PACK}.yaml in this folder. The other kinds: allocator kinds.
rules: [{PACK}]
"""


def rules_text(*, has_kin: bool) -> str:
    """Return the rule pack of a new scenario: kin apart, and few moves."""
    kin = """\
  # 夫妻、直系血亲、三代以内旁系血亲、近姻亲不在同一单位。 Spouses, kin and in-laws do not serve in one unit.
  - id: kin
    kind: apart
    on: posting
    ties: [spouse, kin, in_law]
    why: {zh: 任职回避, en: relatives serve apart}
"""
    return f"""\
# 规则包；种类见 allocator kinds，字段见 allocator kinds 种类名。 A rule pack; see allocator kinds [KIND].
pack: {PACK}
title: {{zh: 花名册规则, en: Rules of the roster}}
rules:
{kin if has_kin else ""}  # 少调动。 As few moves as can be.
  - id: keep-people
    kind: stability
    on: posting
    level: 1
    why: {{zh: 少调动, en: few moves}}
"""


def notes_text(rosters: Iterable[FoundRoster]) -> str:
    """Return the first ``import.yaml``: how each column was taken, to be corrected line by line."""
    lines: dict[str, str] = {}
    for roster in rosters:
        for column in roster.columns:
            key = COLUMN + short(column.header)
            if column.field:
                lines.setdefault(key, note_line(key, [column.field]))
    listed = "\n".join(lines.values())
    return f"""\
# allocator import 读这个文件：改正列的含义、不读的行、对问题的回答，各占一行，加在末尾即可。
# allocator import reads this file: what columns mean, rows to skip, answers; one a line, at the end.
#   "column 列名": "字段名" 或 "skip"（不读）   "文件:表:行=内容": "skip"   "文件:表:行:列=内容": "1975.10"
{listed}
"""


def unknown_grades(spec: ScenarioSpec, book: str, people: Sequence[RosterPerson]) -> Iterator[Fault]:
    """Yield a remark for each grade of the people that a scenario does not have.

    Args:
        spec: The settings of the scenario.
        book: Name of the workbook that holds them; empty for ``scenario.yaml``.
        people: The people of the rosters.
    """
    known = {word for grade in spec.grades for word in (grade.id, grade.zh, grade.en)}
    for word in dict.fromkeys(one.values.get("grade", "") for one in people):
        if not word or word in known:
            continue
        made = f"grade_{len(known) + 1}"
        if book:
            line = f"职级 | {made} | {short(word)}"
            yield Fault(_NO_GRADE_ROW, book, 0, "", word, line)
        else:
            line = f'- {{id: {made}, zh: "{short(word)}", en: "{short(word)}"}}'
            yield Fault(_NO_GRADE, SCENARIO_FILE, 0, "grades", word, line)


_NO_GRADE = Text(
    zh="花名册的这个职务层次不在 scenario.yaml 的 grades 中，请补上",
    en="is a grade of the roster that scenario.yaml does not have: add it to grades",
)
_NO_GRADE_ROW = Text(
    zh="花名册的这个职务层次不在“设置”表的职级中，请按高低插入一行",
    en="is a grade of the roster that the sheet Settings does not have: insert a row for it, in its order",
)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
