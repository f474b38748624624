"""The two steps of a draw: to commit, and to reveal."""

from __future__ import annotations

from allocator.draw.audit import Audit
from allocator.draw.bind import BoundDraw
from allocator.draw.canonical import commitment_to
from allocator.draw.numbers import Numbers
from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text

LONGEST_SEED = 1000


def commit(bound: BoundDraw) -> Audit:
    """Return a draw with its pool, rules and chances, and the commitment to publish. Asks the solver.

    Raises:
        CannotDraw: The rules cannot be met.
    """
    committed = bound.draw.commit(bound.scenario.name, bound.name, bound.pool)
    return Audit(type(bound.draw), committed, commitment_to(committed.model_dump(mode="json")))


def reveal(audit: Audit, seed: str) -> Audit:
    """Return the draw with the result that a public seed decides.

    Raises:
        InputError: The seed is no line of text.
    """
    public = public_seed(seed)
    return audit.drawn(public, audit.kind.decide(audit.committed, Numbers(audit.commitment, public)))


def public_seed(text: str) -> str:
    """Return a seed as it is used: without space around it.

    Raises:
        InputError: It is empty, too long, or has characters that nobody could type again.
    """
    seed = text.strip()
    if seed and len(seed) <= LONGEST_SEED and seed.isprintable():
        return seed
    message = Text(zh="种子须为一行可见文字", en="the seed must be one line of visible text")
    raise InputError([Fault(message, column="--seed", found=shorten(seed), allowed=f"1-{LONGEST_SEED}")])
