"""Draws by lot that anyone can replay: committed to first, then drawn by a seed that nobody could choose.

1. ``commit`` writes down who is in the pool, the rules, every chance, and the SHA-256 of all that, which is
   published before the seed is known.
2. ``reveal`` takes the public seed; the result follows from it and the commitment alone.
3. ``replay_checks`` replays a draw from the scenario, without the solver.

The format, ``allocator-draw/2``, is described in ``docs/draw.md``.
"""

from allocator.lottery.audit import Audit, audit_text, read_audit
from allocator.lottery.draw_binding import BoundDraw, bind_draws
from allocator.lottery.findings import CannotDraw, Check
from allocator.lottery.protocol import commit, reveal
from allocator.lottery.replay import replay_checks

__all__ = [
    "Audit",
    "BoundDraw",
    "CannotDraw",
    "Check",
    "audit_text",
    "bind_draws",
    "commit",
    "read_audit",
    "replay_checks",
    "reveal",
]
