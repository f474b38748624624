"""Finds reasons for infeasibility: a minimal conflict, its cheapest relaxation, and obstacles on the map."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.explain.infeasibility_reasons import MapObstacle, Reasons, Repair
from allocator.graph.geography import Neighbours, connected_components
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.feasible_plan import find_any_plan
from allocator.optimise.results import Options
from allocator.optimise.zones.candidates import shared_bands
from allocator.optimise.zones.connected_sets import Band
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.slot_decomposition import decompose_by_slot
from allocator.rules.policy import Policy
from allocator.rules.rule import Breach, Rule
from allocator.solvers.deadline import Allotment, Budget, Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup, StopRequest
from allocator.verify.judge import judge


@dataclass(frozen=True)
class InfeasibilityParams:
    """Shares of the time limit, and the size of the report.

    Attributes:
        conflict_share: Share of the time for the minimal conflict.
        relaxation_share: Share of the time for each of the two relaxations.
        max_repairs: Breaches of the cheapest relaxation that are reported at most.
    """

    conflict_share: float = 0.5
    relaxation_share: float = 0.25
    max_repairs: int = 20


DEFAULT_PARAMS = InfeasibilityParams()


def find_reasons(
    policy: Policy,
    seconds: float,
    observer: Observer = NULL_OBSERVER,
    params: InfeasibilityParams = DEFAULT_PARAMS,
) -> Reasons:
    """Return a minimal conflict among the hard rules of an infeasible policy, and its cheapest relaxations.

    Args:
        policy: The policy.
        seconds: Time limit.
        observer: May stop the search; the reasons found by then are returned.
        params: Shares of the time limit, and the size of the report.
    """
    observer = ObserverGroup(observer, StopRequest())
    conflict = minimal_conflict(policy, seconds * params.conflict_share, observer)
    part = seconds * params.relaxation_share
    elastic = {rule.id: rule.relaxed() for rule in conflict}
    repairs, _ = _cheapest_relaxation(policy, elastic, part, observer)
    waivable = {rule.id: (other,) for rule in policy.rules if rule.is_hard and (other := rule.softened())}
    waivers, fewest = _cheapest_relaxation(policy, waivable, part, observer)
    obstacles = () if observer.stop_reason() else find_map_obstacles(policy)
    return Reasons(
        rules=tuple(rule.id for rule in conflict),
        repairs=repairs[: params.max_repairs],
        waivers=waivers,
        fewest=fewest,
        blocked=obstacles,
        cut_short=observer.stop_reason() is not None,
    )


def _cheapest_relaxation(
    policy: Policy, alternatives: Mapping[str, tuple[Rule, ...]], seconds: float, observer: Observer
) -> tuple[tuple[Repair, ...], bool]:
    """Return the fewest breaches of some rules that allow a plan, and whether their number is proved minimal.

    The rules are made soft, one level above all other soft rules: the plan of the relaxed policy breaks as
    little of them as possible. The rules' own checks then name each of its breaches.

    Args:
        policy: A policy without a plan.
        alternatives: By id of a rule that may give way, the rules in its place: a soft one and the hard rest.
        seconds: Time limit.
        observer: May stop the search.
    """
    if observer.stop_reason() or not alternatives:
        return (), False
    rules = tuple(one for rule in policy.rules if rule.is_hard for one in alternatives.get(rule.id, (rule,)))
    relaxed = replace(policy, rules=rules)
    solved = solve(relaxed, Options(seconds=seconds), observer=observer)
    if not solved.proofs:
        return (), False
    judgement = judge(relaxed, solved.assignments)
    named = [(f.rule, breach) for f in judgement.findings if not f.rule.is_hard for breach in f.breaches]
    repairs = tuple(Repair(rule.id, _breach_text(policy, rule, breach)) for rule, breach in named)
    return repairs, solved.status == "optimal"


def _breach_text(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Return a breach as text: the place, the subjects, and the detail of the rule's check."""
    layer, label = policy.layer_of(rule), policy.context.scenario.organisation.label
    subject = breach.subject
    parts = [label(layer.items[i]) for i in (subject.item, subject.other) if i >= 0]
    parts += [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    parts += [layer.periods[subject.period].id] if subject.period >= 0 else []
    where = " · ".join(parts)
    detail = breach.detail or (
        rule.why if rule.softened() and rule.why else _exception_text(policy, rule, breach)
    )
    return Text(zh=f"{where}：{detail.zh}", en=f"{where}: {detail.en}")


def _exception_text(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Return the text of a breach without detail: the rule needs an exception."""
    why = policy.reason(rule)
    much = Text(zh=f"（{breach.amount} 处）", en=f" ({breach.amount} times)") if breach.amount > 1 else Text()
    return Text(zh=f"须破例{much.zh}：{why.zh}", en=f"needs an exception{much.en}: {why.en}")


#: Time limit in seconds of one question whether some rules can hold together; most proofs are instant.
QUESTION_SECONDS = 1.0


def minimal_conflict(policy: Policy, seconds: float, observer: Observer = NULL_OBSERVER) -> list[Rule]:
    """Return hard rules of a policy without a plan that cannot hold together.

    Args:
        policy: The policy.
        seconds: Time limit in seconds; rules that are not tested by then stay in the conflict.
        observer: May stop the search; rules that are not tested by then stay in the conflict.

    Returns:
        The rules of a conflict; minimal by inclusion if every question was answered in time.
    """
    hard = tuple(rule for rule in policy.rules if rule.is_hard)
    return _QuickXplain(replace(policy, rules=hard), seconds, observer).minimal(hard)


class _QuickXplain:
    """The search of QuickXplain (Junker, AAAI 2004): halves the rules until a minimal conflict is left.

    The program is compiled once and restricted to the rules of each question. A plan that answered one
    question is tried first on the next ones.
    """

    def __init__(self, policy: Policy, seconds: float, observer: Observer) -> None:
        self._policy = policy
        self._program: Program = policy.compile()
        self._context = SolveContext(1, Budget(seconds, 1), observer)
        self._end = time.monotonic() + seconds
        self._plans: list[IntArray] = []

    def minimal(self, rules: Sequence[Rule]) -> list[Rule]:
        """Return a part of ``rules`` that cannot hold together, minimal by inclusion."""
        return self._minimal_part([], False, list(rules))

    def _minimal_part(self, kept: list[Rule], grew: bool, rules: list[Rule]) -> list[Rule]:
        """Return a minimal part of ``rules`` in conflict with ``kept``; ``grew``: ``kept`` is new."""
        if grew and not self._can_hold(kept):
            return []
        if len(rules) <= 1:
            return rules
        half = len(rules) // 2
        first, second = rules[:half], rules[half:]
        needed = self._minimal_part([*kept, *first], bool(first), second)
        return self._minimal_part([*kept, *needed], bool(needed), first) + needed

    def _can_hold(self, rules: list[Rule]) -> bool:
        """Return whether a plan keeps the rules; True if the time limit ends first."""
        left = self._end - time.monotonic()
        if left <= 0 or self._context.is_stopped:
            return True
        constrained = self._task(rules)
        if any(constrained.is_feasible(plan) for plan in self._plans):
            return True
        deadline = Deadline(self._context.budget, Allotment(min(QUESTION_SECONDS, left), None))
        result = find_any_plan(constrained, deadline, self._context)
        if result.decisions is not None:
            decisions = result.decisions[None, : constrained.program.decisions.count]
            self._plans.append(evaluate_auxiliaries(constrained.program, decisions)[0])
        return result.found != "infeasible"

    def _task(self, rules: list[Rule]) -> ConstrainedProgram:
        program = self._program.restrict_to_rules(rule.id for rule in rules)
        return constrain(replace(self._policy, rules=tuple(rules)), program)


#: Units of a piece that a message names at most.
MAX_NAMED = 6


def find_map_obstacles(policy: Policy) -> tuple[MapObstacle, ...]:
    """Return the obstacles on the maps of a policy: a heavy unit, an island, a bottleneck.

    Each breaks a necessary condition of every plan. The conditions come from the rows that hold the sum of
    every slot to a band. Empty where none is broken.
    """
    found: list[MapObstacle] = []
    for name, layer in policy.context.layers.items():
        alone = policy.truncate({name: len(layer.periods)})
        alone = replace(alone, rules=tuple(rule for rule in alone.rules if rule.is_hard))
        whole = None if alone.adjacency is None else decompose_by_slot(alone.compile())
        if whole is None or alone.adjacency is None:
            continue
        items = whole.items.tolist()
        for band in shared_bands(whole):
            weights = dict(zip(items, band.weights.tolist(), strict=True))
            check = _MapCheck(alone, layer, alone.adjacency, band, weights)
            found += [
                MapObstacle(alone.rules[band.rule].id, text) for text in check.obstacles(len(whole.blocks))
            ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, eq=False)
class _MapCheck:
    """A map, with the band in which the sum of every slot must lie."""

    policy: Policy
    layer: Layer
    near: Neighbours
    band: Band
    weights: dict[int, int]

    def obstacles(self, slots: int) -> Iterator[Text]:
        """Yield each obstacle, without those that follow from a simpler one."""
        low, high = self.band.low, self.band.high
        heavy = [i for i, weight in self.weights.items() if weight > high]
        for i in heavy:
            yield Text(
                zh=f"{self._name(i)}：自身为 {self.weights[i]}，超过上限 {high}",
                en=f"{self._name(i)}: {self.weights[i]} by itself, above the limit of {high}",
            )
        whole = self._weight(self.weights)
        if whole < slots * low or whole > slots * high:
            yield Text(
                zh=f"全部合计 {whole}，{slots} 个去处{self._limits('zh')}",
                en=f"all together {whole}, for {slots} slots of {self._limits('en')} each",
            )
            return
        if heavy:
            return
        pieces = sorted(connected_components(self.weights, self.near), key=min)
        for piece in pieces:
            if len(pieces) == 1 or self._is_made_of_zones(piece):
                continue
            if len(piece) == 1:
                yield Text(
                    zh=f"{self._names(piece, 'zh')}：没有相邻单位，自身为 {self._weight(piece)}，"
                    f"划不成{self._limits('zh')} 的片区",
                    en=f"{self._names(piece, 'en')}: has no neighbour, {self._weight(piece)} by itself, "
                    f"which makes no zone of {self._limits('en')}",
                )
            else:
                yield Text(
                    zh=f"{self._names(piece, 'zh')}：与其余不相连，合计 {self._weight(piece)}，"
                    f"划不成{self._limits('zh')} 的片区",
                    en=f"{self._names(piece, 'en')}: cut off from the rest, {self._weight(piece)} in all, "
                    f"which makes no zones of {self._limits('en')}",
                )
        if high < INFINITE:
            yield from self._bottlenecks(pieces)

    def _bottlenecks(self, pieces: Collection[frozenset[int]]) -> Iterator[Text]:
        """Yield bottlenecks: units that alone link light parts to the rest, and are too heavy with them."""
        for piece in pieces:
            for i in sorted(piece):
                hanging = [
                    part
                    for part in connected_components(piece - {i}, self.near)
                    if self._weight(part) < self.band.low
                ]
                weight = self._weight([i]) + sum(map(self._weight, hanging))
                if hanging and weight > self.band.high:
                    rest = frozenset().union(*hanging)
                    yield Text(
                        zh=f"{self._name(i)}：{self._names(rest, 'zh')}只经它与其余相连，自成片区不足"
                        f" {self.band.low}，须与它同片区，合计 {weight}，超过上限 {self.band.high}",
                        en=f"{self._name(i)}: only it joins {self._names(rest, 'en')} to the rest, too light "
                        f"for zones of {self.band.low}; with it that is {weight}, above "
                        f"the limit of {self.band.high}",
                    )

    def _is_made_of_zones(self, piece: Collection[int]) -> bool:
        weight, low, high = self._weight(piece), self.band.low, self.band.high
        fewest = 1 if high >= INFINITE or high <= 0 else max(1, -(-weight // high))
        return weight >= fewest * low

    def _weight(self, items: Collection[int]) -> int:
        return sum(self.weights[i] for i in items)

    def _limits(self, language: str) -> str:
        low, high = max(0, self.band.low), self.band.high
        if high >= INFINITE:
            return f"至少 {low}" if language == "zh" else f"{low} or more"
        if low == high:
            return f"恰好 {low}" if language == "zh" else f"exactly {low}"
        return f" {low} 至 {high}" if language == "zh" else f"{low} to {high}"

    def _name(self, item: int) -> str:
        return self.policy.context.scenario.organisation.label(self.layer.items[item])

    def _names(self, items: Collection[int], language: str) -> str:
        named = [self._name(i) for i in sorted(items)[:MAX_NAMED]]
        more = len(items) - len(named)
        if language == "zh":
            return "、".join(named) + (f"等 {len(items)} 个" if more else "")
        return ", ".join(named) + (f" and {more} more" if more else "")
