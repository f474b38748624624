"""Draws by lot: commits, reveals, replays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.loading import bind
from allocator.model.plan import LevelScore, Plan
from allocator.model.reading.files import read_bytes
from allocator.model.reading.planfile import PLAN_BYTES
from allocator.model.reading.wholefile import write_whole
from allocator.model.run import RunRoute
from allocator.model.scenario import Scenario
from allocator.verify import judge

if TYPE_CHECKING:
    from allocator.lottery import Audit, BoundDraw, Check


def draws(scenario: Scenario) -> Mapping[str, BoundDraw]:
    """Return the draws of a scenario by name, each with its pool.

    Raises:
        InputError: With every fault of the draws.
    """
    if not scenario.spec.draws:
        return {}
    from allocator.lottery import bind_draws

    return bind_draws(scenario)


def commit(draw: BoundDraw, *, rehearsal: bool = False) -> Audit:
    """Return what to commit to before the seed of a draw is known: pool, rules, every chance.

    Args:
        draw: The draw.
        rehearsal: Whether the seed is known already; the file then says that it is no public draw.

    Raises:
        InputError: Where the seed comes from or when is not said, or it has come about already.
        CannotDraw: The rules of the draw cannot be met.
    """
    from allocator.lottery import commit as commit_to

    return commit_to(draw, rehearsal=rehearsal)


def reveal(audit: Audit, seed: str) -> Audit:
    """Return a draw with the result that a public seed decides.

    Raises:
        InputError: The seed has not the spelling that was committed to.
    """
    from allocator.lottery import reveal as drawn

    return drawn(audit, seed)


def drawn_plan(draw: BoundDraw, audit: Audit) -> Plan | None:
    """Return what was drawn as a plan, judged by the rules; None if it is not drawn yet, or is no plan."""
    drawn = audit.result and audit.kind.assignments(audit.committed, audit.result)
    if not drawn:
        return None
    policy = bind(draw.scenario)
    judgement = judge(policy, drawn)
    return Plan(
        scenario=policy.reference,
        status="feasible",
        assignments=drawn,
        score=tuple(LevelScore(level=level, cost=cost, bound=0) for level, cost in judgement.costs.items()),
        rules=tuple(finding.score for finding in judgement.findings),
        run={
            "route": RunRoute(kind="draw", draw=audit.committed.draw).to_json(),
            "seed": audit.seed,
            "commitment": audit.commitment,
            "rehearsal": audit.committed.terms is None or audit.committed.terms.rehearsal,
        },
    )


def replay(draw: BoundDraw, audit: Audit, content: bytes) -> tuple[Check, ...]:
    """Replay a draw from the scenario, without the solver, and return what was looked at.

    Args:
        draw: The draw of the scenario.
        audit: What the file says.
        content: The bytes of the file, which are held to what would be written.
    """
    from allocator.lottery import replay_checks

    return tuple(replay_checks(draw, audit, content))


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
    from allocator.lottery import read_audit as read

    content = read_bytes(Path(path), Path(path).name, PLAN_BYTES)
    return read(content, Path(path).name), content


def write_audit(audit: Audit, path: Path | str) -> None:
    """Write the audit file of a draw, whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    from allocator.lottery import audit_text

    write_whole(audit_text(audit).encode(), Path(path))
