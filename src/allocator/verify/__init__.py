"""Judges plans by the rules' own checks; never imports the engine or the solver."""

from allocator.verify.admit import Gone, admit, admit_baseline, gone_from
from allocator.verify.claims import Disagreement, claims_against
from allocator.verify.judge import Finding, Judgement, judge, measured
from allocator.verify.listing import claims_of, listing_claims
from allocator.verify.proofs import is_proved_twice
from allocator.verify.versions import OtherVersion, other_version

__all__ = [
    "Disagreement",
    "Finding",
    "Gone",
    "Judgement",
    "OtherVersion",
    "admit",
    "admit_baseline",
    "claims_against",
    "claims_of",
    "gone_from",
    "is_proved_twice",
    "judge",
    "listing_claims",
    "measured",
    "other_version",
]
