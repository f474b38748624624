"""Explains: why there is no plan, and the cheapest way out."""

from allocator.explain.infeasible import Reasons, Repair, why_infeasible

__all__ = ["Reasons", "Repair", "why_infeasible"]
