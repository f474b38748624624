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
from allocator.model.distinct import Numbers
from allocator.model.plan import LevelScore, Plan, ScenarioRef
from allocator.model.reading import bounded, load_scenario, read_spec, scenario_digest
from allocator.model.reading.files import read_bytes
from allocator.model.reading.planfile import PLAN_BYTES, read_plan, write_plan
from allocator.model.reading.wholefile import write_whole
from allocator.model.scenario import Scenario
from allocator.model.scores import ScoreTable
from allocator.model.text import Text
from allocator.rules.bind import bind_policy
from allocator.rules.packs import read_rulebook
from allocator.rules.pins import pin_rules
from allocator.rules.policy import Policy
from allocator.verify import Disagreement, Judgement, admit, claims_against, judge

if TYPE_CHECKING:
    from allocator.draw import Audit, BoundDraw, Check
    from allocator.engine.progress import Listener, Stop
    from allocator.engine.solve import Solved

__all__ = [
    "Policy",
    "Verdict",
    "bind",
    "commit",
    "drawn_plan",
    "draws",
    "is_audit",
    "load",
    "read_audit",
    "read_plan",
    "replay",
    "reveal",
    "solve",
    "verify",
    "with_scores",
    "write_audit",
    "write_plan",
]


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
        InputError: There is nothing to solve: the scenario has draws only.
        InternalError: The solver's plan breaks a hard rule, or its score is not what the rules find.
    """
    if not policy.world.layers:
        message = Text(
            zh="没有层可以求解；抽签请用 draw", en="there is no layer to solve; for a draw use `draw`"
        )
        raise InputError([Fault(message, "scenario.yaml", column="layers")])
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


def draws(scenario: Scenario) -> Mapping[str, BoundDraw]:
    """Return the draws of a scenario by name, each with its pool.

    Raises:
        InputError: With every fault of the draws.
    """
    if not scenario.spec.draws:
        return {}
    from allocator.draw import bind_draws

    return bind_draws(scenario)


def commit(draw: BoundDraw) -> Audit:
    """Return what to commit to before the seed of a draw is known: pool, rules, every chance.

    Raises:
        CannotDraw: The rules of the draw cannot be met.
    """
    from allocator.draw import commit as commit_to

    return commit_to(draw)


def reveal(audit: Audit, seed: str) -> Audit:
    """Return a draw with the result that a public seed decides.

    Raises:
        InputError: The seed is no line of text.
    """
    from allocator.draw import reveal as drawn

    return drawn(audit, seed)


def drawn_plan(draw: BoundDraw, audit: Audit) -> Plan | None:
    """Return what was drawn as a plan, judged by the rules; None if it is not drawn yet, or is no plan."""
    drawn = audit.result and audit.kind.assignments(audit.committed, audit.result)
    if not drawn:
        return None
    policy = bind(draw.scenario)
    judgement = judge(policy, drawn)
    return Plan(
        scenario=ScenarioRef(name=draw.scenario.name, sha256=policy.sha256),
        status="feasible",
        assignments=drawn,
        score=tuple(LevelScore(level=level, cost=cost, bound=0) for level, cost in judgement.costs.items()),
        rules=tuple(finding.score for finding in judgement.findings),
        run={"route": f"draw {audit.committed.draw}", "seed": audit.seed, "commitment": audit.commitment},
    )


def replay(draw: BoundDraw, audit: Audit, content: bytes) -> tuple[Check, ...]:
    """Replay a draw from the scenario, without the solver, and return what was looked at.

    Args:
        draw: The draw of the scenario.
        audit: What the file says.
        content: The bytes of the file, which are held to what would be written.
    """
    from allocator.draw import judge as looked_at

    return tuple(looked_at(draw, audit, content))


def is_audit(path: Path | str) -> bool:
    """Return whether a file looks like the audit file of a draw, rather than a plan.

    Raises:
        InputError: It cannot be read.
    """
    return b'"allocator-draw/' in read_bytes(Path(path), Path(path).name, PLAN_BYTES)


def read_audit(path: Path | str) -> tuple[Audit, bytes]:
    """Read the audit file of a draw; returns its bytes too.

    Raises:
        InputError: It cannot be read, or is no audit file.
    """
    from allocator.draw import read_audit as read

    content = read_bytes(Path(path), Path(path).name, PLAN_BYTES)
    return read(content, Path(path).name), content


def write_audit(audit: Audit, path: Path | str) -> None:
    """Write the audit file of a draw, whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    from allocator.draw import audit_text

    write_whole(audit_text(audit).encode(), Path(path))
