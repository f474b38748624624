"""Draws by lot: commits to a draw, reveals its result, and replays the draw from its audit file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.scenarios import bind
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.plan import LevelScore, Plan
from allocator.model.reading.files import atomic_write, read_bytes
from allocator.model.reading.json_files import PLAN_BYTES
from allocator.model.run import RunRoute
from allocator.model.scenario import Scenario
from allocator.model.text import Text
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
    """Return the commitment of a draw, made before its seed is known: the pool, the rules, every chance.

    Args:
        draw: The draw.
        rehearsal: Whether the seed is known already; the audit file then says that the draw is not public.

    Raises:
        InputError: The scenario lacks the source or the time of the seed, or the seed exists already.
        CannotDraw: No result meets the rules of the draw.
    """
    from allocator.lottery import commit as commit_to

    return commit_to(draw, rehearsal=rehearsal)


def reveal(audit: Audit, seed: str, *, file: str = "audit") -> Audit:
    """Return a draw with the result that a public seed decides.

    Args:
        audit: The commitment, or a result of the same seed.
        seed: The public seed.
        file: Name of the audit file in faults.

    Raises:
        InputError: The seed has not the form in the commitment, or the result came from another seed.
    """
    from allocator.lottery import reveal as reveal_result

    drawn = reveal_result(audit, seed)
    if audit.seed is not None and drawn.seed != audit.seed:
        message = Text(zh="已用另一种子抽过", en="has already been drawn, with another seed")
        raise InputError([Fault(message, file, found=shorten(audit.seed))])
    return drawn


def drawn_plan(draw: BoundDraw, audit: Audit) -> Plan | None:
    """Return the result of a draw as a judged plan; None before the draw, or if the result is no plan."""
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


def replay(
    draw: BoundDraw, audit: Audit, content: bytes, *, published: str | None = None, seed: str | None = None
) -> tuple[Check, ...]:
    """Replay a draw from the scenario, without the solver, and return the checks.

    Args:
        draw: The draw of the scenario.
        audit: The content of the audit file.
        content: The bytes of the audit file, to compare with the bytes that the replay writes.
        published: The published line, or its SHA-256; None if not available.
        seed: The public seed; None if not available.
    """
    from allocator.lottery import replay_checks
    from allocator.lottery.draw_protocol import public_checks

    return (*replay_checks(draw, audit, content), *public_checks(audit, published, seed))


def unchecked_claims(audit: Audit, published: str | None, seed: str | None) -> tuple[Text, ...]:
    """Return the claims that a replay cannot check without the published line or the public seed."""
    from allocator.lottery.draw_protocol import comparison_reminders

    return tuple(comparison_reminders(audit, published, seed))


def find_draw(bound: Mapping[str, BoundDraw], name: str = "") -> BoundDraw:
    """Return the draw of a name, or the only draw if the name is empty.

    Raises:
        InputError: No draw has the name; or the name is empty, and there are several draws or none.
    """
    if not name and len(bound) == 1:
        return next(iter(bound.values()))
    if name in bound:
        return bound[name]
    if not bound:
        message = Text(
            zh="场景没有抽签；请在 draws 中写明", en="the scenario has no draws; name them under `draws`"
        )
        raise InputError([Fault(message, "scenario.yaml", column="draws")])
    message = Text(zh="请写明是哪一个抽签", en="which draw?")
    if name:
        message = Text(zh="没有此抽签", en="there is no such draw")
    found = shorten(name) if name else None
    raise InputError([Fault(message, found=found, allowed=", ".join(bound), nearest=nearest(name, bound))])


def audited_draw(bound: Mapping[str, BoundDraw], audit: Audit, file: str) -> BoundDraw:
    """Return the draw of the scenario to which an audit file belongs.

    Raises:
        InputError: The scenario has no such draw.
    """
    name = audit.committed.draw
    if name not in bound:
        message = Text(zh="场景没有此抽签", en="the scenario has no such draw")
        raise InputError([Fault(message, file, 0, "committed.draw", shorten(name), ", ".join(bound))])
    return bound[name]


def read_commitment(bound: Mapping[str, BoundDraw], name: str, path: Path) -> Audit:
    """Read an audit file, and refuse a commitment to any other version of the scenario.

    Args:
        bound: The draws of the scenario.
        name: Name of the draw; empty for the draw that the file names.
        path: The audit file.

    Raises:
        InputError: The file cannot be read, or a check of the replay fails.
    """
    audit, content = read_audit(path)
    draw = find_draw(bound, name or audit.committed.draw)
    wrong = [check for check in replay(draw, audit, content) if not check.holds]
    if wrong:
        raise InputError([Fault(check.text, path.name) for check in wrong])
    return audit


def publicity_caution(audit: Audit, *, is_committed: bool) -> Text | None:
    """Return why a result cannot be that of a public draw; None if it can, or before the draw.

    Args:
        audit: The draw.
        is_committed: Whether the commitment was written to a file before the draw.
    """
    from allocator.lottery.seed import format_time, now

    if audit.seed is None:
        return None
    if not is_committed:
        return _REHEARSAL
    due = audit.committed.terms.due if audit.committed.terms else None
    if due is None or due <= now():
        return None
    return Text(
        zh=f"提示：种子要到 {format_time(due)} 才产生，在此之前的结果不能是公开抽签",
        en=f"note: the seed comes about at {format_time(due)}; a result before that cannot be the public one",
    )


_REHEARSAL = Text(
    zh="提示：这是演练，不是公开抽签：未事先公布承诺（--audit），抽签人可以试多个种子",
    en="note: a rehearsal, no public draw: nothing was committed to before (--audit), so whoever draws could"
    " have tried many seeds",
)


def check_replaceable(audit: Audit, path: Path) -> None:
    """Refuse to write a draw over the audit file of another commitment, or of another result.

    A rehearsal may be replaced, and so may a file that is no audit file.

    Raises:
        InputError: The file holds another commitment, or a result that would be lost.
    """
    if not path.is_file() or not is_audit(path):
        return
    there, _ = read_audit(path)
    if there.committed.terms is not None and there.committed.terms.rehearsal:
        return
    if there.commitment != audit.commitment:
        message = Text(
            zh="已存有另一承诺；一次抽签只承诺一次，请另取文件名并只公布一个",
            en="holds another commitment: a draw is committed to once, and one is published",
        )
    elif there.seed is not None and (there.seed, there.result) != (audit.seed, audit.result):
        message = Text(zh="已存有抽签结果", en="holds a result already")
    else:
        return
    raise InputError([Fault(message, path.name, found=there.commitment)])


def is_audit(path: Path | str) -> bool:
    """Return whether a file looks like the audit file of a draw, rather than a plan.

    Raises:
        InputError: The file cannot be read.
    """
    return b'"allocator-draw/' in read_bytes(Path(path), Path(path).name, PLAN_BYTES)


def read_audit(path: Path | str) -> tuple[Audit, bytes]:
    """Read the audit file of a draw, and return the audit with the bytes of the file.

    Raises:
        InputError: The file cannot be read, or is no audit file.
    """
    from allocator.lottery import read_audit as read

    content = read_bytes(Path(path), Path(path).name, PLAN_BYTES)
    return read(content, Path(path).name), content


def write_audit(audit: Audit, path: Path | str) -> None:
    """Write the audit file of a draw atomically.

    Raises:
        InputError: The file cannot be written.
    """
    from allocator.lottery import audit_text

    atomic_write(audit_text(audit).encode(), Path(path))
