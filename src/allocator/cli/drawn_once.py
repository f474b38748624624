"""A commitment is drawn from once: its file is never replaced by another commitment or another result."""

from __future__ import annotations

from pathlib import Path

from allocator import api
from allocator.errors import Fault, InputError
from allocator.lottery import Audit
from allocator.model.text import Text


def refuse_to_replace(draw: Audit, file: Path) -> None:
    """Refuse to write a draw over the audit file of another commitment, or of another result.

    A rehearsal may be replaced. A file that is no audit file is the user's to overwrite.

    Raises:
        InputError: The file holds another commitment, or a result that would be lost.
    """
    if not file.is_file() or not api.is_audit(file):
        return
    there, _ = api.read_audit(file)
    if there.committed.terms is not None and there.committed.terms.rehearsal:
        return
    if there.commitment != draw.commitment:
        message = Text(
            zh="已存有另一承诺；一次抽签只承诺一次，请另取文件名并只公布一个",
            en="holds another commitment: a draw is committed to once, and one is published",
        )
    elif there.seed is not None and (there.seed, there.result) != (draw.seed, draw.result):
        message = Text(zh="已存有抽签结果", en="holds a result already")
    else:
        return
    raise InputError([Fault(message, file.name, found=there.commitment)])
