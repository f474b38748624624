"""Plans who serves where for supervision bodies: zones, postings and casework, with proofs and reasons."""

__version__ = "0.1.0"
