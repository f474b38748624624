"""An option laid out for files that show its plan beside the tables."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.report.plan_view import PlanView
from allocator.rules.context import RuleContext


@dataclass(frozen=True)
class ShownOption:
    """An option laid out: its plan, None if there is none, and its scenario."""

    view: PlanView | None
    context: RuleContext
