"""The protocol of a draw: first ``commit``, then ``reveal``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from allocator.errors import Fault, InputError
from allocator.lottery.audit import FORMAT_1, Audit
from allocator.lottery.draw_binding import BoundDraw
from allocator.lottery.draw_kind import Terms
from allocator.lottery.hashing import LotteryNumbers, commitment_hash
from allocator.lottery.seed import ALLOWED_FORMS, format_time, now, read_form
from allocator.model.text import Text
from allocator.rules.packs import YamlEntry


def commit(bound: BoundDraw, *, rehearsal: bool = False, at: datetime | None = None) -> Audit:
    """Return a draw with its pool, rules and chances, and the commitment to publish. Calls a solver.

    Args:
        bound: The draw.
        rehearsal: Whether the seed is known already. A rehearsal needs no source and no times, and its file
            is marked as no public draw for good.
        at: Time of the commitment; the current time by default.

    Raises:
        InputError: The draw lacks the source, the form or the time of its seed, or the seed is known already.
        CannotDraw: The rules cannot be met.
    """
    moment = at or now()
    faults = [] if rehearsal else list(_timing_faults(bound, moment))
    if faults:
        raise InputError(faults)
    terms = Terms(
        form=str(bound.spelling),
        seed_at=format_time(bound.seed_at) if bound.seed_at else "",
        committed_at="" if rehearsal else format_time(moment),
        rehearsal=rehearsal,
        day=bound.day.isoformat() if bound.day else "",
        absent=bound.absent,
        names=dict(sorted(bound.pool.label.items())),
        draws=tuple(sorted(bound.scenario.spec.draws)),
    )
    committed = bound.draw.commit(bound.scenario.name, bound.name, bound.pool)
    committed = committed.model_copy(update={"terms": terms})
    return Audit(type(bound.draw), committed, commitment_hash(committed.content()))


def _timing_faults(bound: BoundDraw, moment: datetime) -> Iterator[Fault]:
    """Yield why a commitment at a moment would prove nothing."""
    location = YamlEntry({"id": f"draws.{bound.name}"}, bound.scenario.document, ("draws", bound.name))
    example = "seed_at: 2026-03-01 21:15"
    if not bound.draw.seed:
        message = Text(
            zh="须写明种子的出处，否则抽签人可以挑选种子",
            en="must say where the seed will come from, or whoever draws could choose it",
        )
        yield location.fault(message, "seed")
    if bound.form is None:
        message = Text(
            zh="须写明种子的写法（所写出处没有唯一写法），否则抽签人可以挑选写法",
            en="must say how the seed is spelt, which does not follow from its source, or whoever draws could"
            " choose a spelling",
        )
        yield location.fault(message, "seed_form", allowed=ALLOWED_FORMS)
    if bound.seed_at is None:
        message = Text(
            zh="须写明种子何时产生，否则无人知道承诺是否在前",
            en="must say when the seed comes about, or nobody can tell that the commitment came before",
        )
        yield location.fault(message, "seed_at", allowed=example)
    elif bound.seed_at <= moment:
        message = Text(
            zh=f"种子在承诺（{format_time(moment)}）之前已产生；请用以后的种子。只作演练可直接给出 --seed",
            en=f"the seed came about before the commitment ({format_time(moment)}): name a later one; "
            "to rehearse, give --seed at once",
        )
        yield location.fault(message, "seed_at", found=format_time(bound.seed_at), allowed=example)


def reveal(audit: Audit, seed: str) -> Audit:
    """Return the draw with the result that a public seed decides.

    Raises:
        InputError: The seed does not have the spelling of the commitment.
    """
    terms = audit.committed.terms
    if terms is None:
        message = Text(
            zh=f"{FORMAT_1} 格式没有固定种子的写法，不能再用来抽签；请重新承诺",
            en=f"the format {FORMAT_1} fixed no spelling of the seed, so it is not drawn from; commit anew",
        )
        raise InputError([Fault(message, column="--seed")])
    public = read_form(terms.form).check(seed)
    return audit.drawn(public, audit.kind.decide(audit.committed, LotteryNumbers(audit.commitment, public)))
