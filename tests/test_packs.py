"""Rule packs: imports, changes, dropped rules and waivers, and every fault that a pack can have."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import Fault, InputError
from allocator.model.plan import Assignment
from allocator.rules.kinds.contiguous import Contiguous
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from small_folder import bound, faults, folder

BASE = """\
pack: base
title: {zh: 基础, en: Base}
rules:
  - id: native-place
    kind: avoid
    on: posting
    when: person.native_place == group.place
    why: {zh: 地域回避, en: nobody serves at home}
  - {id: crowd, kind: capacity, on: posting, atmost: 2, level: 1, weight: 5}
"""


def only(found: tuple[Fault, ...]) -> Fault:
    assert len(found) == 1, [str(fault("en")) for fault in found]
    return found[0]


def ids(policy: Policy) -> list[str]:
    return [rule.id for rule in policy.rules if not rule.id.startswith("take.")]


def test_every_layer_implies_a_take(tmp_path: Path) -> None:
    policy = bound(tmp_path)
    assert [rule.id for rule in policy.rules] == ["take.zoning", "take.posting", "take.casework"]
    assert all(rule.is_hard and rule.why.zh and rule.why.en for rule in policy.rules)


def test_a_pack_takes_over_changes_drops_and_adds(tmp_path: Path) -> None:
    policy = bound(
        tmp_path,
        """\
        extends: base
        change: [{id: crowd, weight: 7, level: 2}]
        drop: native-place
        rules: [{id: lead, kind: composition, on: posting, atmost: 1 lead}]
        """,
        base=BASE,
    )
    assert ids(policy) == ["crowd", "lead"]
    crowd = policy.rules[3]
    assert (crowd.weight, crowd.level, crowd.kind) == (7, 2, "capacity")
    assert dict(crowd)["atmost"] == 2


def test_packs_extend_through_several_steps_and_along_two_ways(tmp_path: Path) -> None:
    middle = "pack: {0}\nextends: [base]\nrules: [{{id: {0}.own, kind: capacity, on: posting, atmost: 9}}]\n"
    policy = bound(
        tmp_path,
        "extends: [left, right]\n",
        base=BASE,
        left=middle.format("left"),
        right=middle.format("right"),
    )
    assert ids(policy) == ["native-place", "crowd", "left.own", "right.own"]


def test_a_waiver_of_a_pack_reached_along_two_ways_stands_once(tmp_path: Path) -> None:
    base = f"{BASE}waive: [{{rule: native-place, items: Wang, reason: settled, until: 2027-12-31}}]\n"
    middle = "pack: {0}\nextends: base\n"
    policy = bound(
        tmp_path,
        "extends: [left, right]\n",
        base=base,
        left=middle.format("left"),
        right=middle.format("right"),
    )
    assert [waiver.items for waiver in policy.waivers] == [("Wang",)]


def test_packs_that_extend_one_another_many_times_over_are_read_once(tmp_path: Path) -> None:
    packs = {f"p{k}": f"pack: p{k}\nextends: [p{k + 1}, p{k + 1}]\n" for k in range(40)}
    policy = bound(tmp_path, "extends: p0\n", p40="pack: p40\nrules: []\n", **packs)
    assert ids(policy) == []


@pytest.mark.parametrize(
    ("pack", "others", "circle"),
    [
        ("extends: main\n", {}, "main → main"),
        ("extends: other\n", {"other": "pack: other\nextends: main\n"}, "main → other → main"),
        ("extends: a\n", {"a": "pack: a\nextends: b\n", "b": "pack: b\nextends: a\n"}, "a → b → a"),
    ],
)
def test_a_circle_is_told(tmp_path: Path, pack: str, others: dict[str, str], circle: str) -> None:
    fault = only(faults(tmp_path, pack, **others))
    assert fault.found == circle
    assert "circle" in fault.message.en and "循环" in fault.message.zh
    assert fault.file.endswith(".yaml") and fault.row == 2 and fault.column == "extends"


def test_an_unknown_pack_is_told_with_the_nearest(tmp_path: Path) -> None:
    fault = only(faults(tmp_path, "extends: bass\n", base=BASE))
    assert fault.row == 2
    assert (fault.file, fault.column, fault.found, fault.nearest) == ("main.yaml", "extends", "bass", "base")


@pytest.mark.parametrize(
    ("rules", "line", "column", "found", "near"),
    [
        ("- {id: r, kind: capacty, on: posting, atmost: 1}", 3, "r.kind", "capacty", "capacity"),
        ("- {id: r, on: posting}", 3, "r.kind", "None", ""),
        ("- {id: r, kind: capacity, on: postng, atmost: 1}", 3, "r.on", "postng", "posting"),
        ("- {id: r, kind: capacity, on: posting, atmost: 1, role: laed}", 3, "r.role", "laed", "lead"),
        ("- {id: r, kind: capacity, on: posting, atmost: 1, during: 2072}", 3, "r.during", "2072", "2027"),
        ("- id: r\n    kind: capacity\n    on: posting\n    atmots: 1", 6, "r.atmots", None, "atmost"),
        ("- {id: r, kind: capacity, on: posting, atmost: 1, weight: 0}", 3, "r.weight", "0", ""),
        ("- {id: 'a b', kind: capacity, on: posting, atmost: 1}", 3, "a b.id", "a b", ""),
        ("- {kind: capacity, on: posting, atmost: 1}", 3, "rules.0.id", None, ""),
        ("- {id: r, kind: max_term, on: casework, periods: 1}", 3, "r.on", "casework", ""),
        ("- {id: r, kind: follow, on: posting, this: group.parent, that: {layer: zonin, item: person.unit}}",
         3, "r.that", "zonin", "zoning"),
        ("- {id: r, kind: elsewhere, on: zoning, this: group.id, that: {layer: casework, item: unit.id}}",
         3, "r.that", "casework", ""),
        ("- {id: r, kind: composition, on: zoning, atmost: 1正}", 3, "r.on", "zoning", ""),
        ("- {id: r, kind: composition, on: posting, atleast: 1 haed}", 3, "r.atleast", "1 haed", "head"),
        ("- {id: r, kind: pin, on: posting, item: Wnag, slot: East}", 3, "r.item", "Wnag", "Wang"),
        ("- {id: r, kind: cover, on: zoning, skills: {law: 1}}", 3, "r.on", "zoning", ""),
        ("- {id: r, kind: capacity, on: zoning, atmost: 1, during: 2026}", 3, "r.during", "2026", ""),
        ("- {id: take.posting, kind: capacity, on: posting, atmost: 1}", 3, "take.posting.id", "take.posting",
         ""),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_told_with_its_place(
    tmp_path: Path, rules: str, line: int, column: str, found: str | None, near: str
) -> None:
    fault = only(faults(tmp_path, f"rules:\n  {rules}\n"))
    assert (fault.file, fault.row, fault.column) == ("main.yaml", line, column)
    assert (fault.found, fault.nearest) == (found, near)


def test_a_kind_that_can_only_be_hard_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Contiguous, "can_be_soft", False)
    fault = only(faults(tmp_path, "rules:\n  - {id: r, kind: contiguous, on: zoning, level: 2}\n"))
    assert (fault.row, fault.column, fault.found) == (3, "r.level", "2")


@pytest.mark.parametrize("level", ["0", "soft", "100", "1.5", "-1", "''"])
def test_a_wrong_level_is_told(tmp_path: Path, level: str) -> None:
    told = faults(
        tmp_path, f"rules:\n  - {{id: r, kind: capacity, on: posting, atmost: 1, level: {level}}}\n"
    )
    fault = only(told)
    assert (fault.file, fault.row, fault.column) == ("main.yaml", 3, "r.level")
    assert fault.allowed.startswith("hard; ")


@pytest.mark.parametrize(
    "rule",
    [
        "{id: r, kind: capacity, on: posting}",
        "{id: r, kind: avoid, on: posting}",
        "{id: r, kind: prefer, on: posting}",
        "{id: r, kind: composition, on: posting}",
        "{id: r, kind: turnover, on: posting, atleast: 50, atmost: 20}",
        "{id: r, kind: cover, on: posting, skills: {}}",
    ],
)
def test_a_rule_that_asks_nothing_is_told(tmp_path: Path, rule: str) -> None:
    fault = only(faults(tmp_path, f"rules:\n  - {rule}\n"))
    assert (fault.file, fault.row) == ("main.yaml", 3)
    assert fault.message.zh != fault.message.en


WRONG_CEL = """\
rules:
  - id: fine
    kind: avoid
    on: posting
    when: person.native_place == group.place
  - id: broken
    kind: avoid
    on: posting
    when: person.native_plce == group.place
  - id: moved
    kind: follow
    on: posting
    this: group.parent
    that:
      layer: zoning
      item: person.unit
      key: unit.id + 1
