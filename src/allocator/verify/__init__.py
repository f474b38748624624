"""Judges plans by the rules' own checks; never imports the engine or the solver."""

from allocator.verify.admit import Gone, admit, admit_baseline, gone_from
from allocator.verify.claims import Disagreement, claims_against
from allocator.verify.judge import Finding, Judgement, judge

__all__ = [
    "Disagreement",
    "Finding",
    "Gone",
    "Judgement",
    "admit",
    "admit_baseline",
    "claims_against",
    "gone_from",
    "judge",
]
