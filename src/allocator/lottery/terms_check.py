"""Judges the terms of a draw: one spelling of the seed, committed to in time, the same people and draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from allocator.errors import shorten
from allocator.lottery.audit import FIRST, Audit
from allocator.lottery.bind import BoundDraw
from allocator.lottery.kind import Check
from allocator.lottery.naming import named, one_named
from allocator.lottery.seed_check import is_spelt
from allocator.lottery.seed_event import written
from allocator.lottery.terms import Terms
from allocator.model.text import Text


def terms_checks(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    """Yield what is looked at in the terms of an audit file."""
    terms = audit.committed.terms
    if terms is None:
        text = Text(
            zh=f"{FIRST} 格式没有固定种子的写法和承诺的时间：换一种写法即得另一结果",
            en=f"the format {FIRST} fixed neither the spelling of the seed nor the time of the commitment: "
            "another spelling gives another result",
        )
        yield Check(text, False)
        return
    yield from _differences(bound, terms)
    yield from _names(terms.names, bound.pool.label)
    yield _in_time(terms)
    if audit.seed is not None:
        yield _spelt(terms, audit.seed)


def _differences(bound: BoundDraw, terms: Terms) -> Iterator[Check]:
    """Yield the terms that the scenario has otherwise."""
    here = {
        "seed_form": (terms.form, str(bound.spelling)),
        "seed_at": (terms.seed_at, written(bound.seed_at) if bound.seed_at else ""),
        "day": (terms.day, bound.day.isoformat() if bound.day else ""),
        "draws": (", ".join(terms.draws), ", ".join(sorted(bound.scenario.spec.draws))),
        "absent": (", ".join(terms.absent), ", ".join(bound.absent)),
    }
    for name, (was, now) in here.items():
        if was != now:
            old, new = (shorten(one or "—", 120) for one in (was, now))
            text = Text(
                zh=f"{name} 不同：文件为“{old}”，场景为“{new}”",
                en=f"{name} differs: '{old}' in the file, '{new}' in the scenario",
            )
            yield Check(text, False)


def _names(there: Mapping[str, str], here: Mapping[str, Any]) -> Iterator[Check]:
    """Yield who has another name than was committed to: an id that stands for somebody else now."""
    other = [one for one in here if one in there and there[one] != here[one]]
    if other:
        was, now = (named(other, one) for one in (there, here))
        text = Text(
            zh=f"承诺之后改名（{len(other)}）：原为 {was}；现为 {now}",
            en=f"renamed since the commitment ({len(other)}): {was} then, {now} now",
        )
        yield Check(text, False)
    gone = [one for one in there if one not in here]
    if gone or len(there) != len(here):
        who = ", ".join(one_named(one, there[one]) for one in gone[:20]) or "—"
        text = Text(zh=f"承诺的姓名与池不符：{who}", en=f"the names are not those of the pool: {who}")
        yield Check(text, False)


def _in_time(terms: Terms) -> Check:
    if terms.rehearsal:
        text = Text(
            zh="演练：承诺与种子同时给出，可以试过多个种子；不是公开抽签",
            en="a rehearsal, no public draw: the seed was known when it was committed to",
        )
        return Check(text, False)
    if not terms.seed_at or not terms.committed_at:
        text = Text(
            zh="没有写明承诺和种子产生的时间",
            en="does not say when it was committed to and the seed came about",
        )
        return Check(text, False)
    made, due = datetime.fromisoformat(terms.committed_at), datetime.fromisoformat(terms.seed_at)
    early = made < due
    zh, en = ("先于", "before") if early else ("晚于", "NOT before")
    return Check(
        Text(
            zh=f"承诺（{terms.committed_at}）{zh}种子产生（{terms.seed_at}）",
            en=f"committed to ({terms.committed_at}) {en} the seed came about ({terms.seed_at})",
        ),
        early,
    )


def _spelt(terms: Terms, seed: str) -> Check:
    spelt = is_spelt(terms.form, seed)
    if spelt:
        return Check(
            Text(
                zh=f"种子的写法与承诺相符（{terms.form}）",
                en=f"the seed is spelt as committed to ({terms.form})",
            )
        )
    text = Text(
        zh=f"种子的写法与承诺（{terms.form}）不符：{shorten(seed)}",
        en=f"the seed is not spelt as committed to ({terms.form}): {shorten(seed)}",
    )
    return Check(text, False)
