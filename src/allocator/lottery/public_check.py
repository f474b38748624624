"""Holds an audit file to what the public knows: the line that was published, and the seed that came about."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import shorten
from allocator.lottery.audit import Audit
from allocator.lottery.kind import Check
from allocator.model.text import Text


def public_checks(audit: Audit, published: str | None, seed: str | None) -> Iterator[Check]:
    """Yield whether a draw is the one that was published, drawn with the seed that came about.

    Args:
        audit: The draw.
        published: The line to publish, or its SHA-256 alone; None where it is not at hand.
        seed: The public seed; None where it is not at hand.
    """
    if published is not None:
        same = " ".join(published.split()) in (audit.witness, audit.true_commitment)
        zh, en = ("是", "is") if same else ("不是", "is NOT")
        yield Check(Text(zh=f"{zh}公布的承诺", en=f"this {en} the commitment that was published"), same)
    if seed is not None:
        same = seed == audit.seed
        found, said = (shorten(one or "—") for one in (audit.seed, seed))
        zh, en = ("相同", "is") if same else ("不同", "is NOT")
        text = Text(
            zh=f"文件的种子（{found}）与公开的种子（{said}）{zh}",
            en=f"the seed of the file ({found}) {en} the public one ({said})",
        )
        yield Check(text, same)


def to_compare(audit: Audit, published: str | None, seed: str | None) -> Iterator[Text]:
    """Yield what the file alone cannot show, as far as it was not given."""
    if published is None:
        yield Text(
            zh=f"提示：请与事先公布的一行对照（--published）：{audit.witness}",
            en=f"note: compare with the line that was published (--published): {audit.witness}",
        )
    if seed is None and audit.seed is not None:
        yield Text(
            zh=f"提示：种子请与公开结果对照（--seed）：{shorten(audit.seed)}",
            en=f"note: compare the seed with the event that it comes from (--seed): {shorten(audit.seed)}",
        )
