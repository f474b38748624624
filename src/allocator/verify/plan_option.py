"""An option: a plan with the policy that it was made for, judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import HARD, Level, Plan
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.verify.judge import Judgement
from allocator.verify.plan_references import OtherVersion


@dataclass(frozen=True, eq=False)
class PlanOption:
    """One of the options that are compared.

    Attributes:
        label: Its letter.
        name: Its name, such as that of its file.
        policy: The policy that the plan was made for, with the overrides of the plan.
        plan: The plan, or the answer that there is none.
        judgement: The findings of its own rules; None without a plan.
        doubtful: The false claims of the plan.
        differs: The differences between this version of the scenario and that of the plan.
    """

    label: str
    name: str
    policy: Policy
    plan: Plan
    judgement: Judgement | None
    doubtful: tuple[Text, ...] = ()
    differs: OtherVersion | None = None

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan: a status that says so, or assignments."""
        return self.plan.is_found or bool(self.plan.assignments)

    @property
    def costs(self) -> Mapping[Level, int]:
        """Cost by level, as the judge counts it; empty without a plan."""
        return self.judgement.costs if self.judgement else {}

    @property
    def bounds(self) -> Mapping[Level, int]:
        """Lower bound by level; empty if the plan claims what is not so or is of another version."""
        if self.doubtful or self.differs is not None:
            return {}
        return {one.level: one.bound for one in self.plan.score}

    @property
    def is_admissible(self) -> bool:
        """Whether there is a plan that breaks no hard rule."""
        return self.has_plan and not self.costs.get(HARD, 0)

    @property
    def is_judged_whole(self) -> bool:
        """Whether its rules say all that its call asked for.

        What a call froze, and its limits of changes, depend on a baseline that the plan does not hold: a
        bound that was proved with them says nothing about other plans.
        """
        asked = self.policy.overrides
        return not (asked.freeze or asked.since or asked.at_most) and "changes" not in self.plan.run

    @property
    def rules_key(self) -> tuple[str, str]:
        """What tells the rules of one option from those of another: their digest, and that of the call."""
        return self.policy.sha256, str(self.plan.run.get("beside", ""))