"""


def test_wrong_cel_is_told_with_file_line_rule_field_and_caret(tmp_path: Path) -> None:
    first, second = faults(tmp_path, WRONG_CEL)
    assert (first.file, first.row, first.column) == ("main.yaml", 10, "broken.when")
    assert first.nearest == "person.native_place"
    shown, caret = first.detail.splitlines()
    assert shown.index("person.native_plce") + len("person") == caret.index("^")
    assert (second.row, second.column) == (18, "moved.that.key")
    assert "^" in second.detail
    assert first("zh").startswith("main.yaml:10:broken.when: ")


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("items", "{id: r, kind: capacity, on: posting, atmost: 1, items: group.id == ''}"),
        ("slots", "{id: r, kind: capacity, on: posting, atmost: 1, slots: person.id == ''}"),
        ("atmost", "{id: r, kind: capacity, on: posting, atmost: person.age}"),
        ("atmost", "{id: r, kind: capacity, on: posting, each: item, atmost: group.id}"),
        ("load", "{id: r, kind: capacity, on: posting, atmost: 1, load: case.effort}"),
        ("when", "{id: r, kind: apart, on: posting, when: other.id == group.id}"),
        ("acquaintance.of", "{id: r, kind: avoid, on: posting, acquaintance: {of: group.place}}"),
    ],
)
def test_an_expression_reads_only_what_it_ranges_over(tmp_path: Path, field: str, rule: str) -> None:
    fault = only(faults(tmp_path, f"rules:\n  - {rule}\n"))
    assert fault.column == f"r.{field}"


def test_duplicate_ids_are_told_with_the_first_place(tmp_path: Path) -> None:
    rule = "{id: same, kind: capacity, on: posting, atmost: %d}"
    fault = only(faults(tmp_path, f"rules:\n  - {rule % 1}\n  - {rule % 2}\n"))
    assert (fault.row, fault.column, fault.found) == (4, "same.id", "same")
    assert "main.yaml, line 3" in fault.message.en
    own = "extends: base\nrules:\n  - {id: crowd, kind: capacity, on: posting, atmost: 1}\n"
    fault = only(faults(tmp_path, own, base=BASE))
    assert "base.yaml" in fault.message.en


@pytest.mark.parametrize("what", ["change: [{id: croud, weight: 2}]", "drop: [croud]"])
def test_changing_or_dropping_what_is_not_there_is_told(tmp_path: Path, what: str) -> None:
    fault = only(faults(tmp_path, f"extends: base\n{what}\n", base=BASE))
    assert (fault.file, fault.row, fault.found, fault.nearest) == ("main.yaml", 3, "croud", "crowd")


def test_what_a_change_breaks_is_told_in_the_changing_pack(tmp_path: Path) -> None:
    fault = only(faults(tmp_path, "extends: base\nchange:\n  - {id: crowd, atmost: group.nme}\n", base=BASE))
    assert (fault.file, fault.row, fault.column) == ("main.yaml", 4, "crowd.atmost")


def test_every_fault_of_every_pack_is_told_at_once(tmp_path: Path) -> None:
    pack = (
        "extends: base\nrules:\n  - {id: a, kind: nothing}\n  - {id: b, kind: capacity, on: x, atmost: -}\n"
    )
    told = faults(tmp_path, pack, base=BASE.replace("avoid", "avoidd"))
    assert {fault.file for fault in told} == {"main.yaml", "base.yaml"}
    assert len(told) >= 2


WAIVE = "extends: base\nwaive:\n  - {%s}\n"


@pytest.mark.parametrize(
    ("waiver", "column", "near"),
    [
        ("rule: native-place, items: Wang, until: 2026-12-31", "reason", ""),
        ("rule: native-place, items: Wang, reason: '', until: 2026-12-31", "reason", ""),
        ("rule: native-place, items: Wang, reason: known", "until", ""),
        ("rule: native-place, items: Wang, reason: known, until: 2026-02-30", "until", ""),
        ("rule: native-plaec, items: Wang, reason: known, until: 2026-12-31", "rule", "native-place"),
        ("rule: native-place, items: Wnag, reason: known, until: 2026-12-31", "items", "Wang"),
        ("rule: native-place, slots: Eas, reason: known, until: 2026-12-31", "slots", "East"),
        ("rule: together, slots: East, reason: known, until: 2026-12-31", "slots", ""),
        ("rule: lead, items: Wang, reason: known, until: 2026-12-31", "items", ""),
    ],
)
def test_a_wrong_waiver_is_told(tmp_path: Path, waiver: str, column: str, near: str) -> None:
    rules = """\
