"""Stress: what becomes of a plan if somebody leaves, work grows, or a tie comes to light."""

from allocator.stress.shocks import (
    LEAVING,
    SHOCK_KINDS,
    Shock,
    ShockKind,
    ShockSettings,
    find_shocks,
    shocked_scenario,
)
from allocator.stress.stress_report import ShockResult, StressReport

__all__ = [
    "LEAVING",
    "SHOCK_KINDS",
    "Shock",
    "ShockKind",
    "ShockResult",
    "ShockSettings",
    "StressReport",
    "find_shocks",
    "shocked_scenario",
]
