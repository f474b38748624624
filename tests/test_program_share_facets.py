"""Facets of shares of whole numbers: exact after rounding up, and no looser than the line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allocator.program.cuts import share_facets


@given(st.integers(0, 100), st.integers(0, 40), st.integers(0, 40))
def test_the_maximum_facet_rounded_up_is_the_share_rounded_up(percent: int, low: int, more: int) -> None:
    found = share_facets(percent, low, low + more)
    corners = set()
    for whole in range(low, low + more + 1):
        least = -(-percent * whole // 100)
        said = [(slope * whole + constant, scale) for scale, slope, constant in found]
        assert max(-(-value // scale) for value, scale in said) == least
        assert all(value <= least * scale for value, scale in said)
        assert any(100 * value >= percent * whole * scale for value, scale in said)
        corners.update(k for k, (value, scale) in enumerate(said) if value == least * scale)
    assert corners == set(range(len(found))), "a facet that touches no pair says nothing"


def test_67_percent_of_three_members_are_all() -> None:
    assert share_facets(67, 0, 3) == [(1, 1, 0)]
    assert share_facets(50, 0, 3) == [(2, 1, 0), (1, 1, -1)]
    assert share_facets(30, 4, 4) == [(1, 0, 2)]
