"""Trades off criteria: finds all plans of which none is better than another; takes plans out of a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from allocator.api.exporting import ExportedFile
from allocator.api.judging import verify
from allocator.api.solving import judged_plan, must_have_layers
from allocator.errors import Fault, InputError, InternalError, shorten
from allocator.model.reading.files import atomic_write
from allocator.model.text import Language, Text
from allocator.model.tradeoff_set import SetCriterion, SetGap, SetPoint, TradeoffSet
from allocator.rules.criteria import (
    TradedCriterion,
    TradedPolicy,
    parse_criteria,
    parse_limits,
    traded_policy,
)
from allocator.rules.moves_limit import AT_MOST, MOVES
from allocator.rules.overrides import overrides_digest
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup, StopRequest
from allocator.verify import judge


def trade_off(
    policy: Policy,
    criteria: str,
    *,
    at_most: Iterable[str] = (),
    seconds: float = 60.0,
    seed: int = 1,
    workers: int = 0,
    memory: float | None = None,
    observer: Observer = NULL_OBSERVER,
) -> TradeoffSet:
    """Find all plans of which none is better than another at every criterion.

    Levels above the first one that is traded are minimised first, and every plan keeps to them. The levels
    below the criteria are minimised in each plan within the time that is left.

    Args:
        policy: The bound policy, from ``bind``.
        criteria: Two or three criteria: levels (``1,2``), ids of soft rules (``rule-a+rule-b,2``), or the
            number of changes from the baseline (``moves,1``).
        at_most: The most that criteria may cost, such as ``moves=6``.
        seconds: Time limit; what was found by then is returned, with the gaps that are left.
        seed: Seed of every random choice.
        workers: Number of threads; 0 for one per core. A single thread makes the set repeatable.
        memory: Memory limit in GiB of this process and its worker processes.
        observer: Receives progress, and may stop the search.

    Raises:
        InputError: A criterion or a limit is wrong, or the memory limit cannot be enforced.
        InternalError: A plan breaks a hard rule, or its costs differ from the findings of the rules; or a
            plan was found that was proved not to exist.
    """
    must_have_layers(policy)
    parsed = parse_criteria(policy, criteria)
    limits = parse_limits(parsed, at_most)
    from allocator.optimise.results import Options
    from allocator.optimise.tradeoff.pareto_search import ParetoSearch
    from allocator.program.program import INFINITE
    from allocator.solvers import worker_process as memories

    traded, stop = traded_policy(policy, parsed), StopRequest()
    search = ParetoSearch(
        traded,
        Options(seconds, seed, workers),
        ObserverGroup(observer, stop),
        tuple(limits.get(one.id, INFINITE) for one in parsed),
    )
    with memories.memory_limit(memory, stop):
        result = search.run()
    run = dict(result.run)
    if result.refuted is not None:
        run["proof"] = result.refuted.bound_proof.model_dump(mode="json")
    beside = overrides_digest(policy)
    points = tuple(
        SetPoint(
            costs=one.costs,
            bounds=one.bounds,
            below=one.below,
            plan=judged_plan(policy, one.result, beside),
        )
        for one in result.points
    )
    for point in points:
        _must_cost(traded, point)
    return TradeoffSet(
        scenario=policy.reference,
        status=result.status,
        criteria=tuple(_written(one) for one in parsed),
        limits=limits,
        above=tuple(
            replace(proof, level=level).score
            for level, proof in zip(traded.above, result.above, strict=False)
        ),
        points=points,
        gaps=tuple(
            SetGap(low=gap.low, high=tuple(None if high >= INFINITE else high for high in gap.high))
            for gap in result.gaps
        ),
        run=run,
    )


def _written(one: TradedCriterion) -> SetCriterion:
    return SetCriterion(id=one.id, title=one.title, rules=one.rules, level=one.level)


def _must_cost(traded: TradedPolicy, point: SetPoint) -> None:
    """Refuse a plan whose criteria the checks of the rules price otherwise."""
    judgement = judge(traded.policy, point.plan.assignments)
    found = tuple(judgement.costs.get(level, 0) for level in traded.criterion_levels)
    if judgement.broken or found != point.costs:
        raise InternalError(f"the solver says that a plan costs {point.costs}, the checks {found}")


def find_point(found: TradeoffSet, number: int | None, at_most: Sequence[str] = ()) -> int:
    """Return the index of one plan of a set.

    Args:
        found: The set.
        number: The number of the plan, from 1; None for the first one within the limits.
        at_most: The most that criteria may cost, such as ``moves=6``.

    Raises:
        InputError: There is no such plan, or a limit is wrong.
    """
    criteria = [TradedCriterion(one.id, one.title, one.rules, one.level) for one in found.criteria]
    limits = parse_limits(criteria, at_most)
    if number is not None:
        if not 1 <= number <= len(found.points):
            message = Text(zh="没有此方案", en="there is no such plan in the set")
            raise InputError([Fault(message, "--point", found=str(number), allowed=f"1-{len(found.points)}")])
        return number - 1
    for k, point in enumerate(found.points):
        if all(limits.get(one.id, cost) >= cost for one, cost in zip(criteria, point.costs, strict=True)):
            return k
    raise InputError([Fault(_NONE_WITHIN, AT_MOST, found=", ".join(at_most), allowed=_least(found))])


_NONE_WITHIN = Text(zh="集中没有方案在此上限之内", en="no plan of the set is within these limits")


def _least(found: TradeoffSet) -> str:
    least = [min((point.costs[k] for point in found.points), default=0) for k in range(len(found.criteria))]
    return ", ".join(f"{one.id} ≥ {low}" for one, low in zip(found.criteria, least, strict=True))


def export_tradeoff(
    found: TradeoffSet, path: Path | str, *, policy: Policy | None = None, language: Language = "en"
) -> ExportedFile:
    """Write the picture of a set to a file atomically: two criteria are axes, and each plan has a mark.

    Args:
        found: The set.
        path: The file, an SVG.
        policy: The policy of the scenario, for titles.
        language: Language of the words.

    Raises:
        InputError: The file is no SVG, the set has no plan, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".svg":
        message = Text(
            zh="方案集只能导出为图（.svg）；其他格式请用 --point 选一个方案",
            en="a set is exported as a picture (.svg) only; for other formats choose a plan by --point",
        )
        raise InputError([Fault(message, "--to", found=shorten(path.name))])
    if not found.points:
        raise InputError([Fault(Text(zh="方案集中没有方案", en="the set has no plan"), "--to")])
    from allocator.report.exporters.svg import svg_text
    from allocator.report.picture.tradeoff_picture import tradeoff_drawing
    from allocator.report.tradeoff_view import tradeoff_view

    view = tradeoff_view(found, None if policy is None else policy.context.scenario)
    content = svg_text(tradeoff_drawing(view, language)).encode()
    atomic_write(content, path)
    return ExportedFile(path, "svg", len(content))


