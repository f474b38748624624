"""An expression that may take too much time or memory is refused before it is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cel_expr_python import cel

import tiny_scenario
from allocator.rules.expressions.axes import Axis
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.cost import MOST_AT_ONCE, price, size_of, tree
from allocator.rules.expressions.selectors import SelectorError
from cli_world import call
from tiny_scenario import write_scenario

T = cel.Type
TYPES = {"t": T.STRING, "ts": T.List(T.STRING), "m": T.Map(T.STRING, T.INT), "n": T.INT, "at": T.TIMESTAMP}
DIGITS = "[0,1,2,3,4,5,6,7,8,9]"


def values(text: str, *rows: Mapping[str, Any]) -> list[Any]:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    axis = Axis([str(k) for k in range(len(rows))], columns, {name: TYPES[name] for name in rows[0]})
    return list(Compiler().compile(text, TYPES, "BOOL").over(axis))


def grown(times: int, start: str = "['x']") -> str:
    return start + ".map(a, a + a + a + a + a + a + a + a + a + a)" * times + "[0].size() > 0"


TOO_MUCH = [
    pytest.param(grown(9), {"n": 1}, id="a text that grows"),
    pytest.param(grown(8, "[['x']]"), {"n": 1}, id="a list that grows"),
    pytest.param("ts.map(a, a + 'x').size() > 0", {"ts": ["x"] * 9_000}, id="a list copied each round"),
    pytest.param("ts.map(a, ts.map(b, a + b)).size() > 0", {"ts": ["x" * 2_000] * 200}, id="lists in a list"),
    pytest.param(
        "ts.all(a, ts.all(b, a.matches(b)))", {"ts": ["(x{30}){30}" * 9] * 90}, id="patterns of data"
    ),
    pytest.param("t.matches('((a|b)?x){900}')", {"t": "x" * 200_000}, id="a long text and a long pattern"),
    pytest.param(
        "ts.exists(a, a.matches('" + r"\\pL{200}" + "'))", {"ts": ["x"] * 900}, id="a class of letters"
    ),
    pytest.param("ts.all(a, ts.all(b, a.contains(b)))", {"ts": ["a" * 9_000] * 90}, id="texts in texts"),
    pytest.param("ts.all(a, ts.all(b, ts == ts))", {"ts": ["a" * 99] * 90}, id="lists that are compared"),
]


@pytest.mark.parametrize(("text", "row"), TOO_MUCH)
def test_what_may_take_too_much_is_refused(text: str, row: Mapping[str, Any]) -> None:
    with pytest.raises(SelectorError, match="may take more time or memory") as refused:
        values(text, row)
    assert "限度" in refused.value.message.zh
    assert refused.value.detail.strip()[:50] == text[:50]


def test_many_evaluations_together_take_too_much() -> None:
    text = f"{DIGITS}.all(a, {DIGITS}.all(b, {DIGITS}.all(c, a + b + c + n >= 0)))"
    assert values(text, {"n": 1}) == [True]
    with pytest.raises(SelectorError, match="may take more time or memory"):
        values(text, *({"n": k} for k in range(20_000)))


def test_one_large_value_among_many_small_ones_does_not_make_all_large() -> None:
    rows = [{"ts": ["a"] * 2_000}, *({"ts": [f"{k}"]} for k in range(4_000))]
    assert sum(values("ts.exists(x, ts.filter(y, y == x).size() > 1)", *rows[1:])) == 0
    assert sum(values("ts.map(x, x + 'b').size() > 1", *rows)) == 1


FINE = [
    ("t in ts", {"t": "a", "ts": ["a", "b"]}),
    ("ts.exists(x, x == t) && ts.size() < 5", {"t": "a", "ts": ["a", "b"]}),
    ("ts.map(x, x + t).filter(x, x.startsWith('a')).size() == 1", {"t": "b", "ts": ["a", "b"]}),
    ("m.exists(k, m[k] > 3) && m.all(k, k != '')", {"m": {"law": 4}}),
    ("has(m.law) && m.law == 4 && {'a': [n]}.a[0] == 1", {"m": {"law": 4}, "n": 1}),
    ("t.matches('^[0-9]{4}年.*$') && t.matches(t)", {"t": "2026年"}),
    ("t.contains('年') && string(n) + t == '12026年'", {"t": "2026年", "n": 1}),
    (
        "(n > 0 ? t : 'b') == 'a' && at.getFullYear() == 2026",
        {"n": 1, "t": "a", "at": datetime(2026, 1, 1, tzinfo=UTC)},
    ),
    ("b'a' + b'b' == b'ab' && 1.5 > 1.0 && 2u > 1u && !false && -n == -1", {"n": 1}),
    (grown(4), {"n": 1}),
]


@pytest.mark.parametrize(("text", "row"), FINE)
def test_what_takes_little_has_its_value(text: str, row: Mapping[str, Any]) -> None:
    assert values(text, row) == [True]


SIZED = [
    ("t + t + 'xyz'", {"t": "a" * 64}, 131),
    ("ts + ts", {"ts": ["a"] * 4}, 8),
    ("ts.map(x, [x, x])", {"ts": ["a"] * 4}, 4),
    ("ts.filter(x, x == t)", {"ts": ["a"] * 4, "t": "a"}, 4),
    ("[ts, ts + ts][1]", {"ts": ["a"] * 4}, 8),
    ("{'a': ts}.a", {"ts": ["a"] * 4}, 4),
    ("n > 0 ? t : 'b'", {"n": 1, "t": "a" * 8}, 8),
    ("ts.size() + n", {"ts": ["a"] * 4, "n": 1}, 0),
    ("ts.exists(x, x == '')", {"ts": ["a"] * 4}, 0),
]


@pytest.mark.parametrize(("text", "row", "own"), SIZED)
def test_the_size_of_a_value_is_bounded(text: str, row: Mapping[str, Any], own: int) -> None:
    compiled = cel.NewEnv(variables=TYPES).compile(text)
    size, units = price(tree(compiled.serialize()), {name: size_of(value) for name, value in row.items()})
    value = compiled.eval(data=row).plain_value()
    assert size.own == own and 0 < units < MOST_AT_ONCE
    assert not isinstance(value, str | list) or len(value) <= own


def test_check_names_the_expression_of_a_rule_that_grows(tmp_path: Path) -> None:
    rule = f'kind: eligible, on: posting, when: "{grown(9)}"'
    pack = tiny_scenario.RULES.replace("    waive:", f"      - {{id: grows, {rule}}}\n    waive:")
    done = call("check", write_scenario(tmp_path, {"tiny-rules.yaml": pack}))
    assert done.status == 2
    assert done.err.startswith("tiny-rules.yaml:") and ":grows.when: its loops, joins" in done.err
