"""Judges plans by the checks of the rules themselves; imports neither `optimise` nor a solver."""

from allocator.verify.judge import (
    Disagreement,
    Finding,
    Judgement,
    is_proved_twice,
    judge,
    measure_rule,
    score_disagreements,
)
from allocator.verify.plan_references import (
    MissingReferences,
    OtherVersion,
    check_baseline,
    check_references,
    listing_disagreements,
    missing_references,
    other_version,
    plan_inconsistencies,
)

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
