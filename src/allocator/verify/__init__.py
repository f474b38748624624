"""Judges plans by the rules' own checks; never imports the engine or the solver."""

from allocator.verify.judge import Finding, Judgement, judge, measure_rule
from allocator.verify.listing_check import listing_disagreements, plan_inconsistencies
from allocator.verify.proofs import is_proved_twice
from allocator.verify.references import (
    MissingReferences,
    check_baseline,
    check_references,
    missing_references,
)
from allocator.verify.score_check import Disagreement, score_disagreements
from allocator.verify.versions import OtherVersion, other_version

__all__ = [
    "Disagreement",
    "Finding",
    "Judgement",
    "MissingReferences",
    "OtherVersion",
    "check_baseline",
    "check_references",
    "is_proved_twice",
    "judge",
    "listing_disagreements",
    "measure_rule",
    "missing_references",
    "other_version",
    "plan_inconsistencies",
    "score_disagreements",
]
