"""Draws by lot that anyone can replay: first a commitment, then a public seed that nobody can choose.

1. ``commit`` records the pool, the rules and every chance, and the SHA-256 of the record. It is published
   before the seed is known.
2. ``reveal`` takes the public seed. The result follows from the seed and the commitment alone.
3. ``replay_checks`` replays a draw from the scenario, without a solver.

The format, ``allocator-draw/2``, is described in ``docs/draw.md``.
"""

from allocator.lottery.audit import Audit, audit_text, read_audit
from allocator.lottery.draw_binding import BoundDraw, bind_draws
from allocator.lottery.draw_protocol import commit, replay_checks, reveal
from allocator.lottery.findings import CannotDraw, Check

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
