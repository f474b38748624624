"""Who proved a bound: the names of back ends as plans write them, and what makes two proofs independent."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from allocator.model.text import Text

#: The back ends whose word a proof stands on, all of them together.
Witnesses = frozenset[str]

ZERO, ROWS, FLOW, CP_SAT, HIGHS = "zero", "rows", "flow", "cp-sat", "highs"
COVER, PRICES, EARLIER = "cover", "prices", "earlier"

#: Every name that a plan may use.
NAMES = MappingProxyType(
    {
        ZERO: Text(zh="代价不会小于零", en="no plan costs less than nothing"),
        ROWS: Text(zh="由约束逐条推得", en="follows from the rows, one by one"),
        FLOW: Text(zh="最小费用流", en="min-cost flow"),
        CP_SAT: Text(zh="CP-SAT", en="CP-SAT"),
        HIGHS: Text(zh="HiGHS", en="HiGHS"),
        COVER: Text(zh="枚举片区", en="all zones of a map, thinned out"),
        PRICES: Text(zh="拉格朗日对偶", en="Lagrangian prices in whole numbers"),
        EARLIER: Text(zh="以前的求解（未注明）", en="an earlier solve that does not say"),
    }
)

#: Needs no second witness: the checks recount the cost, and no breach costs less than nothing.
NOTHING_IS_LESS: Witnesses = frozenset((ZERO,))
BY_ROWS: Witnesses = frozenset((ROWS,))
NOBODY: Witnesses = frozenset()
#: Those that can be asked of any program whether there is anything better, first the one that is tried first.
SECOND = (HIGHS, CP_SAT)


def joined(*parts: Iterable[str]) -> Witnesses:
    """Return whom a proof stands on that is made of these parts.

    What follows from the rows, or from zero, is named only where nothing else was needed: every solver is
    asked the rows.
    """
    every = frozenset().union(*parts)
    solvers = every - NOTHING_IS_LESS - BY_ROWS
    return solvers or (BY_ROWS if ROWS in every else every)


def witnesses_of(by: Iterable[str], confirmed: Iterable[str] | None) -> tuple[Witnesses, Witnesses]:
    """Return who proved something, as another plan says it, and who confirmed that.

    Names that there are not, or none, are those of an earlier solve that does not say; a second proof counts
    only where it is one.
    """
    first, second = frozenset(by), frozenset(confirmed or ())
    known = first if first and first <= NAMES.keys() else frozenset((EARLIER,))
    is_second = EARLIER not in known and second <= set(SECOND) and is_confirmed(known, second)
    return known, second if is_second else NOBODY


def in_order(witnesses: Iterable[str]) -> tuple[str, ...]:
    """Return names in the order in which plans write them."""
    found = set(witnesses)
    return (*(name for name in NAMES if name in found), *sorted(found - NAMES.keys()))


def is_confirmed(by: Iterable[str], second: Iterable[str] | None) -> bool:
    """Whether there are two proofs that no single back end could have made wrong by itself."""
    first, other = set(by), set(second or ())
    return bool(first and other) and not first & other
