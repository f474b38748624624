"""Draws by lot that anyone can replay: committed to first, then drawn by a seed that nobody could choose.

1. ``commit`` writes down who is in the pool, the rules, every chance, and the SHA-256 of all that, which is
   published before the seed is known.
2. ``reveal`` takes the public seed; the result follows from it and the commitment alone.
3. ``judge`` replays a draw from the scenario, without the solver.

The format, ``allocator-draw/2``, is described in ``docs/draw.md``.
"""

from allocator.lottery.audit import Audit, audit_text, read_audit
from allocator.lottery.bind import BoundDraw, bind_draws
from allocator.lottery.judge import Check, judge
from allocator.lottery.kind import CannotDraw
from allocator.lottery.steps import commit, reveal

__all__ = [
    "Audit",
    "BoundDraw",
    "CannotDraw",
    "Check",
    "audit_text",
    "bind_draws",
    "commit",
    "judge",
    "read_audit",
    "reveal",
]
