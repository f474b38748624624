"""Checks of fields that several kinds share: contradictory bounds, and unknown kinds of ties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from allocator.errors import nearest, shorten
from allocator.model.text import Text
from allocator.rules.rule import FieldError, FieldProblem

#: The name of a subject, its period or "", its lower bound and its upper bound (None for none).
Bounds = tuple[str, str, int, int | None]

_CROSSED = Text(zh="atmost 小于 atleast", en="atmost is below atleast")


def refuse_crossed(atleast: object, atmost: object) -> None:
    """Refuse an upper bound below the lower bound; expressions are checked later, in the scenario.

    Raises:
        FieldError: Two plain numbers contradict each other.
    """
    if isinstance(atleast, int) and isinstance(atmost, int) and atmost < atleast:
        raise FieldError(zh=_CROSSED.zh, en=_CROSSED.en)


def may_cross(atleast: int | str | None, atmost: int | str | None) -> bool:
    """Whether two bounds may contradict each other in a scenario: both are given, at least one as CEL."""
    return None not in (atleast, atmost) and (isinstance(atleast, str) or isinstance(atmost, str))


def crossed(bounds: Iterable[Bounds]) -> Iterator[FieldProblem]:
    """Yield one fault for each subject whose upper bound is below its lower bound, with both bounds."""
    told: set[str] = set()
    for whose, when, least, most in bounds:
        if most is not None and most < least and whose not in told:
            told.add(whose)
            where = f"{whose} @ {when}" if when else whose
            yield FieldProblem("atmost", _CROSSED, f"{where}: {most}", f"≥ {least}")


def unknown_kinds(named: Mapping[str, str], known: Sequence[str]) -> Iterator[FieldProblem]:
    """Yield a fault for each unknown kind, at the field that names it."""
    for field, kind in named.items():
        if kind not in known:
            message = Text(zh="没有此类关系", en="there is no such kind of tie")
            near = nearest(kind, known)
            yield FieldProblem(field, message, shorten(kind), allowed=", ".join(known[:40]), nearest=near)
