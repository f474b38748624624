"""Assignment by lot: a lottery over whole assignments, none of whose pairs is likelier than a bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from allocator.errors import Fault, InputError, nearest
from allocator.lottery.draw_kind import AuditModel, Committed, Draw
from allocator.lottery.findings import (
    Check,
    LotteryNumbers,
    ReportLine,
    canonical_json,
    percent,
    pool_differences,
    rule_differences,
)
from allocator.lottery.kinds._assignment_audit import (
    AssignmentCommitted,
    AssignmentResult,
    AssignmentRules,
    Share,
    SlotEntry,
    absences_of,
    assignment_lottery_checks,
    assignments_of,
    pair_chances,
    pair_worths,
    recused_by_slot,
    rule_checks,
)
from allocator.lottery.scenario_view import ScenarioView
from allocator.model.layer import IntArray
from allocator.model.plan import Assignment
from allocator.model.spec import Name
from allocator.model.text import Text
from allocator.rules.expressions.fields import Doc
from allocator.rules.policy import Policy
from allocator.rules.rule import FieldError, Rule
from allocator.rules.scenario_binding import bind_policy


@dataclass(frozen=True, eq=False)
class AssignmentPool:
    """The pool of an assignment by lot.

    Attributes:
        policy: The policy that every assignment keeps.
        rules: The rules of the draw.
        recused: For each slot the items that may not be assigned to it.
        items: The items of the layer.
        label: The name of each id.
        worth: ``[I, S]`` worth of pairs; None without ``perturb``.
    """

    policy: Policy
    rules: AssignmentRules
    recused: Mapping[str, tuple[str, ...]]
    items: tuple[str, ...]
    label: Mapping[str, str]
    worth: IntArray | None


class AssignmentByLot(Draw):
    """A whole assignment of all layers, drawn from a lottery: nobody can foresee who gets which case.

    Every assignment of the lottery keeps all hard rules. No pair of an item and a slot of the layer ``on`` is
    more likely than ``probability``. Within that, the lottery costs as little in the mean as can be, level by
    level; ``perturb`` spreads the chances further at a price in the last level.
    """

    name = "assignment"
    summary = Text(
        zh="整套安排抽签：任何人与任何案件配对的概率均有上限",
        en="A whole assignment by lot, with a bound on the probability of any pair.",
    )
    committed: ClassVar[type[Committed]] = AssignmentCommitted
    result: ClassVar[type[AuditModel]] = AssignmentResult
    on_one_day = False

    on: Annotated[str, Doc(zh="配对概率受限的层", en="The layer whose pairs are bounded.")]
    probability: Annotated[
        Share,
        Doc(
            zh="任何一对的概率上限，如 0.5 或 1/3，分母至多 100",
            en="The greatest probability of a pair, such as 0.5 or 1/3; a denominator of at most 100.",
        ),
    ]
    different: Annotated[
        int,
        Field(ge=1, le=10**4),
        Doc(
            zh="签中至少几套不同的安排",
            en="So many different assignments at least are in the lottery.",
        ),
    ] = 20
    perturb: Annotated[
        Share,
        Doc(
            zh="再把概率摊开的力度，0 至 1：概率 x 的一对只值 worth·(x − perturb·x²)",
            en="How far chances are spread beyond the bound, 0 to 1: at probability x a pair is worth"
            " worth * (x - perturb * x * x).",
        ),
    ] = Fraction(0)
    worth: Annotated[
        str,
        Doc(zh="一对的价值（CEL），perturb 用", en="What a pair is worth (CEL): score.fit."),
    ] = ""
    seconds: Annotated[
        float, Field(gt=0, le=10**6), Doc(zh="求解时限（秒）", en="Seconds that a search may take.")
    ] = 60.0

    @model_validator(mode="after")
    def _check_fields(self) -> AssignmentByLot:
        if self.probability <= 0:
            raise FieldError(zh="probability 须大于 0", en="probability must be above 0")
        if (self.perturb > 0) != bool(self.worth):
            raise FieldError(zh="perturb 与 worth 须同时给出", en="perturb and worth stand together")
        return self

    def pool(self, view: ScenarioView) -> AssignmentPool:
        """Return the rules of the scenario, and the recusals of each slot."""
        policy = bind_policy(view.scenario)
        if self.on not in policy.context.layers:
            raise InputError([_unknown_layer_fault(self.on, tuple(policy.context.layers), view)])
        layer = policy.context.layers[self.on]
        view.leave_out(absences_of(layer))
        rules = AssignmentRules(
            on=self.on,
            probability=self.probability.as_integer_ratio(),
            different=self.different,
            perturb=self.perturb.as_integer_ratio(),
            worth=self.worth,
            scenario=policy.sha256,
            rules=tuple(_rule_json(rule) for rule in policy.rules),
        )
        worth = pair_worths(policy, self.on, self.worth, view) if self.worth else None
        names = (*layer.items, *layer.slots)
        label = dict(zip(names, view.label(names), strict=True))
        return AssignmentPool(policy, rules, recused_by_slot(policy, layer), layer.items, label, worth)

    def commit(self, scenario: str, draw: Name, pool: AssignmentPool) -> AssignmentCommitted:
        """Return the rules, the pool and the lottery. Calls a solver."""
        from allocator.lottery.plra_solver import commit_lottery

        found = commit_lottery(
            pool.policy, self.on, self.probability, self.different, self.seconds, self.perturb, pool.worth
        )
        return AssignmentCommitted(
            **self.identity(scenario, draw),
            rules=pool.rules,
            items=pool.items,
            slots=tuple(SlotEntry(id=slot, recused=out) for slot, out in pool.recused.items()),
            **found,
        )

    @classmethod
    def decide(cls, committed: AssignmentCommitted, numbers: LotteryNumbers) -> AssignmentResult:
        """Draw a ticket, which holds an assignment."""
        ticket, assignment = numbers.draw_ticket([one.tickets for one in committed.lottery])
        return AssignmentResult(ticket=ticket, assignment=assignment)

    def differences(self, committed: AssignmentCommitted, pool: AssignmentPool) -> Iterator[Check]:
        """Yield differences from the commitment, and whether every assignment keeps the rules."""
        yield from rule_differences(committed.rules.model_dump(), pool.rules.model_dump())
        slots = {one.id: one.recused for one in committed.slots}
        yield from pool_differences(Text(zh="去处", en="slots"), slots, pool.recused, pool.label)
        there, here = (dict.fromkeys(items) for items in (committed.items, pool.items))
        yield from pool_differences(Text(zh="人员", en="items"), there, here, pool.label)
        yield from rule_checks(committed, pool.policy)

    @classmethod
    def proofs(cls, committed: AssignmentCommitted) -> Iterator[Check]:
        """Yield whether the chances follow from the lottery, and keep the bound."""
        yield from assignment_lottery_checks(committed)

    @classmethod
    def lines(cls, committed: AssignmentCommitted, result: AssignmentResult | None) -> Iterator[ReportLine]:
        """Yield the lottery, then the pairs of its layer."""
        drawn = None if result is None else 1
        total = sum(one.tickets for one in committed.lottery)
        shares = sorted(one.tickets / total for one in committed.lottery)
        yield ReportLine(
            Text(zh="不同安排", en="different assignments"),
            len(committed.lottery),
            f"≥{committed.rules.different}",
            _percent_range(shares[0], shares[-1]),
            drawn,
        )
        chances = sorted(pair_chances(committed).values())
        taken = None
        if result is not None:
            own = assignments_of(committed, result.assignment)
            taken = sum(one.layer == committed.rules.on for one in own)
        bound = float(Fraction(*committed.rules.probability))
        shown = _percent_range(float(chances[0]), float(chances[-1])) if chances else "—"
        yield ReportLine(
            Text(zh="可能的配对", en="possible pairs"), len(chances), f"≤{bound:.2%}", shown, taken
        )

    @classmethod
    def remarks(cls, committed: AssignmentCommitted) -> Iterator[Text]:
        """Yield the expected cost of each level."""
        for one in committed.expected:
            cost, least = (f"{float(Fraction(*part)):g}" for part in (one.cost, one.bound))
            yield Text(
                zh=f"第 {one.level} 级期望代价 {cost}；概率上限之内的任何抽签不低于 {least}",
                en=f"level {one.level}: expected cost {cost}; no lottery within the bound is below {least}",
            )

    @classmethod
    def winners(
        cls, committed: AssignmentCommitted, result: AssignmentResult
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each slot of the layer with the items assigned to it."""
        found: dict[str, list[str]] = {}
        for one in assignments_of(committed, result.assignment):
            if one.layer == committed.rules.on:
                found.setdefault(one.slot, []).append(one.item)
        yield from ((slot, tuple(items)) for slot, items in found.items())

    @classmethod
    def assignments(cls, committed: AssignmentCommitted, result: AssignmentResult) -> tuple[Assignment, ...]:
        """Return the assignment drawn."""
        return assignments_of(committed, result.assignment)


def _rule_json(rule: Rule) -> str:
    return canonical_json(rule.model_dump(mode="json", exclude_defaults=True))


def _unknown_layer_fault(found: str, known: tuple[str, ...], view: ScenarioView) -> Fault:
    message = Text(zh="没有此层", en="there is no such layer")
    return view.fault(message, "on", found=found, allowed=", ".join(known), nearest=nearest(found, known))


def _percent_range(low: float, high: float) -> str:
    first, last = percent(low), percent(high)
    return first if first == last else f"{first}-{last}"
