"""Expressions for drawn rules, each as text and as a function, grouped by the names that they may read."""

from __future__ import annotations

from oracles.world import Expr

ITEM_TESTS = {
    "people": [
        Expr("person.grade == 'head'", lambda x: x.person.grade == "head"),
        Expr("person.id != 'P1'", lambda x: x.person.id != "P1"),
        Expr("person.native_place == 'A'", lambda x: x.person.native_place == "A"),
    ],
    "units": [
        Expr("unit.kind == 'township'", lambda x: x.unit.kind == "township"),
        Expr("unit.id != 'U1'", lambda x: x.unit.id != "U1"),
    ],
    "cases": [
        Expr("case.effort > 1", lambda x: x.case.effort > 1),
        Expr("case.id != 'K1'", lambda x: x.case.id != "K1"),
    ],
}
SLOT_TESTS = {
    "groups": [
        Expr("group.place == 'A'", lambda x: x.group.place == "A"),
        Expr("group.id != 'G1'", lambda x: x.group.id != "G1"),
        Expr("group.id == 'G1' || group.id == 'Z1'", lambda x: x.group.id in ("G1", "Z1")),
    ],
    "cases": [
        Expr("case.id != 'K1'", lambda x: x.case.id != "K1"),
        Expr("case.effort > 1", lambda x: x.case.effort > 1),
    ],
}
PAIR_TESTS = {
    ("people", "groups"): [
        Expr(
            "person.native_place == group.place",
            lambda x: x.person.native_place == x.group.place,
        ),
        Expr("period.index == 1", lambda x: x.period.index == 1),
        Expr(
            "person.grade == 'cadre' && group.id == 'G2'",
            lambda x: x.person.grade == "cadre" and x.group.id == "G2",
        ),
    ],
    ("people", "cases"): [
        Expr("person.id in case.parties", lambda x: x.person.id in x.case.parties),
        Expr(
            "person.grade == 'head' || case.id == 'K1'",
            lambda x: x.person.grade == "head" or x.case.id == "K1",
        ),
        Expr("score.bid > 2", lambda x: x.score.bid > 2),
    ],
    ("units", "groups"): [
        Expr("unit.place == group.place", lambda x: x.unit.place == x.group.place),
        Expr("unit.id == 'U1'", lambda x: x.unit.id == "U1"),
    ],
    ("cases", "groups"): [Expr("case.place == group.place", lambda x: x.case.place == x.group.place)],
}
TWO_ITEM_TESTS = {
    "people": [
        Expr(
            "person.grade == 'head' && other.grade == 'cadre'",
            lambda x: x.person.grade == "head" and x.other.grade == "cadre",
        ),
        Expr(
            "person.native_place == other.native_place",
            lambda x: x.person.native_place == x.other.native_place,
        ),
    ],
    "units": [Expr("unit.kind == other.kind", lambda x: x.unit.kind == x.other.kind)],
    "cases": [Expr("case.unit == other.unit", lambda x: x.case.unit == x.other.unit)],
}
ITEM_NUMBERS = {
    "people": [
        Expr("person.capacity", lambda x: x.person.capacity),
        Expr("person.grade == 'head' ? 2 : 1", lambda x: 2 if x.person.grade == "head" else 1),
    ],
    "units": [Expr("unit.workload", lambda x: x.unit.workload)],
    "cases": [Expr("case.effort", lambda x: x.case.effort)],
}
SLOT_NUMBERS = {
    "groups": [
        Expr("group.id == 'G1' ? 2 : 1", lambda x: 2 if x.group.id == "G1" else 1),
        Expr("group.place == 'A' ? 0 : 2", lambda x: 0 if x.group.place == "A" else 2),
    ],
    "cases": [Expr("case.effort", lambda x: x.case.effort)],
}
PAIR_NUMBERS = {
    ("people", "groups"): [
        Expr("person.capacity", lambda x: x.person.capacity),
        Expr("period.index + (group.id == 'G1' ? 1 : 0)", lambda x: x.period.index + (x.group.id == "G1")),
    ],
    ("people", "cases"): [
        Expr("case.effort", lambda x: x.case.effort),
        Expr("score.bid", lambda x: x.score.bid),
        Expr("case.effort * person.capacity", lambda x: x.case.effort * x.person.capacity),
    ],
    ("units", "groups"): [Expr("unit.workload", lambda x: x.unit.workload)],
    ("cases", "groups"): [Expr("case.effort", lambda x: x.case.effort)],
}
#: Numbers over a slot and a period; texts by which slots are grouped.
SLOT_PERIOD_NUMBERS = {
    "groups": [
        Expr("period.index == 0 ? 2 : 1", lambda x: 2 if x.period.index == 0 else 1),
        Expr("group.id == 'G1' ? period.index : 1", lambda x: x.period.index if x.group.id == "G1" else 1),
        Expr("score.demand", lambda x: x.score.demand),
    ],
    "cases": [
        Expr("case.effort + period.index", lambda x: x.case.effort + x.period.index),
        Expr("score.demand + case.effort", lambda x: x.score.demand + x.case.effort),
    ],
}
PERIOD_NUMBERS = [Expr("period.index == 0 ? 2 : 1", lambda x: 2 if x.period.index == 0 else 1)]
TOGETHER = {
    "groups": [Expr("group.parent", lambda x: x.group.parent), Expr("group.place", lambda x: x.group.place)],
    "cases": [Expr("case.unit", lambda x: x.case.unit)],
}
ITEMS_TOGETHER = {
    "people": [Expr("person.grade", lambda x: x.person.grade), Expr("person.unit", lambda x: x.person.unit)],
    "units": [Expr("unit.kind", lambda x: x.unit.kind)],
    "cases": [],
}
#: Prices may be negative; a negative one counts as 0.
PRICES = {
    ("people", "groups"): [Expr("person.capacity - 1", lambda x: x.person.capacity - 1)],
    ("people", "cases"): [Expr("case.effort - 2", lambda x: x.case.effort - 2)],
    ("units", "groups"): [Expr("unit.workload - 1", lambda x: x.unit.workload - 1)],
    ("cases", "groups"): [Expr("case.effort - 1", lambda x: x.case.effort - 1)],
}
