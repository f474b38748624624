"""How close each kind of tie is, how closeness fades, and what people call it: one table.

Strengths run from 0 (strangers) to 1 (one household). They are judgements, not measurements: a row of
``ties.csv`` that gives a weight overrules the table. The order follows the duty of recusal, which names
spouses and kin first, then former posts and native places, and Granovetter (1973, "The Strength of Weak
Ties"), for whom strength grows with time, closeness and services rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, sqrt

from allocator.model.text import Text

HOP_DECAY = 0.8
"""Factor for every hop after the first: what a friend of a friend knows is partly hearsay."""

FADING_YEARS = 5.0
"""Years in which a tie that has ended falls to 1/e of its strength (to a half in 3.5 years)."""

UNKNOWN_KIND = 0.5
"""Strength of a tie of a kind that the table does not know and that gives no weight."""

TOGETHER_MOST = 0.6
"""What ``served_together`` approaches: colleagues for long, yet less than friends or kin."""

TOGETHER_MONTHS = 12.0
"""Months together in which ``served_together`` reaches 1 - 1/e of its most."""


def through(strength: float) -> float:
    """Return the strength of each half of a tie of ``strength`` that runs through a shared node."""
    return sqrt(strength / HOP_DECAY)


@dataclass(frozen=True)
class Kind:
    """A kind of tie: its usual strength, its words, and its words when read from target to source."""

    strength: float
    word: Text
    reverse: Text


def _kind(strength: float, zh: str, en: str, zh_reverse: str = "", en_reverse: str = "") -> Kind:
    return Kind(strength, Text(zh=zh, en=en), Text(zh=zh_reverse, en=en_reverse))


KINDS: Mapping[str, Kind] = {
    "spouse": _kind(1.0, "配偶", "spouse of"),
    "kin": _kind(0.9, "亲属", "kin of"),
    "in_law": _kind(0.8, "姻亲", "in-law of"),
    "friend": _kind(0.7, "朋友", "friend of"),
    "business": _kind(0.6, "经济往来", "does business with"),
    "interest": _kind(0.8, "利害关系", "has an interest in", "利害关系人", "who has an interest"),
    "leads": _kind(0.6, "分管", "leads", "由其分管", "led by"),
    "superior": _kind(0.6, "上下级", "superior or subordinate of"),
    "comrade": _kind(0.6, "战友", "served in the army with"),
    "mentor": _kind(0.6, "指导", "mentor of", "受指导于", "mentored by"),
    "classmate": _kind(0.5, "同学", "classmate of"),
    "colleague": _kind(0.5, "同事", "colleague of"),
    "neighbour": _kind(0.4, "邻居", "neighbour of"),
    "fellow_native": _kind(0.2, "同乡", "comes from the same place as"),
    "served_together": _kind(TOGETHER_MOST, "共事", "served with"),
    "works_in": _kind(0.8, "所在单位", "works in", "工作人员", "workplace of"),
    "served_at": _kind(0.7, "任职于", "served at", "任职人员", "where served"),
    "native_of": _kind(through(0.2), "籍贯", "native of", "本籍人员", "native place of"),
    "graduated_from": _kind(through(0.4), "毕业于", "graduated from", "同届毕业生", "school of"),
    "party_to": _kind(1.0, "涉案", "party to", "涉案人", "involves"),
    "lies_in": _kind(0.5, "位于", "lies in", "当地单位", "seat of"),
}


def default_strength(kind: str) -> float:
    """Return the usual strength of a tie of ``kind``."""
    return KINDS[kind].strength if kind in KINDS else UNKNOWN_KIND


def word(kind: str, *, reverse: bool = False) -> Text:
    """Return what people call a tie of ``kind``; a kind that the table does not know is its own word."""
    if kind not in KINDS:
        return Text(zh=kind, en=kind)
    return (reverse and KINDS[kind].reverse) or KINDS[kind].word


def strength_together(months: float) -> float:
    """Return the strength of having served together for ``months`` months (0 or more).

    ``0.6 * (1 - exp(-months / 12))``: 0.24 after half a year, 0.38 after one, 0.52 after two, 0.57 after
    three. Ties grow with the time spent together (Granovetter 1973), fast at first and then hardly more
    (Hall 2019, "How many hours does it take to make a friend?": the early hours count most), and shared
    duty alone seldom makes more of colleagues than good acquaintances (Marsden and Campbell 1984,
    "Measuring Tie Strength": frequency and duration overstate closeness among co-workers), hence the cap.
    """
    return TOGETHER_MOST * (1.0 - exp(-months / TOGETHER_MONTHS))


def fading(years: float) -> float:
    """Return the factor for a tie that ended ``years`` years ago (0 or more)."""
    return exp(-years / FADING_YEARS)
