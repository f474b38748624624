"""Random CEL expressions by a grammar: most have the right type, read existing names, and are extreme."""

from __future__ import annotations

import re
from random import Random

from fuzz_values import MARKS, NUMBERS, WORDS, words

#: What each sort of expression may be without parts: B truth, N number, T text, L list or map.
_PLAIN = {
    "B": ["true", "false", "person.synthetic", "has(person.grade)"],
    "N": words("person.age unit.workload case.effort person.retires_in group.capacity score.fit score.none")
    + words("person.indicator.x period.index period.year -2 -1 0 1 2 3 9"),
    "T": words("person.id person.grade person.native_place person.name group.id group.place group.parent")
    + words("unit.place case.unit period.id period.start other.id person.unit.name group.nothing nobody"),
    "L": ["person.leaders", "person.skills", "case.parties", "[]", "{}", "['x']", "[1, 2]", "[[], ['a']]"],
}
_PATTERNS = ["'a*'", "'(a+)+$'", "'('", "'x{1000}'", "'(x{100}){100}'", r"'\\pL{1000}'", "'[\U0001f468]'"]
_MADE = {
    "B": [
        *(
            "T == T",
            "T < T",
            "N != N",
            "N >= N",
            "N in L",
            "T in L",
            "(B && B)",
            "(B || B)",
            "!(B)",
            "(B ? B : B)",
        ),
        *("L.all(a, B)", "L.exists(a, B)", "T.contains(T)", "T.startsWith(N)", "L == L", "L[N] == N"),
        *(f"T.matches({pattern})" for pattern in _PATTERNS),
    ],
    "N": [
        *("(N + N)", "(N - N)", "(N * N)", "(N / N)", "(N % N)", "-(N)", "(B ? N : N)", "size(L)", "size(T)"),
        *("int(T)", "uint(N)", "double(N)", "timestamp(T).getFullYear()", "timestamp(T).getHours('+99:99')"),
    ],
    "T": [
        *("(T + T)", "string(N)", "string(B)", "L[N]", "L[T]", "T.join(L)", "T.substring(N)", "L.join(T)"),
        *("T.replace(T, T)", "T.format(L)", "T.lowerAscii()", "type(T)", "b'x'", "r'\\'", "'''x'''"),
    ],
    "L": [
        *("[T, N]", "[T, T]", "[L, L]", "{T: N}", "{L: B}", "{N: L}", "(L + L)", "L.map(a, T)", "T.split(T)"),
        *("L.filter(a, B)", "L.map(b, L.map(c, b))", "L" + ".map(a, a+a)" * 3),
        "L" + ".map(a, a+a+a+a+a+a+a+a+a)" * 10,
    ],
}
_PART = re.compile(r"\b[BNTL]\b")


def made(sort: str, draw: Random, deep: int) -> str:
    """Return an expression of a sort, at most so deep."""
    if deep <= 0 or draw.random() < 0.1:
        if sort in "NT" and draw.random() < 0.4:
            return draw.choice(NUMBERS)[:60] if sort == "N" else repr(draw.choice((*WORDS, *MARKS))[:60])
        return draw.choice(_PLAIN[sort])
    return _PART.sub(lambda part: made(part[0], draw, deep - 1), draw.choice(_MADE[sort]))


def expression(draw: Random, sorts: str = "BBNNTL") -> str:
    """Return an expression of one of some sorts; one in five has one of its characters changed."""
    text = made(draw.choice(sorts), draw, draw.randrange(4))
    if draw.random() < 0.2:
        at = draw.randrange(len(text) + 1)
        text = (
            text[:at] + draw.choice((*MARKS, "(", ")", "'", "[", "{", "..", "!", "\n", "?")) + text[at + 1 :]
        )
    return text
