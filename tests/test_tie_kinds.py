"""Kinds of ties: unknown kinds in rules are refused; kinds that no rule reads are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

import small_folder
from cli_world import call
from small_folder import bound, faults

PACK = """\
rules:
  - {{id: r, on: {on}, {fields}}}
"""


def _pack(fields: str, on: str = "posting") -> str:
    return PACK.format(on=on, fields=fields)


def _folder(tmp_path: Path, fields: str, *, ties: str = "", links: str = "") -> Path:
    base = small_folder.folder(tmp_path, {"main": f"pack: main\n{_pack(fields)}"})
    (base / "ties.csv").write_text(f"source,target,kind\n{ties}", "utf-8")
    with (base / "links.csv").open("a", encoding="utf-8") as table:
        table.write(links)
    return base


@pytest.mark.parametrize(
    ("fields", "on", "column", "near"),
    [
        ("kind: apart, ties: kinn", "posting", "r.ties.0", "kin"),
        ("kind: together, ties: [spouse, liases]", "zoning", "r.ties.1", "liaises"),
        ("kind: contiguous, link: adjacnt", "zoning", "r.link.0", "adjacent"),
    ],
)
def test_a_kind_of_tie_that_there_is_not_is_refused(
    tmp_path: Path, fields: str, on: str, column: str, near: str
) -> None:
    [fault] = faults(tmp_path, _pack(fields, on))
    assert (fault.column, fault.nearest) == (column, near)
    assert fault.file.endswith("main.yaml") and fault.row == 3 and near in fault.allowed
    assert fault.message("en") == "there is no such kind of tie"
    assert fault.message("zh") == "没有此类关系"


def test_the_status_is_that_of_wrong_input(tmp_path: Path) -> None:
    done = call("check", _folder(tmp_path, "kind: apart, ties: kinn"))
    assert done.status == 2
    assert ":r.ties.0: there is no such kind of tie; found 'kinn'; " in done.err
    assert "did you mean 'kin'?" in done.err


def test_a_kind_of_its_own_is_known_by_its_row(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "kind: apart, ties: [godparent, roads]", ties="Wang,Li,godparent\n")
    done = call("check", folder)
    assert done.status == 2 and "found 'roads'" in done.err and "'godparent'" not in done.err
    with (folder / "links.csv").open("a", encoding="utf-8") as table:
        table.write("North,South,roads\n")
    done = call("check", folder)
    assert done.status == 0 and "no rule names" not in done.out and "about nothing" not in done.out


def test_a_known_kind_that_nobody_has_is_told_and_no_fault(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "kind: apart, ties: [kin, spouse]", ties="Wang,Li,friend\n")
    done = call("check", folder)
    assert done.status == 0
    assert "r.ties: the rule r is about nothing (ties); found 'kin, spouse'\n" in done.out
    [doubt] = call("check", folder, "--json").json["doubts"]
    assert (doubt["column"], doubt["found"]) == ("r.ties", "kin, spouse")


def test_a_rule_that_has_other_pairs_is_about_something(tmp_path: Path) -> None:
    for other in ("pairs: [[Wang, Li]]", "when: person.grade == other.grade", "acquainted: 0.5"):
        policy = bound(tmp_path, _pack(f"kind: apart, ties: kin, {other}"))
        assert not list(policy.rules[-1].vacuous_selectors(policy.scopes["r"])), other


def test_kinds_of_the_tables_that_nobody_asks_for_are_told(tmp_path: Path) -> None:
    """A link may be read as a tie; known kinds are never told, for acquaintance reads them all."""
    ties = "Wang,Li,kinn\nLi,Zhao,friend\nLi,Zhao,kinn\nWang,Zhao,kin\n"
    folder = _folder(tmp_path, "kind: apart, ties: kin", ties=ties, links="South,North,近邻\n")
    done = call("check", folder)
    assert done.status == 0
    of_ties = (
        "ties.csv:kind: no rule names this kind (rows: 2, first Wang – Li); found 'kinn'; did you mean 'kin'?"
    )
    of_links = "links.csv:kind: no rule names this kind (rows: 1, first South – North); found '近邻'"
    assert f"in doubt: {of_ties}\nin doubt: {of_links}\nok, with 2 doubts\n" in done.out
    assert (
        "没有规则提到这类关系（2 行，首见于 Wang – Li）；现值“kinn”" in call("check", folder, lang="zh").out
    )
    first, second = call("check", folder, "--json").json["doubts"]
    assert (first["file"], first["found"], first["nearest"]) == ("ties.csv", "kinn", "kin")
    assert (second["file"], second["found"], second["nearest"]) == ("links.csv", "近邻", "")


def test_a_kind_that_acquaintance_names_is_asked_for(tmp_path: Path) -> None:
    fields = "kind: avoid, acquaintance: {of: '[group.id]', kinds: lodger}"
    folder = _folder(tmp_path, fields, ties="Wang,East,lodger\n")
    assert call("check", folder, "--json").json["doubts"] == []
