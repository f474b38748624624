"""What a solve goes on from: the checkpoint of one that was ended, or the plan that one wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from allocator.api.checkpoints import checkpoint_of
from allocator.errors import Fault, InputError
from allocator.model.plan import LevelScore, Plan
from allocator.model.reading.faults import FaultList
from allocator.model.reading.jsonfile import json_fault
from allocator.model.reading.planfile import read_plan
from allocator.model.text import Text
from allocator.model.witnesses import witnesses_of
from allocator.rules.overrides import overrides_digest
from allocator.rules.policy import Policy
from allocator.verify import check_references, judge, score_disagreements

if TYPE_CHECKING:
    from allocator.optimise.construction.warm import WarmStart

#: Searches and the levels of each, as a checkpoint carries what they proved.
Proved = tuple[tuple[LevelScore, ...], ...]


@dataclass(frozen=True)
class Resumed:
    """What there is to go on from.

    Attributes:
        file: Where it was read.
        plan: A plan of all layers, or of the first ones.
        periods: How many periods of each layer it decides, the first ones.
        proved: What was proved of levels, search by search.
    """

    file: Path
    plan: Plan
    periods: Mapping[str, int]
    proved: Proved

    @property
    def begun(self) -> WarmStart:
        """The same, as the engine takes it."""
        from allocator.optimise.construction.warm import WarmStart
        from allocator.solvers.bounds import Bound, KnownBounds, Proof

        def proof(one: LevelScore) -> Proof:
            by, second = witnesses_of(one.proof.by, one.proof.confirmed)
            return Proof.of(one.level, one.cost, Bound(one.bound, by, second))

        searches = (tuple(proof(one) for one in search) for search in self.proved)
        return WarmStart(self.plan.assignments, KnownBounds(tuple(searches)), self.periods)

    @property
    def rank(self) -> tuple[object, ...]:
        """What is less for a better plan: more of it, then less cost level by level."""
        return (-sum(self.periods.values()), *(score.cost for score in self.plan.score))


def resumed(policy: Policy, out: Path) -> Resumed | None:
    """Return the best that a solve of this policy into ``out`` left, with all that was proved.

    Raises:
        InputError: What is there cannot be read, is of another version of the scenario or was asked
            something else beside it, or is no plan of it.
    """
    checkpoint = checkpoint_of(out)
    if checkpoint is None:
        return None
    found = [_read(policy, checkpoint)] if checkpoint.exists() else []
    if out.exists() and (not found or _is_of(policy, out)):
        found.append(_read(policy, out))
    there = sorted((one for one in found if one is not None), key=lambda one: one.rank)
    if not there:
        return None
    best = there[0]
    proved = tuple(dict.fromkeys(search for one in there for search in one.proved))
    return Resumed(best.file, best.plan, best.periods, proved)


def _is_of(policy: Policy, file: Path) -> bool:
    """Whether a plan is of this very policy; beside a checkpoint that is, an older one does not matter."""
    try:
        return not list(_others(policy, read_plan(file), file.name))
    except InputError:
        return False


def _read(policy: Policy, file: Path) -> Resumed | None:
    """Return what one file has, None if no plan was found when it was made."""
    plan = read_plan(file)
    others = list(_others(policy, plan, file.name))
    if others:
        raise InputError(others)
    periods = {name: len(layer.periods) for name, layer in policy.context.layers.items()}
    if "partial" in plan.run:
        periods = _first_ones(periods, plan.run["partial"], file.name)
    elif plan.status not in ("feasible", "optimal"):
        return None
    _must_hold(policy, plan, periods, file.name)
    proved = _proved(plan, file.name)
    return Resumed(file, plan, periods, (*proved, plan.score) if plan.score else proved)


def _others(policy: Policy, plan: Plan, file: str) -> Iterator[Fault]:
    """Yield why what was proved of a plan need not hold here."""
    if plan.scenario.sha256 != policy.sha256:
        message = Text(
            zh="是为场景（或其规则）的另一版本作出的，不能由此继续；不用 --resume 则从头求解",
            en="was made for another version of the scenario or of its rules: nothing can go on from it; "
            "without --resume a solve begins anew",
        )
        found, allowed = plan.scenario.sha256[:12], policy.sha256[:12]
        yield Fault(message, file, column="scenario.sha256", found=found, allowed=allowed)
    elif plan.run.get("beside", "") != overrides_digest(policy):
        message = Text(
            zh="是按另外的 --pin、--exclude、--keep、--baseline 或 --fewest-changes 作出的，不能由此继续",
            en="was made with other --pin, --exclude, --keep, --baseline or --fewest-changes: "
            "nothing can go on from it",
        )
        yield Fault(message, file, column="run.beside")


def _first_ones(every: Mapping[str, int], partial: Any, file: str) -> dict[str, int]:
    """Return how much is decided: of each layer all, of the last one the first so many periods."""
    try:
        decided = TypeAdapter(dict[str, int]).validate_python(partial, strict=True)
    except ValidationError:
        decided = {}
    *before, last = list(decided.items()) or [("", 0)]
    *whole, begun = list(every.items())[: len(decided)] or [("", 0)]
    if before != whole or last[0] != begun[0] or not 0 < last[1] <= begun[1]:
        allowed = ", ".join(f"{name}: {count}" for name, count in every.items())
        raise InputError([_no_plan(file, "run.partial", allowed)])
    return decided


def _must_hold(policy: Policy, plan: Plan, periods: Mapping[str, int], file: str) -> None:
    """Refuse a plan that was changed since: it must break no hard rule, and cost what it says."""
    check_references(policy, plan, file)
    judgement = judge(policy.truncate(periods), plan.assignments)
    if judgement.broken or score_disagreements(plan, judgement):
        raise InputError([_no_plan(file, "", "")])


def _no_plan(file: str, column: str, allowed: str) -> Fault:
    message = Text(
        zh="其中的方案不成立，或代价与其所称不符，不能由此继续（详见 verify）",
        en="holds no plan that is sound and costs what it says: nothing can go on from it (see verify)",
    )
    return Fault(message, file, column=column, allowed=allowed)


def _proved(plan: Plan, file: str) -> Proved:
    try:
        return TypeAdapter(Proved).validate_python(plan.run.get("proved", ()))
    except ValidationError as error:
        faults = FaultList()
        for detail in error.errors(include_url=False):
            faults.add(json_fault(detail, file, ("run", "proved", *detail["loc"])))
        raise faults.error() from None