def tradeoff_disagreements(policy: Policy, found: TradeoffSet, *, file: str = "set") -> Mapping[int, Text]:
    """Return the false claims of the plans of a set: the first one of each, by the plan's number from 1.

    The number of changes is not counted again: the baseline is not part of the set.

    Args:
        policy: The policy of the scenario.
        found: The set.
        file: Its name in faults.

    Raises:
        InputError: A plan refers to ids that the scenario does not have.
    """
    claims: dict[int, Text] = {}
    for number, point in enumerate(found.points, start=1):
        verdict = verify(policy, point.plan, file=file)
        by_rule = {finding.rule.id: finding.cost for finding in verdict.judgement.findings}
        wrong = [one.message for one in verdict.disagreements]
        for one, said in zip(found.criteria, point.costs, strict=True):
            costs = sum(by_rule.get(rule, 0) for rule in one.rules)
            if one.id != MOVES and costs != said:
                zh, en = one.title("zh"), one.title("en")
                text = Text(
                    zh=f"{zh}：自称 {said}，实为 {costs}", en=f"{en}: said to cost {said}, costs {costs}"
                )
                wrong.append(text)
        if verdict.judgement.broken:
            wrong.insert(0, Text(zh="违反硬规则", en="breaks hard rules"))
        if wrong:
            claims[number] = wrong[0]
    return claims
