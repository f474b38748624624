"""A rule kind is one new file: it is found, documented, in the schema, and tried like all the others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import allocator
from allocator.report.json_schemas import rules_schema
from allocator.rules import kinds
from allocator.rules.blanks import blanks
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from allocator.rules.sentences import Sentence
from new_module import new_module
from test_kinds_examples import test_a_kind_has_examples_and_says_what_it_is as says_what_it_is
from test_kinds_examples import test_about_names_what_breaches_name as about_is_right
from test_kinds_examples import test_examples_are_kept_and_broken_as_they_say as examples_are_right
from test_kinds_moved_bounds import unnoticed
from test_kinds_two_way import assert_two_way
from test_sentences_kinds import sentence_faults
from worlds import trials

SOURCE = '''"""crowd: a slot has at most so many members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Crowd(Rule):
    """A slot has at most ``most`` members in a period; each one more costs 1."""

    name: ClassVar[str] = "crowd"
    summary: ClassVar[Text] = Text(zh="不得拥挤", en="not too many at once")
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>至多有 {most} 个<who>",
        en="each <where> has at most {most} <whos>",
        labels={"most": Text(zh="至多", en="at most")},
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "crowd", "on": "turn", "most": 1},
            kept=("Wang=East@all Li=West@all",),
            broken=("all=East@2026",),
        ),
    )

    kind: Literal["crowd"]
    most: int

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """One row for each slot and period."""
        for s in scope.slots.tolist():
            for t in scope.periods:
                writer.at_most(Expr.of(writer.grid()[:, s, :, t]), self.most, Subject(slot=s, period=t))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Count the members."""
        for s in scope.slots.tolist():
            for t in scope.periods:
                over = len(roster[self.on].members(s, t)) - self.most
                if over > 0:
                    yield Breach(Subject(slot=s, period=t), over)
'''

#: In one process: to start the program anew for each call would take seconds.
FOUR_CALLS = """
import sys
from allocator.cli.main import run
assert run(["kinds", "--lang", "en"]) == 0
for call in (["kinds", "crowd", "--lang", "en"], ["kinds", "crowd", "--lang", "zh"], ["schema", "rules"]):
    sys.stdout.write(chr(0))
    assert run(call) == 0
"""


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[type[Rule]]:
    """Yield a kind whose file lies in a further folder of kinds, for as long as a test runs."""
    with new_module(kinds, "crowd", SOURCE, tmp_path, all_kinds) as name:
        yield import_module(name).Crowd


def test_a_new_file_is_found_and_in_the_schema(crowd: type[Rule]) -> None:
    assert all_kinds()["crowd"] is crowd
    assert list(all_kinds()) == sorted(all_kinds())
    schema = rules_schema()
    assert "most" in schema["$defs"]["Crowd"]["properties"]
    assert "crowd" in schema["properties"]["rules"]["items"]["discriminator"]["mapping"]


def test_a_new_kind_is_tried_like_the_others(crowd: type[Rule]) -> None:
    own = trials({"crowd": crowd})
    assert [str(trial) for trial in own] == ["crowd-0-hard", "crowd-0-2"]
    says_what_it_is(crowd)
    about_is_right(crowd)
    for trial in own:
        examples_are_right(trial)
        assert_two_way(trial)
    assert unnoticed(crowd) == []


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (None, "the kind has no sentence"),
        (Sentence(zh="不得拥挤", en="not too many"), "zh: the field most has no blank"),
        (Sentence(zh="至多 {most}{fewest}", en="at most {most}"), "zh: the blank fewest names no field"),
        (Sentence(zh="至多 {most}", en="at most {most}"), "the blank most has no name in both languages"),
        (Sentence(zh="<whom>至多 {most}", en="at most {most}"), "zh: no noun is called whom"),
        (Sentence(zh="[least?至多 {most}]", en="at most {most}"), "zh: the guard least names no field"),
    ],
)
def test_a_new_kind_needs_a_sentence_that_fits(
    crowd: type[Rule], monkeypatch: pytest.MonkeyPatch, sentence: Sentence | None, fault: str
) -> None:
    assert list(sentence_faults(crowd)) == []
    blanks.cache_clear()
    if sentence is None:
        monkeypatch.delattr(crowd, "sentence")
    else:
        monkeypatch.setattr(crowd, "sentence", sentence)
    assert fault in list(sentence_faults(crowd))
    blanks.cache_clear()


def test_a_new_kind_whose_program_and_check_differ_is_found_out(
    crowd: type[Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(self: Rule, writer: object, scope: object) -> None:
        """Ask nothing."""

    monkeypatch.setattr(crowd, "post", post)
    for trial in trials({"crowd": crowd}):
        with pytest.raises(AssertionError, match="plans"):
            assert_two_way(trial)
    assert any("never used" in line for line in unnoticed(crowd))


def test_the_command_line_knows_a_new_kind(tmp_path: Path) -> None:
    package = tmp_path / "allocator"
    shutil.copytree(Path(allocator.__file__).parent, package)  # with what is compiled already
    (package / "rules" / "kinds" / "crowd.py").write_text(SOURCE, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FOUR_CALLS],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    listed, told, in_chinese, schema = done.stdout.split("\0")
    assert "crowd" in listed
    assert "at most most members" in " ".join(told.replace("`", "").split())
    assert "不得拥挤" in in_chinese
    assert "Crowd" in json.loads(schema)["$defs"]
