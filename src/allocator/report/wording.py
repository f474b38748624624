"""The words of reports in both languages: statuses, levels, kinds of units and groups."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model import entity_words
from allocator.model.plan import HARD, Level, Plan
from allocator.model.text import Text
from allocator.verify import is_proved_twice

STATUS: Mapping[str, Text] = {
    "optimal": Text(zh="最优（已证明）", en="optimal (proved)"),
    "feasible": Text(zh="可行", en="feasible"),
    "infeasible": Text(zh="无解（已证明）", en="infeasible (proved)"),
    "unknown": Text(zh="限时内未找到方案", en="no plan found in time"),
}
#: Words for a status that a second solver has proved, too.
STATUS_TWICE: Mapping[str, Text] = {
    "optimal": Text(zh="最优（双重证明）", en="optimal (proved twice)"),
    "infeasible": Text(zh="无解（双重证明）", en="infeasible (proved twice)"),
}

KINDS: Mapping[str, Text] = {
    **{kind: entity_words.KINDS["groups"][kind] for kind in ("zone", "host", "centre")},
    **{kind: entity_words.KINDS["units"][kind] for kind in ("office", "township", "agency")},
}

TABLES: Mapping[str, Text] = {
    "units": Text(zh="单位", en="units"),
    "people": Text(zh="人员", en="people"),
    "groups": Text(zh="机构（组）", en="groups"),
    "cases": Text(zh="案件", en="cases"),
    "postings": Text(zh="任职经历", en="postings"),
    "absences": Text(zh="离岗", en="absences"),
    "ties": Text(zh="人员关系", en="ties"),
    "links": Text(zh="单位关系", en="links"),
    "indicators": Text(zh="指标", en="indicators"),
    "identities": Text(zh="身份认定", en="identities"),
    "wishes": Text(zh="意愿", en="wishes"),
}


def status_text(plan: Plan) -> Text:
    """Return the status of a plan in words, and whether one solver proved it or two."""
    return STATUS_TWICE[plan.status] if is_proved_twice(plan) else STATUS[plan.status]


def kind_text(kind: str) -> Text:
    """Return the word for a kind of unit or group, or the kind itself."""
    return KINDS.get(kind) or Text(zh=kind, en=kind)


def level_text(level: Level, titles: Mapping[int, Text]) -> Text:
    """Return the name of a level: ``hard``, or its number with the title in the scenario."""
    if level == HARD:
        return Text(zh="硬规则", en="hard")
    title = titles.get(level, Text())
    return Text(zh=f"{level} {title('zh')}".strip(), en=f"{level} {title('en')}".strip())