rules:
  - {id: together, kind: together, on: posting, pairs: [[Wang, Li]]}
  - {id: lead, kind: composition, on: posting, atmost: 1 lead}
"""
    fault = only(faults(tmp_path, WAIVE % waiver + rules, base=BASE))
    assert (fault.file, fault.row) == ("main.yaml", 4)
    assert fault.column.endswith(column)
    assert fault.nearest == near


def breaches(policy: Policy, rule_id: str, *assignments: Assignment) -> int:
    [rule] = [rule for rule in policy.rules if rule.id == rule_id]
    return len(list(policy.breaches(rule, Roster(policy.context.layers, assignments))))


def test_a_waiver_holds_until_its_day(tmp_path: Path) -> None:
    years = [
        Assignment(layer="posting", item="Wang", slot="East", role="lead", period=year)
        for year in ("2026", "2027")
    ]

    def found(until: str) -> list[int]:
        waiver = f"rule: native-place, items: Wang, reason: settled, until: {until}"
        policy = bound(tmp_path, WAIVE % waiver, base=BASE)
        assert policy.waivers[0].until == date.fromisoformat(until)
        return [breaches(policy, "native-place", year) for year in years]

    assert found("2027-12-31") == [0, 0]
    assert found("2026-12-31") == [0, 1]
    assert found("2026-12-30") == [1, 1]
    assert found("2020-12-31") == [1, 1]


def test_a_waiver_of_what_spans_the_horizon_must_last_until_its_end(tmp_path: Path) -> None:
    rule = "{id: load, kind: capacity, on: casework, each: item, over: horizon, atmost: 1}"
    cases = [Assignment(layer="casework", item="Wang", slot=slot, period=year)
             for slot, year in (("C1", "2026"), ("C2", "2027"))]  # fmt: skip
    for until, count in (("2027-12-31", 0), ("2026-12-31", 1)):
        waiver = f"waive: [{{rule: load, items: Wang, reason: settled, until: {until}}}]\n"
        assert breaches(bound(tmp_path, f"rules: [{rule}]\n{waiver}"), "load", *cases) == count


def test_a_waiver_of_an_item_leaves_the_others_alone(tmp_path: Path) -> None:
    policy = bound(
        tmp_path, WAIVE % "rule: native-place, items: Wang, reason: settled, until: 2027-12-31", base=BASE
    )
    for person, count in (("Wang", 0), ("Zhao", 1)):
        at_home = Assignment(layer="posting", item=person, slot="East", role="lead", period="2026")
        assert breaches(policy, "native-place", at_home) == count


def test_a_waiver_of_either_of_two_items_covers_the_pair(tmp_path: Path) -> None:
    rule = "{id: kin, kind: apart, on: posting, pairs: [[Wang, Li]]}"
    both = [
        Assignment(layer="posting", item=item, slot="East", role="lead", period="2026")
        for item in ("Wang", "Li")
    ]
    for person, count in (("Wang", 0), ("Li", 0), ("Zhao", 1)):
        waiver = f"waive: [{{rule: kin, items: {person}, reason: settled, until: 2027-12-31}}]\n"
        assert breaches(bound(tmp_path, f"rules: [{rule}]\n{waiver}"), "kin", *both) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "pack: 1\n",
        "pack: main\nx: 1\n",
        "pack: main\nrules: {a: 1}\n",
        "pack: main\nrules: [1, null]\n",
        "pack: main\nrules: [[]]\n",
        "pack: main\nrules: [{id: [], kind: {}}]\n",
        "pack: main\nrules: [{id: r, kind: avoid, on: []}]\n",
        "pack: main\nextends: [[x]]\n",
        "pack: main\nchange: [{}]\n",
        "pack: main\nwaive: [{}]\n",
    ],
)
def test_a_malformed_pack_is_refused(tmp_path: Path, text: str) -> None:
    scenario = api.load(folder(tmp_path, {"main": "pack: main\n"}))
    (tmp_path / "rules" / "main.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        api.bind(scenario)
    assert all(fault.file == "main.yaml" for fault in caught.value.faults)


def test_a_long_chain_of_packs_is_refused(tmp_path: Path) -> None:
    packs = {f"p{k}": f"pack: p{k}\nextends: p{k + 1}\n" for k in range(400)}
    assert "too many steps" in only(faults(tmp_path, "extends: p0\n", **packs)).message.en
