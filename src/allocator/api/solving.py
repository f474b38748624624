"""Solves a policy, and refuses a plan that the checks of the rules do not confirm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.resuming import ResumeState, free_score, load_resume_state
from allocator.errors import Fault, InputError, InternalError
from allocator.model.plan import LevelScore, Plan
from allocator.model.text import Text
from allocator.rules.kept_layers import any_penalises_changes, missing_baseline
from allocator.rules.overrides import overrides_digest
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup, StopRequest
from allocator.verify import Judgement, judge, missing_references, score_disagreements
from allocator.verify.diff import plan_diff

if TYPE_CHECKING:
    from allocator.optimise.results import SolveResult
    from allocator.optimise.second_proofs import Confirm


def solve(
    policy: Policy,
    *,
    seconds: float = 60.0,
    seed: int = 1,
    workers: int = 0,
    window: int | None = None,
    memory: float | None = None,
    confirm: Confirm = "spare",
    observer: Observer = NULL_OBSERVER,
    resume_from: ResumeState | None = None,
) -> Plan:
    """Find the best plan, and judge it by the checks of the rules before it is returned.

    Args:
        policy: The bound policy, from ``bind``.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core. A single thread makes the plan repeatable.
        window: Number of periods in a window of a rolling solve, 1 or more: the first period of the window
            is fixed, then the window moves on. For horizons too long to search as one; None, or the number
            of periods, searches all periods at once.
        memory: Memory limit in GiB of this process and its worker processes; near the limit the solve stops
            and the incumbent is returned.
        confirm: Whether a second solver confirms the proved bounds: ``spare`` in the remaining time, for
            about the time of the solve and not with one worker; ``full`` without a deadline; or ``off``.
        observer: Receives progress and snapshots, and may stop the solve; such as ``StopRequest``,
            ``Checkpoints``, or several observers as an ``ObserverGroup``.
        resume_from: The state to resume from, from ``load_resume_state``; the new plan is no worse.

    Raises:
        InputError: The scenario has draws only, the window is shorter than 1, or the memory limit cannot be
            enforced.
        InternalError: The plan breaks a hard rule, its score differs from the findings of the rules, or a
            second solver refutes a proved bound.
    """
    must_have_layers(policy)
    _must_be_a_window(window)
    from allocator.optimise.dispatcher import solve as solve_policy
    from allocator.optimise.results import Options
    from allocator.solvers import worker_process as memories

    options = Options(seconds, seed, workers, window or 0, confirm)
    limit = StopRequest()
    with memories.memory_limit(memory, limit):
        result = solve_policy(
            policy,
            options,
            observer=ObserverGroup(observer, limit),
            warm_start=None if resume_from is None else resume_from.warm_start,
        )
    return judged_plan(policy, result, overrides_digest(policy))


def resume(
    policy: Policy,
    out: Path | str,
    *,
    seconds: float = 60.0,
    seed: int = 1,
    workers: int = 0,
    window: int | None = None,
    memory: float | None = None,
    confirm: Confirm = "spare",
    observer: Observer = NULL_OBSERVER,
) -> Plan:
    """Resume the solve that wrote a plan or its checkpoint; start anew if there is neither.

    Args:
        policy: The bound policy, from ``bind``, with the overrides of the earlier solve.
        out: The file of the plan; its checkpoint lies beside it.
        seconds: Time limit for the rest of the solve.
        seed: As in ``solve``.
        workers: As in ``solve``.
        window: As in ``solve``.
        memory: As in ``solve``.
        confirm: As in ``solve``.
        observer: As in ``solve``.

    Raises:
        InputError: The plan or the checkpoint is of another version of the scenario; else as in ``solve``.
        InternalError: As in ``solve``.
    """
    return solve(
        policy,
        seconds=seconds,
        seed=seed,
        workers=workers,
        window=window,
        memory=memory,
        confirm=confirm,
        observer=observer,
        resume_from=load_resume_state(policy, Path(out)),
    )


def fewest_changes(
    policy: Policy,
    *,
    seconds: float = 60.0,
    seed: int = 1,
    workers: int = 0,
    memory: float | None = None,
    confirm: Confirm = "spare",
    observer: Observer = NULL_OBSERVER,
) -> Plan:
    """Find the best plan among those with the fewest changes from the baseline.

    A change is a seat that changes hands in a slot that the baseline fills. The minimum number of changes is
    found and proved first, and kept while the levels of the scenario are optimised; the score of the plan has
    these levels only. ``run["changes"]`` has the number of changes (``fewest``), its lower bound (``bound``)
    and the back ends that proved the bound (``proof``). A baseline that no plan of as few changes is better
    than is returned as it is: where nothing has changed, nothing moves.

    Arguments and further errors are those of ``solve``.

    Raises:
        InputError: There is no baseline.
    """
    must_have_layers(policy)
    if policy.context.baseline is None:
        raise InputError([missing_baseline("--fewest-changes")])
    from allocator.optimise.dispatcher import solve as solve_policy
    from allocator.optimise.results import Options
    from allocator.solvers import worker_process as memories

    options = Options(seconds, seed, workers, confirm=confirm, minimum_changes=True)
    limit = StopRequest()
    with memories.memory_limit(memory, limit):
        result = solve_policy(policy, options, observer=ObserverGroup(observer, limit))
    result = unmoved(policy, result)
    plan = judged_plan(policy, result, overrides_digest(policy, "fewest changes"))
    if not plan.score or result.changes is None:
        return plan
    counted = sum(one.cost for one in judge(replace(policy, rules=result.counted), plan.assignments).findings)
    if counted != result.changes.cost:
        raise InternalError(f"the solver says {result.changes.cost} changes, the checks {counted}")
    said = result.changes.proved.bound_proof.model_dump(mode="json")
    changes = {**plan.run["changes"], "fewest": counted, "bound": result.changes.bound, "proof": said}
    return plan.model_copy(update={"run": {**plan.run, "changes": changes}})


def unmoved(policy: Policy, solved: SolveResult) -> SolveResult:
    """Return a result with the baseline as its plan, if that is as good and has no change; else the result.

    Args:
        policy: The policy, with the baseline.
        solved: A result with the fewest changes.
    """
    baseline = policy.context.baseline
    if baseline is None or solved.changes is None or solved.changes.cost or not solved.proofs:
        return solved
    if missing_references(policy, baseline).assignments:
        return solved
    before, after = judge(policy, baseline.assignments), judge(policy, solved.assignments)
    if before.broken or before.costs != after.costs:
        return solved
    costs = {finding.rule.id: finding.cost for finding in before.findings}
    return replace(solved, assignments=baseline.assignments, rule_costs={**solved.rule_costs, **costs})


def must_have_layers(policy: Policy) -> None:
    """Refuse a scenario of draws only.

    Raises:
        InputError: There is no layer.
    """
    if not policy.context.layers:
        message = Text(
            zh="没有层可以求解；抽签请用 draw", en="there is no layer to solve; for a draw use `draw`"
        )
        raise InputError([Fault(message, "scenario.yaml", column="layers")])


def _must_be_a_window(window: int | None) -> None:
    if window is not None and window < 1:
        message = Text(zh="窗口至少为一个周期", en="a window is one period at least")
        raise InputError([Fault(message, column="--window", found=str(window), allowed="≥ 1")])


def judged_plan(policy: Policy, solved: SolveResult, beside: str) -> Plan:
    """Return the plan of a solve with its score, once the checks of the rules confirm it.

    Args:
        policy: The policy.
        solved: The result.
        beside: The digest of what the call asks for beside the scenario; empty if nothing.

    Raises:
        InternalError: The checks find another cost, or a broken hard rule.
    """
    run = {**solved.run, "beside": beside} if beside else solved.run
    run = {**run, "asked": policy.overrides.to_run_data()} if policy.overrides else run
    if solved.refuted is not None:
        run = {**run, "proof": solved.refuted.bound_proof.model_dump(mode="json")}
    if not solved.proofs:
        return Plan(scenario=policy.reference, status=solved.status, assignments=(), run=run)
    judgement = judge(policy, solved.assignments)
    baseline = policy.context.baseline
    changes = None if baseline is None else plan_diff(policy, baseline, solved.assignments)
    plan = Plan(
        scenario=policy.reference,
        status=solved.status,
        assignments=solved.assignments,
        score=_score(solved, judgement),
        rules=tuple(finding.score for finding in judgement.findings),
        run=run if changes is None else {**run, "changes": changes.to_run_data()},
    )
    _must_agree(plan, judgement, solved.rule_costs)
    return plan


def _score(solved: SolveResult, judgement: Judgement) -> tuple[LevelScore, ...]:
    """Return the score of every level; a level that the program does not have costs nothing."""
    proved = {proof.level: proof.score for proof in solved.proofs}
    free = {level: free_score(level) for level in judgement.costs}
    return tuple({**free, **proved}[level] for level in judgement.costs) + tuple(
        score for level, score in proved.items() if level not in judgement.costs
    )


def _must_agree(plan: Plan, judgement: Judgement, costs: Mapping[str, int]) -> None:
    """Refuse a plan whose score the checks do not confirm: the solver or a check has a rule wrong."""
    broken = [f"{found.rule.id}: {len(found.breaches)} breaches" for found in judgement.broken]
    priced = [
        f"{found.rule.id}: the program says {costs.get(found.rule.id, 0)}, its check {found.cost}"
        for found in judgement.findings
        if not found.rule.is_hard and found.cost != costs.get(found.rule.id, 0)
    ]
    levels = [claim.message.en for claim in score_disagreements(plan, judgement)]
    if broken or priced or levels:
        raise InternalError("; ".join(["the solver and the checks disagree", *broken, *priced, *levels]))


def counts_changes(policy: Policy, asked: bool | None, *, rolls: bool, resumes: bool) -> bool:
    """Return whether a solve minimises the changes from the baseline before all levels.

    By default it does if there is a baseline, no rule penalises changes from the baseline, no limit of
    changes is set, and all periods are searched at once.

    Args:
        policy: The bound policy, with the baseline if there is one.
        asked: The choice of the call: True for ``--fewest-changes``, False for ``--free-changes``, None for
            the default.
        rolls: Whether the solve is a rolling one.
        resumes: Whether the call resumes an earlier solve; a solve for the fewest changes has no checkpoint.

    Raises:
        InputError: ``--free-changes`` has no baseline, or a resumed solve would minimise the changes by
            default.
    """
    if policy.context.baseline is None:
        if asked is False:
            raise InputError([missing_baseline("--free-changes")])
        return bool(asked)
    if asked is not None:
        return asked
    counted = not rolls and not policy.overrides.at_most and not any_penalises_changes(policy.rules)
    if counted and resumes:
        message = Text(
            zh="不能与 --baseline 的最少变动同用：该求解不写检查点（可用 --free-changes）",
            en="does not go with the fewest changes that --baseline asks for, which keep no checkpoint "
            "(see --free-changes)",
        )
        raise InputError([Fault(message, column="--resume")])
    return counted
