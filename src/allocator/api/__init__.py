"""The public interface: load a scenario, bind its rules, solve it, verify a plan.

    policy = bind(load("scenarios/neijiang-zones"))
    plan = solve(policy, seconds=60)
    verdict = verify(policy, plan)

Solving imports the solver when it is first asked for: checking and verifying never do.
"""

from allocator.api.bundled import bundled_scenarios, copied
from allocator.api.checkpoints import Checkpoints, checkpoint_of
from allocator.api.drawing import (
    commit,
    drawn_plan,
    draws,
    is_audit,
    read_audit,
    replay,
    reveal,
    write_audit,
)
from allocator.api.judging import Verdict, candidates, verify
from allocator.api.loading import bind, load, with_scores
from allocator.api.pricing import price
from allocator.api.resuming import Resumed, resumed
from allocator.api.solving import fewest_changes, solve
from allocator.model.reading.planfile import read_plan, write_plan
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.verify import plan_inconsistencies

__all__ = [
    "Checkpoints",
    "Policy",
    "Resumed",
    "Verdict",
    "bind",
    "bundled_scenarios",
    "candidates",
    "checkpoint_of",
    "commit",
    "copied",
    "drawn_plan",
    "draws",
    "fewest_changes",
    "is_audit",
    "load",
    "plan_inconsistencies",
    "price",
    "read_audit",
    "read_plan",
    "replay",
    "resumed",
    "reveal",
    "solve",
    "verify",
    "with_plan_overrides",
    "with_scores",
    "write_audit",
    "write_plan",
]
