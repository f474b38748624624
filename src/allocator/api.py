"""The public interface: load a scenario, bind its rules, solve it, verify a plan.

    policy = bind(load("scenarios/neijiang-zones"))
    plan = solve(policy, seconds=60)
    verdict = verify(policy, plan)

Solving imports the solver when it is first asked for: checking and verifying never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError, InternalError
from allocator.model.plan import LevelScore, Plan, ScenarioRef
from allocator.model.reading import bounded, load_scenario, read_spec, scenario_digest
from allocator.model.reading.planfile import read_plan, write_plan
from allocator.model.scenario import Scenario
from allocator.model.scores import Numbers, ScoreTable
from allocator.rules.bind import bind_policy
from allocator.rules.packs import read_rulebook
from allocator.rules.pins import pin_rules
from allocator.rules.policy import Policy
from allocator.verify import Disagreement, Judgement, admit, claims_against, judge

if TYPE_CHECKING:
    from allocator.engine.progress import Listener, Stop
    from allocator.engine.solve import Solved

__all__ = ["Policy", "Verdict", "bind", "load", "read_plan", "solve", "verify", "with_scores", "write_plan"]


def load(path: Path | str) -> Scenario:
    """Read a scenario folder (or workbook).

    Raises:
        InputError: With every fault of its files, rule packs among them.
    """
    try:
        return load_scenario(path)
    except InputError as error:
        raise bounded([*error.faults, *_pack_faults(path)]) from None


def _pack_faults(path: Path | str) -> list[Fault]:
    """Return what is wrong with the rule packs of a scenario whose tables are wrong: all is told at once."""
    found = read_spec(Path(path))
    return read_rulebook(found.spec.rules, found.folder).faults if found else []


def with_scores(
    scenario: Scenario, tables: Mapping[str, tuple[Sequence[str], Sequence[str], Numbers]]
) -> Scenario:
    """Return a scenario with score tables that lie in memory, beside those of its files.

    Args:
        scenario: What ``load`` returned.
        tables: By name, the ids of the rows, those of the columns, and ``[rows, columns]`` numbers: what
            ``scores-NAME.csv`` would hold, without the limits of a file.
    """
    made = {
        name: ScoreTable(tuple(rows), tuple(cols), values) for name, (rows, cols, values) in tables.items()
    }
    organisation = replace(scenario.organisation, scores={**scenario.organisation.scores, **made})
    digest = scenario_digest(
        [("scenario", scenario.sha256.encode()), *((n, made[n].content) for n in sorted(made))]
    )
    return replace(scenario, organisation=organisation, sha256=digest)


def bind(scenario: Scenario, *, baseline: Plan | None = None, pins: Iterable[str] = ()) -> Policy:
    """Bind the scenario's rules to its tables.

    Args:
        scenario: What ``load`` returned.
        baseline: A plan to start from and stay close to.
        pins: Places settled beforehand, ``ITEM=SLOT`` or ``ITEM=SLOT@PERIOD``.

    Raises:
        InputError: With every fault of the rules and pins.
    """
    return bind_policy(scenario, baseline=baseline, extra=pin_rules(scenario, pins))


def solve(
    policy: Policy,
    *,
    seconds: float = 60.0,
    seed: int = 1,
    workers: int = 0,
    stop: Stop | None = None,
    listen: Listener | None = None,
) -> Plan:
    """Find the best plan and have it judged by the rules' own checks before anyone sees it.

    Args:
        policy: What ``bind`` returned.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads, 0 for as many as there are cores; one makes the plan repeatable.
        stop: A request to stop, from another thread.
        listen: Hears of progress.

    Raises:
        InternalError: The solver's plan breaks a hard rule, or its score is not what the rules find.
    """
    from allocator.engine import progress
    from allocator.engine import solve as engine

    options = engine.Options(seconds=seconds, seed=seed, workers=workers)
    solved = engine.solve(policy, options, stop=stop, listen=listen or progress.silent)
    return _plan(policy, solved)


def _plan(policy: Policy, solved: Solved) -> Plan:
    reference = ScenarioRef(name=policy.world.scenario.name, sha256=policy.sha256)
    if not solved.proofs:
        return Plan(scenario=reference, status=solved.status, assignments=(), run=solved.run)
    judgement = judge(policy, solved.assignments)
    plan = Plan(
        scenario=reference,
        status=solved.status,
        assignments=solved.assignments,
        score=tuple(LevelScore(level=p.level, cost=p.cost, bound=p.bound) for p in solved.proofs),
        rules=tuple(finding.score for finding in judgement.findings),
        run=solved.run,
    )
    _must_agree(plan, judgement, solved.rule_costs)
    return plan


def _must_agree(plan: Plan, judgement: Judgement, costs: Mapping[str, int]) -> None:
    """Refuse a plan whose score the checks do not confirm: one of the two is wrong about a rule."""
    broken = [f"{found.rule.id}: {len(found.breaches)} breaches" for found in judgement.broken]
    priced = [
        f"{found.rule.id}: the program says {costs.get(found.rule.id, 0)}, its check {found.cost}"
        for found in judgement.findings
        if not found.rule.is_hard and found.cost != costs.get(found.rule.id, 0)
    ]
    levels = [claim.message.en for claim in claims_against(plan, judgement)]
    if broken or priced or levels:
        raise InternalError("; ".join(["the solver and the checks disagree", *broken, *priced, *levels]))


@dataclass(frozen=True)
class Verdict:
    """What the checks say of a plan.

    Attributes:
        judgement: What every rule finds.
        disagreements: Where the plan's own score is not so.
        other_scenario: Whether the plan was made for another version of the scenario.
    """

    judgement: Judgement
    disagreements: tuple[Disagreement, ...]
    other_scenario: bool

    @property
    def holds(self) -> bool:
        """Whether the plan breaks no hard rule and claims nothing that is not so."""
        return not self.judgement.broken and not self.disagreements


def verify(policy: Policy, plan: Plan, *, file: str = "plan") -> Verdict:
    """Judge a plan by code that shares nothing with the solver.

    Raises:
        InputError: The plan names what the scenario does not have.
    """
    admit(policy, plan, file)
    judgement = judge(policy, plan.assignments)
    other = plan.scenario.sha256 != policy.sha256
    return Verdict(judgement, claims_against(plan, judgement), other)
