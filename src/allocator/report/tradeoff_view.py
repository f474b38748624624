"""A set of plans laid out: the costs of each plan, its difference from the one before, and the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.model.tradeoff_set import SetGap, SetPoint, TradeoffSet


@dataclass(frozen=True)
class TradeoffLine:
    """A plan of the set.

    Attributes:
        number: Its number, from 1.
        costs: The cost of each criterion.
        bounds: The least cost of each, if the others cost no more than here.
        step: By how much each differs from the plan before; empty for the first.
        below: Whether the levels below the criteria are minimised.
        others: Cost of each level that is no criterion and not above, by level.
        doubt: The first false claim of the plan; empty if there is none.
    """

    number: int
    costs: tuple[int, ...]
    bounds: tuple[int, ...]
    step: tuple[int, ...]
    below: str
    others: Mapping[int, int]
    doubt: Text

    @property
    def is_proved(self) -> bool:
        """Whether no plan is better at one criterion and as good at the others."""
        return self.bounds == self.costs


@dataclass(frozen=True)
class TradeoffView:
    """A set laid out.

    Attributes:
        scenario: Name of the scenario.
        title: Its title; its name where the scenario is not at hand.
        synthetic: Whether people and cases are invented.
        status: The status of the set.
        criteria: The title of each criterion.
        limits: Title and limit of the criteria that the call limited.
        above: Title, cost and bound of each level above the criteria.
        others: The titles of the levels of ``others`` of the lines, by level.
        lines: The plans.
        gaps: The costs between which better plans may lie.
        run: How the set was found.
        differs: How this version of the scenario differs from that of the set; empty if it does not.
    """

    scenario: str
    title: Text
    synthetic: bool
    status: str
    criteria: tuple[Text, ...]
    limits: tuple[tuple[Text, int], ...]
    above: tuple[tuple[Text, int, int], ...]
    others: Mapping[int, Text]
    lines: tuple[TradeoffLine, ...]
    gaps: tuple[SetGap, ...]
    run: Mapping[str, object]
    differs: Text

    @property
    def is_complete(self) -> bool:
        """Whether it is proved that no plan is missing."""
        return self.status == "optimal"


def tradeoff_view(
    found: TradeoffSet,
    scenario: Scenario | None = None,
    doubts: Mapping[int, Text] | None = None,
    differs: Text | None = None,
) -> TradeoffView:
    """Lay out a set.

    Args:
        found: The set.
        scenario: Its scenario, for titles.
        doubts: The first false claim of each plan, by its number.
        differs: How the version of the scenario differs from that of the set.
    """
    spec = None if scenario is None else scenario.spec
    names = {} if spec is None else spec.levels
    shown = {one.level for one in found.criteria} | {one.level for one in found.above}
    others = {score.level for point in found.points for score in point.plan.score} - shown
    titles = {
        level: _level_title(level, names) for level in sorted(one for one in others if isinstance(one, int))
    }
    return TradeoffView(
        found.scenario.name,
        (spec.title if spec is not None else None) or Text(zh=found.scenario.name, en=found.scenario.name),
        spec is not None and spec.synthetic,
        found.status,
        tuple(one.title or Text(zh=one.id, en=one.id) for one in found.criteria),
        tuple((one.title, found.limits[one.id]) for one in found.criteria if one.id in found.limits),
        tuple(
            (_level_title(one.level, names), one.cost, one.bound)
            for one in found.above
            if isinstance(one.level, int)
        ),
        titles,
        tuple(_line(found, k, point, titles, doubts or {}) for k, point in enumerate(found.points)),
        found.gaps,
        found.run,
        differs or Text(),
    )


def _level_title(level: int, names: Mapping[int, Text]) -> Text:
    title = names.get(level, Text())
    return Text(zh=f"级别 {level} {title('zh')}".strip(), en=f"level {level} {title('en')}".strip())


def _line(
    found: TradeoffSet, k: int, point: SetPoint, titles: Mapping[int, Text], doubts: Mapping[int, Text]
) -> TradeoffLine:
    before = found.points[k - 1].costs if k else ()
    return TradeoffLine(
        k + 1,
        point.costs,
        point.bounds,
        tuple(own - other for own, other in zip(point.costs, before, strict=False)),
        point.below,
        {
            score.level: score.cost
            for score in point.plan.score
            if isinstance(score.level, int) and score.level in titles
        },
        doubts.get(k + 1, Text()),
    )
