"""Replays a draw from the scenario: every claim of an audit file is found again, without the solver."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import shorten
from allocator.lottery.audit import Audit, audit_text
from allocator.lottery.bind import BoundDraw
from allocator.lottery.kind import Check, Words
from allocator.lottery.numbers import Numbers
from allocator.lottery.terms_check import terms_checks
from allocator.model.text import Text

__all__ = ["Check", "judge"]
#: So many of those who should or should not have been drawn are named.
_NAMED = 20


def judge(bound: BoundDraw, audit: Audit, content: bytes) -> Iterator[Check]:
    """Yield what is looked at in an audit file, and whether it is so.

    Args:
        bound: The draw as the scenario has it now.
        audit: What the file says.
        content: The bytes of the file.
    """
    yield _commitment(audit)
    yield from _head(bound, audit)
    yield from terms_checks(bound, audit)
    if isinstance(bound.draw, audit.kind):
        yield from bound.draw.differences(audit.committed, bound.pool)
    yield from audit.kind.proofs(audit.committed)
    yield from _result(bound, audit)
    if audit_text(audit).encode() != content:
        yield Check(
            Text(zh="文件与重新写出的逐字节不符", en="the file is not, byte for byte, as written"), False
        )


def _commitment(audit: Audit) -> Check:
    true = audit.true_commitment
    if audit.commitment == true:
        return Check(Text(zh=f"承诺值相符：{true}", en=f"the commitment is right: {true}"))
    text = Text(
        zh=f"承诺值不符：文件为 {audit.commitment}，内容的为 {true}",
        en=f"the commitment is wrong: {audit.commitment} in the file, but its content has {true}",
    )
    return Check(text, False)


def _head(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    """Yield what the scenario says otherwise of the draw itself."""
    committed, draw = audit.committed, bound.draw
    pairs = {
        "scenario": (committed.scenario, bound.scenario.name),
        "draw": (committed.draw, bound.name),
        "kind": (committed.kind, draw.kind),
        "title": (committed.title, Words.of(draw.title)),
        "seed": (committed.seed, Words.of(draw.seed)),
    }
    for name, (there, here) in pairs.items():
        if there != here:
            found = [one.text if isinstance(one, Words) else Text(zh=one, en=one) for one in (there, here)]
            text = Text(
                zh=f"{name} 不同：文件为“{shorten(found[0].zh)}”，场景为“{shorten(found[1].zh)}”",
                en=f"{name} differs: '{shorten(found[0].en)}' in the file, '{shorten(found[1].en)}' here",
            )
            yield Check(text, False)


def _result(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    if audit.seed is None or audit.result is None:
        yield Check(Text(zh="尚未抽签", en="nothing has been drawn yet"))
        return
    again = audit.kind.decide(audit.committed, Numbers(audit.commitment, audit.seed))
    if again == audit.result:
        yield Check(Text(zh="由种子重放得到同样的结果", en="the seed gives this result again"))
        return
    said, true = (list(audit.kind.winners(audit.committed, result)) for result in (audit.result, again))
    there, here = (dict.fromkeys(name for _, names in one for name in names) for one in (said, true))
    label = bound.scenario.organisation.label
    wrong = [f"{shorten(label(name), 40)} ({shorten(name, 40)})" for name in there if name not in here]
    missing = [f"{label(name)} ({name})" for name in here if name not in there]
    text = Text(
        zh=f"由种子重放得到另一结果；不应抽中：{_listed(wrong)}；应抽中：{_listed(missing)}",
        en=f"the seed gives another result; wrongly drawn: {_listed(wrong)}; left out: {_listed(missing)}",
    )
    yield Check(text, False)


def _listed(names: list[str]) -> str:
    more = f" ... (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) + more) or "—"
