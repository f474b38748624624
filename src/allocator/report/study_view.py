"""A study laid out for people: options by scenario, pairs, trade-offs, what is proved, failures by cause."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from allocator.model.text import Text
from allocator.report.study_cells import CellLine, CellName, cell_lines, cell_name, plan_gap
from allocator.report.suited_view import SuitedView, suited_view
from allocator.study.cell_results import CellResult, Outcome
from allocator.study.cells import StudyCell
from allocator.study.dominance import is_proved_worse, pareto_front
from allocator.study.pairs import OptionPair, Trial, by_trial, option_pairs
from allocator.study.study_file import Study

Results = Mapping[str, CellResult]
#: Cells with the widest gaps that are named.
MOST_GAPS = 5
#: Cells of one cause of failure that are named.
MOST_NAMED = 5


@dataclass(frozen=True)
class CostSummary:
    """One criterion over the seeds of an option.

    Attributes:
        criterion: Its code.
        median: Median of the costs; None where no plan has one.
        least: The least of them.
        most: The greatest.
        bound: The greatest proven lower bound, which holds for every plan of the option; the median of
            those of the plans where each seed has a scenario of its own.
    """

    criterion: str
    median: float | None
    least: int | None
    most: int | None
    bound: float | None


@dataclass(frozen=True)
class OptionLine:
    """One option in one scenario under one limit, over all seeds.

    Attributes:
        scenario: Name of the scenario.
        option: Name of the option.
        seconds: The limit.
        cells: Number of cells.
        ended: Number with a result.
        outcomes: How the ended ones came out.
        costs: The criteria of those with a plan.
        optimal: Number of plans that are proved to be the best of the option.
        gap: Widest gap between cost and bound, in percent of the cost; None where there is no plan.
        best_after: Median of the seconds after which no better plan was found.
        peak_memory: Most bytes of any.
        worse_than: The options that are proved to be better in every trial.
        on_front: Whether no other option of the scenario is at least as good in all criteria.
        plans: Files of the plans, by seed.
    """

    scenario: str
    option: str
    seconds: float
    cells: int
    ended: int
    outcomes: Mapping[Outcome, int]
    costs: tuple[CostSummary, ...]
    optimal: int
    gap: float | None
    best_after: float | None
    peak_memory: int
    worse_than: tuple[str, ...]
    on_front: bool
    plans: Mapping[str, str]


@dataclass(frozen=True)
class GapLine:
    """A plan that is not proved to be the best, and its gap in percent."""

    cell: CellName
    gap: float


@dataclass(frozen=True)
class ProofSummary:
    """What is proved over all cells, and what is not.

    Attributes:
        optimal: Plans that are proved to be the best of their option.
        unproved: Plans that are not.
        infeasible: Cells proved to have no plan.
        without: Cells without a plan that nothing is proved of.
        worse: Cells whose option is proved to be worse than another in the trial, ended early or not.
        by_clock: Plans whose search the clock ended: another run may find others.
        median_gap: Median gap of the unproved plans in percent; None without any.
        median_gap_of_all: Median gap of all plans in percent; None without any.
        widest: Those with the widest gaps.
    """

    optimal: int
    unproved: int
    infeasible: int
    without: int
    worse: int
    by_clock: int
    median_gap: float | None
    median_gap_of_all: float | None
    widest: tuple[GapLine, ...]


@dataclass(frozen=True)
class FailureGroup:
    """Cells that failed of one cause.

    Attributes:
        outcome: The cause.
        cells: The first of them.
        count: How many there are.
        exit_code: Exit code, where a process died.
        faults: What was wrong with the input.
        log: The last lines of a process that died.
    """

    outcome: Outcome
    cells: tuple[CellName, ...]
    count: int
    exit_code: int | None
    faults: tuple[Text, ...]
    log: tuple[str, ...]


@dataclass(frozen=True)
class StudyView:
    """A study laid out for people.

    Attributes:
        name: Name of the study.
        title: Its title.
        cells: Number of cells.
        ended: Number with a result.
        criteria: Title of each criterion by its code, most important first.
        scenarios: Title of each scenario by name.
        options: Title of each option by name.
        lines: The options by scenario and limit.
        ended_cells: The cells that have ended.
        pairs: The options by pairs.
        proofs: What is proved.
        failures: Failures by cause.
        suited: Where which option is the best; None in a study without facts.
    """

    name: str
    title: Text
    cells: int
    ended: int
    criteria: Mapping[str, Text]
    scenarios: Mapping[str, Text]
    options: Mapping[str, Text]
    lines: tuple[OptionLine, ...]
    ended_cells: tuple[CellLine, ...]
    pairs: tuple[OptionPair, ...]
    proofs: ProofSummary
    failures: tuple[FailureGroup, ...]
    suited: SuitedView | None = None


def study_view(
    study: Study,
    cells: Sequence[StudyCell],
    results: Results,
    titles: Mapping[str, Text],
    scenarios: Mapping[str, Text],
) -> StudyView:
    """Lay out the results of a study that are there.

    Args:
        study: The study.
        cells: Its cells.
        results: The results by key.
        titles: Titles of criteria by code; a code without one is its own title.
        scenarios: Titles of scenarios by name; a name without one is its own title.
    """
    options = study.spec.all_options
    trials = by_trial(cells, results)
    codes = _codes(study, results.values())
    worse = _worse_in(trials)
    by_seed = {name for name, option in options.items() if option.differs_by_seed}
    return StudyView(
        name=study.spec.study,
        title=study.spec.title,
        cells=len(cells),
        ended=sum(cell.key in results for cell in cells),
        criteria={code: _title(study, code, titles) for code in codes},
        scenarios=_told_apart({name: scenarios.get(name, Text()) for name in study.scenarios}),
        options={name: option.title or Text(zh=name, en=name) for name, option in options.items()},
        lines=tuple(_option_lines(cells, results, codes, worse, by_seed)),
        ended_cells=tuple(cell_lines(cells, results)),
        pairs=tuple(option_pairs(list(options), trials, codes)),
        proofs=_proofs(cells, results, worse),
        failures=tuple(_failures(cells, results)),
        suited=suited_view(study.facts, list(options), trials) if study.facts else None,
    )


def _told_apart(titles: Mapping[str, Text]) -> dict[str, Text]:
    """Return a title for each name, told apart: the name stands in for none, and beside one of several."""
    count = Counter(titles.values())
    found = {}
    for name, title in titles.items():
        plain = Text(zh=name, en=name)
        both = Text(zh=f"{title('zh')}（{name}）", en=f"{title('en')} ({name})")
        found[name] = plain if not title else title if count[title] == 1 else both
    return found


def _codes(study: Study, results: Iterable[CellResult]) -> list[str]:
    """Return the codes of the criteria in order; without any in the study, the levels of the results."""
    given = [one.code for one in study.spec.criteria]
    if given:
        return given
    found = {one.criterion for result in results for one in result.criteria}
    return sorted(found, key=lambda code: (len(code), code))


def _title(study: Study, code: str, titles: Mapping[str, Text]) -> Text:
    own = next((one.title for one in study.spec.criteria if one.code == code and one.title), None)
    return own or titles.get(code) or Text(zh=code, en=code)


Worse = Mapping[tuple[Trial, str], tuple[str, ...]]


def _worse_in(trials: Mapping[Trial, Mapping[str, CellResult | None]]) -> Worse:
    """Return, by trial and option, the options with a plan better than all of its own."""
    found: dict[tuple[Trial, str], tuple[str, ...]] = {}
    for trial, results in trials.items():
        for option, result in results.items():
            if result is None or not result.criteria:
                continue
            better = tuple(
                rival
                for rival, other in results.items()
                if rival != option and other is not None and other.has_plan
                and is_proved_worse(result.bounds, other.costs)
            )  # fmt: skip
            if better:
                found[trial, option] = better
    return found


def _option_lines(
    cells: Sequence[StudyCell],
    results: Results,
    codes: Sequence[str],
    worse: Worse,
    by_seed: Collection[str],
) -> Iterator[OptionLine]:
    groups: dict[tuple[str, float], dict[str, list[StudyCell]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        groups[cell.scenario, cell.seconds][cell.option].append(cell)
    for (scenario, seconds), options in groups.items():
        summaries = {
            name: _costs(_ended(own, results), codes, name in by_seed) for name, own in options.items()
        }
        whole = {
            name: medians
            for name, costs in summaries.items()
            if len(medians := _medians(costs)) == len(codes)
        }
        front = pareto_front(whole) if codes else ()
        for name, own in options.items():
            yield _option_line(scenario, name, seconds, own, results, summaries[name], worse, name in front)


def _ended(cells: Iterable[StudyCell], results: Results) -> list[CellResult]:
    return [results[cell.key] for cell in cells if cell.key in results]


def _option_line(
    scenario: str,
    option: str,
    seconds: float,
    cells: Sequence[StudyCell],
    results: Results,
    costs: tuple[CostSummary, ...],
    worse: Worse,
    on_front: bool,
) -> OptionLine:
    ended = _ended(cells, results)
    after = [one.best_after for one in ended if one.best_after is not None]
    better = [set(worse.get((cell.trial, option), ())) for cell in cells if cell.key in results]
    always = set.intersection(*better) if better else set()
    gaps = [gap for one in ended if (gap := plan_gap(one)) is not None]
    return OptionLine(
        scenario=scenario,
        option=option,
        seconds=seconds,
        cells=len(cells),
        ended=len(ended),
        outcomes=dict(Counter(one.outcome for one in ended)),
        costs=costs,
        optimal=sum(one.is_optimal for one in ended),
        gap=max(gaps, default=None),
        best_after=round(median(after), 2) if after else None,
        peak_memory=max((one.peak_memory for one in ended), default=0),
        worse_than=tuple(sorted(always)),
        on_front=on_front,
        plans={str(cell.seed): one.plan for cell in cells if (one := results.get(cell.key)) and one.plan},
    )


def _medians(costs: Sequence[CostSummary]) -> list[float]:
    return [one.median for one in costs if one.median is not None]


def _costs(ended: Sequence[CellResult], codes: Sequence[str], by_seed: bool) -> tuple[CostSummary, ...]:
    """Return the criteria of which some plan has a cost or some cell a bound."""
    found = []
    for code in codes:
        values = [one for result in ended for one in result.criteria if one.criterion == code]
        costs = [one.cost for one in values if one.cost is not None]
        bounds = [one.bound for one in values if one.bound is not None]
        if costs or bounds:
            middle = float(median(costs)) if costs else None
            bound: float | None = max(bounds, default=None)
            if by_seed and bounds:
                bound = float(median([one.bound or 0 for one in values if one.cost is not None or not costs]))
            found.append(CostSummary(code, middle, min(costs, default=None), max(costs, default=None), bound))
    return tuple(found)


def _proofs(cells: Sequence[StudyCell], results: Results, worse: Worse) -> ProofSummary:
    ended = [(cell, results[cell.key]) for cell in cells if cell.key in results]
    count = Counter(result.outcome for _, result in ended)
    with_plan = [(cell, result) for cell, result in ended if result.has_plan]
    open_ones = [(cell, result) for cell, result in with_plan if not result.is_optimal]
    gaps = [GapLine(cell_name(cell), plan_gap(result) or 0.0) for cell, result in open_ones]
    gaps.sort(key=lambda line: -line.gap)
    return ProofSummary(
        optimal=sum(result.is_optimal for _, result in with_plan),
        unproved=len(open_ones),
        infeasible=count["infeasible"],
        without=count["no_plan"],
        worse=sum((cell.trial, cell.option) in worse for cell, _ in ended),
        by_clock=sum(not result.is_repeatable for _, result in with_plan),
        median_gap=_median_of([line.gap for line in gaps]),
        median_gap_of_all=_median_of([plan_gap(result) or 0.0 for _, result in with_plan]),
        widest=tuple(gaps[:MOST_GAPS]),
    )


def _median_of(gaps: Sequence[float]) -> float | None:
    return round(median(gaps), 2) if gaps else None


def _failures(cells: Sequence[StudyCell], results: Results) -> Iterator[FailureGroup]:
    """Yield the failures by cause: one group for each outcome, exit code and first fault."""
    groups: dict[object, list[tuple[StudyCell, CellResult]]] = defaultdict(list)
    for cell in cells:
        result = results.get(cell.key)
        if result is not None and result.is_failure:
            groups[result.outcome, result.exit_code, result.faults[:1]].append((cell, result))
    for same in groups.values():
        first = same[0][1]
        names = tuple(cell_name(cell) for cell, _ in same[:MOST_NAMED])
        yield FailureGroup(first.outcome, names, len(same), first.exit_code, first.faults, first.log)
