"""PLRA, probability-limited random assignment: finds the lottery of a spec, or why there is none.

No pair of an item and a slot is more likely than the bound, and within it the lottery has the least expected
cost, level by level.

Source: Jecmen, Zhang, Liu, Shah, Conitzer, Fang, *Mitigating manipulation in peer review via randomized
reviewer assignments* (NeurIPS 2020). Chances are spread further as in Xu, Jecmen, Song, Fang, *A
one-size-fits-all approach to improving randomness in paper assignment* (NeurIPS 2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from allocator.errors import InternalError
from allocator.lottery.findings import CannotDraw
from allocator.lottery.kinds._assignment_audit import AssignmentTickets, ExpectedCost, PairEntry
from allocator.lottery.plra_flow import flow_lottery
from allocator.lottery.plra_mixture import mixed_lottery
from allocator.lottery.plra_spec import AssignmentLottery, LotterySpec, NoLottery
from allocator.model.text import Text
from allocator.program.network import as_network, find_network_part, non_network_rules
from allocator.program.program import INFINITE, BoolArray, IntArray, Program, Rows, Subject
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy
from allocator.verify.judge import judge


def find_lottery(spec: LotterySpec) -> AssignmentLottery:
    """Return the lottery of least expected cost, level by level, by a flow or else by mixing.

    Raises:
        NoLottery: There is none within the bound, or there are too few different assignments.
    """
    lazy = [rule.id for rule in spec.policy.rules if rule.has_cuts]
    if lazy:
        raise NoLottery(beyond=lazy)
    problem = spec.problem()
    if problem is None:
        raise NoLottery
    if len(spec.certain_decisions(problem)) and spec.most < 1:
        raise NoLottery(least=Fraction(1))
    limited = spec.pairs_of_variables(problem)
    network = as_network(problem)
    one_arc_each = len(np.unique(limited[limited >= 0])) == (limited >= 0).sum()
    if network is None or not one_arc_each:
        return _mixed_lottery(spec, problem)
    try:
        return flow_lottery(spec, problem, network, limited >= 0)
    except OverflowError:
        return _mixed_lottery(spec, problem)


def _mixed_lottery(spec: LotterySpec, problem: MilpInstance) -> AssignmentLottery:
    """Mix assignments; a mixture cannot spread chances, so a spread is refused.

    Raises:
        NoLottery: No lottery was found, or the rules do not support the spread.
    """
    if spec.spread is not None:
        program = spec.program
        part = find_network_part(program, problem)
        network_rules = set() if part is None else {*part.rules}
        hard_rules = {program.rules[k] for k in program.rows.tags[~program.rows.defining, 0]}
        _, soft_rules = non_network_rules(program)
        raise NoLottery(beyond=[*sorted(hard_rules - network_rules), *soft_rules])
    return mixed_lottery(spec, problem)


def commit_lottery(
    policy: Policy,
    on: str,
    most: Fraction,
    different: int,
    seconds: float,
    strength: Fraction,
    worth: IntArray | None,
) -> Mapping[str, Any]:
    """Return pairs, lottery, expected costs and route, as an audit file stores them.

    Every assignment of the lottery is judged by the rules' own checks.

    Args:
        policy: The policy.
        on: The layer whose pairs are bounded.
        most: Upper bound on the chance of a pair.
        different: Least number of different assignments.
        seconds: Time limit of a search.
        strength: Strength of the spread of chances beyond the bound; 0 for none.
        worth: ``[I, S]`` worth of the pairs, for the spread; None without.

    Raises:
        CannotDraw: There is no such lottery.
        InternalError: An assignment breaks a rule.
    """
    spec = LotterySpec.of(policy, on, most, different, seconds)
    if worth is not None:
        spec = spec.with_spread(on, worth, strength)
    try:
        found = find_lottery(spec)
    except NoLottery as no_lottery:
        raise explain_no_lottery(spec, no_lottery) from None
    return {
        **_pairs_and_lottery(spec.program, found),
        "expected": _expected_costs(policy, spec.program, found),
        "route": found.route,
    }


def _pairs_and_lottery(program: Program, found: AssignmentLottery) -> Mapping[str, Any]:
    """Return the pairs in the order of a plan, and the lottery by index of pair."""
    decisions = program.decisions
    taken = found.plans[:, : decisions.count] > 0
    tickets = np.array(found.tickets, dtype=np.int64) @ taken
    chosen = decisions.assignments(tickets)
    columns = np.array([decisions.column(one) for one in chosen], dtype=np.int64)
    pairs = [
        PairEntry(
            layer=one.layer,
            item=one.item,
            slot=one.slot,
            role=one.role,
            period=one.period,
            tickets=int(tickets[column]),
        )
        for one, column in zip(chosen, columns.tolist(), strict=True)
    ]
    lots = [
        AssignmentTickets(tickets=many, pairs=tuple(np.flatnonzero(own[columns]).tolist()))
        for many, own in zip(found.tickets, taken, strict=True)
    ]
    return {"pairs": tuple(pairs), "lottery": tuple(lots)}


def _expected_costs(policy: Policy, program: Program, found: AssignmentLottery) -> tuple[ExpectedCost, ...]:
    """Return the expected cost of each level, from the judgement of every assignment."""
    total = sum(found.tickets)
    mean = dict.fromkeys(program.levels, Fraction(0))
    for values, many in zip(found.plans, found.tickets, strict=True):
        judgement = judge(policy, program.decisions.assignments(values))
        if judgement.broken:
            broken = ", ".join(one.rule.id for one in judgement.broken)
            raise InternalError(f"an assignment of the lottery breaks {broken}")
        for level in program.levels:
            mean[level] += Fraction(judgement.costs[level] * many, total)
    return tuple(
        ExpectedCost(
            level=level,
            cost=mean[level].as_integer_ratio(),
            bound=min(bound, mean[level]).as_integer_ratio(),
        )
        for level, bound in zip(program.levels, found.bounds, strict=True)
    )


#: Cases that a message names at most.
_MAX_NAMED = 20
#: Tolerance of sums of floats.
_TOLERANCE = 1e-6


def explain_no_lottery(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    """Return the refusal of a draw, with its reasons and the least change that helps."""
    if no_lottery.beyond:
        return _unsupported_rules(spec, no_lottery)
    if no_lottery.found:
        return _too_few(spec, no_lottery)
    problem = spec.problem()
    if problem is None or (no_lottery.found == 0 and no_lottery.proved):
        text = Text(
            zh="没有方案能守住全部硬规则；见 solve", en="no assignment keeps the hard rules; see `solve`"
        )
        return CannotDraw([text], [])
    reasons = list(_short_cases(spec, problem)) or [_bound_too_tight(spec, no_lottery)]
    remedies = []
    if no_lottery.least is not None and no_lottery.least <= 1:
        shown = f"{float(no_lottery.least):g}"
        remedies = [Text(zh=f"probability 改为 {shown}", en=f"probability: {shown}")]
    return CannotDraw(reasons, remedies)


def _unsupported_rules(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    """Return the refusal that names rules which the lottery does not support."""
    rules = ", ".join(no_lottery.beyond[:_MAX_NAMED])
    if spec.spread is not None and not spec.policy.has_cuts:
        text = Text(
            zh=f"perturb 只适用于配对、人数与负荷的规则，以下规则不是：{rules}",
            en=f"perturb goes with rules about pairs, team sizes and loads alone; these are others: {rules}",
        )
        return CannotDraw([text], [Text(zh="不用 perturb", en="leave out perturb")])
    text = Text(
        zh=f"逐个方案检查的规则不能用于抽签：{rules}",
        en=f"rules that are looked at plan by plan cannot be drawn under: {rules}",
    )
    return CannotDraw([text], [])


def _too_few(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    """Return the refusal that there are too few different assignments."""
    found = no_lottery.found
    zh, en = ("只有", "there are only") if no_lottery.proved else ("时限内只找到", "in the time given only")
    text = Text(
        zh=f"{zh} {found} 个不同方案，要求至少 {spec.different} 个",
        en=f"{en} {found} different assignments, and {spec.different} are asked for",
    )
    return CannotDraw([text], [Text(zh=f"different 改为 {found}", en=f"different: {found}")] if found else [])


def _bound_too_tight(spec: LotterySpec, no_lottery: NoLottery) -> Text:
    """Return that the bound is too tight, where no single case shows it."""
    zh, en = ("没有", "no lottery") if no_lottery.proved else ("时限内未找到", "in the time given no lottery")
    return Text(
        zh=f"{zh}每一对的概率都不超过 {spec.most} 的抽签",
        en=f"{en} gives every pair a probability of at most {spec.most}",
    )


def _short_cases(spec: LotterySpec, problem: MilpInstance) -> Iterator[Text]:
    """Yield cases that are short of people if no pair is likelier than the bound."""
    rows = spec.program.rows
    lower, upper = problem.fixed.astype(float), problem.fixed.astype(float)
    lower[problem.columns], upper[problem.columns] = problem.bounds
    chance = upper.copy()
    chance[: len(spec.pairs)][spec.pairs >= 0] *= float(spec.most)
    lower = np.minimum(lower, chance)  # a sole candidate would be in every assignment
    ends = np.sort([rows.coefs * lower[rows.cols], rows.coefs * chance[rows.cols]], axis=0)
    edges = np.concatenate([np.zeros((2, 1)), np.cumsum(ends, axis=1)], axis=1)
    least, most = edges[:, rows.starts[1:]] - edges[:, rows.starts[:-1]]
    wrong = ((most < rows.lo - _TOLERANCE) | (least > rows.hi + _TOLERANCE)) & ~rows.defining
    for row in np.flatnonzero(wrong)[:_MAX_NAMED].tolist():
        yield _case_text(spec, rows, row, upper > 0)


def _case_text(spec: LotterySpec, rows: Rows, row: int, possible: BoolArray) -> Text:
    """Return the case of a row, its candidates, and the least probability that lets the row hold."""
    rule = spec.policy.rules[int(rows.tags[row, 0])]
    subject = Subject(*(int(k) for k in rows.tags[row, 1:]))
    layer, label = spec.policy.layer_of(rule), spec.policy.context.scenario.organisation.label
    names = [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    names += [label(layer.items[subject.item])] if subject.item >= 0 else []
    names += [layer.periods[subject.period].id] if subject.period >= 0 and not layer.once else []
    terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
    coefs = rows.coefs[terms] * possible[rows.cols[terms]]
    is_least = rows.lo[row] > -INFINITE
    need = int(rows.lo[row] if is_least else -rows.hi[row]) // int(np.abs(coefs).max(initial=1))
    there = int((coefs > 0 if is_least else coefs < 0).sum())
    at_least = f"{Fraction(need, there)}" if there else "—"
    where = " · ".join(names) or rule.id
    return Text(
        zh=f"{where}（{rule.id}）：需 {need}，候选 {there}，概率至少须为 {at_least}",
        en=f"{where} ({rule.id}): needs {need} of {there} candidates: a probability of at least {at_least}",
    )
