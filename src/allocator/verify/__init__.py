"""Judges plans by the rules' own checks; never imports the engine or the solver."""

from allocator.verify.admit import admit
from allocator.verify.claims import Disagreement, claims_against
from allocator.verify.judge import Finding, Judgement, judge

__all__ = ["Disagreement", "Finding", "Judgement", "admit", "claims_against", "judge"]
