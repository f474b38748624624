"""Hostile text is shown as escapes, and no number of 64 bits is an internal error."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_scenario
from allocator.errors import shorten, visible
from cli_world import call
from tiny_scenario import write_scenario

HOSTILE = ["\x1b[2J", "\x07", "\x7f", "\x85", "\u202e", "\u2066", "\u200b", "\u2028", "\ud800"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_not_seen_is_an_escape(text: str) -> None:
    assert visible(f"张{text}伟").isprintable() and shorten(text).isprintable()
    assert visible(text).startswith("\\")


def test_what_is_seen_stays() -> None:
    assert visible("张　伟 P1·\u00a0①") == "张 伟 P1· ①"


@pytest.mark.parametrize("text", HOSTILE[:-1])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_output_carries_it_raw(tmp_path: Path, text: str, options: tuple[str, ...]) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("1975-03-12", f"x{text}x")
    folder = write_scenario(tmp_path, {"people.csv": people})
    calls = [
        call("check", folder, *options),
        call("check", f"{folder}{text}", *options),
        call("solve", folder, "--pin", f"P1{text}=G1", *options),
        call(f"che{text}ck", *options),
    ]
    for done in calls:
        assert done.status == 2
        assert all(line.isprintable() for line in (done.out + done.err).split("\n"))


HUGE = 9223372036854775807


@pytest.mark.parametrize(
    "rule",
    [
        f"kind: capacity, on: posting, atmost: {-HUGE - 1}",
        f"kind: frequency, on: posting, atmost: {-HUGE - 1}",
        f"kind: capacity, on: posting, each: item, load: {HUGE}, atmost: 3",
        f"kind: capacity, on: posting, each: item, load: '{HUGE}', atmost: 3",
        f"kind: prefer, on: posting, cost: '{HUGE}', level: 3",
        f"kind: balance, on: posting, target: {HUGE}, measure: deviation, level: 3",
        "kind: eligible, on: posting, when: '{person.leaders: 1}.size() > 0'",
    ],
)
@pytest.mark.parametrize("command", ["check", "solve"])
def test_no_number_and_no_expression_is_an_internal_error(tmp_path: Path, rule: str, command: str) -> None:
    pack = tiny_scenario.RULES.replace("    waive:", f"      - {{id: huge, {rule}}}\n    waive:")
    done = call(command, write_scenario(tmp_path, {"tiny-rules.yaml": pack}))
    assert done.status == 2, done.err
    assert done.err.startswith("tiny-rules.yaml:") and ":huge." in done.err
