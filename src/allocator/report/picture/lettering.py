"""How wide a text is, without a font at hand: estimates on the safe side, in pixels."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

from allocator.report.picture.shapes import STYLES

_LATIN = 0.6
_MORE = "…"


def width(text: str, kind: str) -> float:
    """Return about how wide a text is: a Chinese character is as wide as high, a Latin one 0.6 of that."""
    return STYLES[kind].size * sum(map(_advance, text))


def _advance(ch: str) -> float:
    if east_asian_width(ch) in "WFA":
        return 1.0
    return 0.0 if category(ch) in ("Mn", "Me") else _LATIN


def fit(text: str, room: float, kind: str) -> str:
    """Return a text, cut short with ``…`` if it is wider than ``room``."""
    if width(text[:1000], kind) <= room:
        return text[:1000]
    left = room / STYLES[kind].size - _advance(_MORE)
    kept = 0
    for kept, ch in enumerate(text):  # noqa: B007 - where it stops is what we want
        left -= _advance(ch)
        if left < 0:
            break
    return text[:kept].rstrip() + _MORE


def wrap(text: str, room: float, kind: str, lines: int = 100) -> list[str]:
    """Return a text as at most so many lines, broken at spaces and between Chinese characters."""
    done: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip(), kind) > room:
            done.append(line.rstrip())
            line = ""
        line += piece
    done.append(line.rstrip())
    kept = [fit(one, room, kind) for one in done[:lines]]
    if len(done) > lines:
        kept[-1] = fit(kept[-1].removesuffix(_MORE) + _MORE * 2, room, kind).replace(_MORE * 2, _MORE)
    return kept


def _pieces(text: str) -> Iterator[str]:
    """Yield what may not be broken: a word with its space, or a Chinese character with what closes it."""
    piece = ""
    for ch in text[:5000]:
        opens_new = east_asian_width(ch) in "WF" and category(ch) not in ("Pe", "Pf", "Po")
        after_wide = piece and east_asian_width(piece[-1]) in "WF" and category(piece[-1]) not in ("Ps", "Pi")
        if piece and (
            piece[-1] == " "
            or (opens_new and category(piece[-1]) not in ("Ps", "Pi"))
            or (after_wide and ch.isalnum())
        ):
            yield piece
            piece = ""
        piece += ch
    if piece:
        yield piece
