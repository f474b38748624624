"""Finds the price of a rule: solves all periods without it, warm-started from the plan."""

from __future__ import annotations

from dataclasses import replace

from allocator.errors import InternalError
from allocator.explain.rule_price import RulePrice
from allocator.model.plan import HARD, Level, Plan
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify.diff import plan_diff
from allocator.verify.judge import Judgement, judge


def price_rule(
    policy: Policy,
    plan: Plan,
    before: Judgement,
    rule: Rule,
    options: Options,
    observer: Observer = NULL_OBSERVER,
) -> RulePrice:
    """Solve all layers and periods without a rule, and compare with the plan at hand.

    Args:
        policy: The policy.
        plan: The plan, from which the solve starts.
        before: The judgement of the plan.
        rule: The rule to solve without.
        options: How to solve.
        observer: May stop the solve.

    Raises:
        InternalError: The plan found breaks a hard rule.
    """
    others = replace(policy, rules=tuple(one for one in policy.rules if one.id != rule.id))
    own = next(found for found in before.findings if found.rule.id == rule.id)
    cost = 0 if rule.is_hard else own.cost
    solved = solve(others, options, observer=observer, warm_start=WarmStart(plan.assignments))
    if not solved.proofs:
        return RulePrice(rule.id, cost, "unknown", {}, {}, (), 0)
    after = judge(policy, solved.assignments)
    broken = [found.rule.id for found in after.broken if found.rule.id != rule.id]
    if broken:
        raise InternalError(f"{broken[0]} is broken by a solve without {rule.id}")
    was, now = (_costs_without(found, rule) for found in (before, after))
    bounds = {proof.level: proof.bound for proof in solved.proofs}
    return RulePrice(
        rule.id,
        cost,
        solved.status,
        {level: now[level] - was[level] for level in was},
        {level: bounds.get(level, 0) - was[level] for level in was},
        plan_diff(policy, plan, solved.assignments).seats,
        sum(
            breach.amount for found in after.findings if found.rule.id == rule.id for breach in found.breaches
        ),
    )


def _costs_without(judgement: Judgement, rule: Rule) -> dict[Level, int]:
    """Return the cost of each soft level without that of a rule."""
    costs: dict[Level, int] = {}
    for found in judgement.findings:
        if not found.rule.is_hard:
            level = found.rule.plan_level
            costs[level] = costs.get(level, 0) + (0 if found.rule.id == rule.id else found.cost)
    return {level: cost for level, cost in sorted(costs.items()) if level != HARD}
