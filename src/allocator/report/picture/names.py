"""Names as short as they can be told apart: what all of a kind end with is said once, below the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import east_asian_width

#: An ending is dropped if it saves so many characters of each of so many names, and so many are left of each.
_SAVES, _NAMES, _LEFT = 3, 4, 3


def shortened(names: Sequence[str]) -> tuple[Mapping[str, str], str]:
    """Return the short form of each name, and the ending that was left out (or an empty text).

    Only Chinese endings are dropped: 派驻县财政局纪检监察组 is 派驻县财政局 where all others end alike.
    """
    different = sorted(set(names))
    if len(different) < _NAMES:
        return {}, ""
    ending = _ending(different)
    if len(ending) < _SAVES or min(map(len, different)) - len(ending) < _LEFT:
        return {}, ""
    return {name: name.removesuffix(ending) for name in different}, f"…{ending}"


def _ending(names: Sequence[str]) -> str:
    """Return what all names end with, as far as it is Chinese."""
    ending = ""
    for letters in zip(*(name[::-1] for name in names), strict=False):
        if len(set(letters)) > 1 or east_asian_width(letters[0]) not in "WF":
            break
        ending = letters[0] + ending
    return ending
