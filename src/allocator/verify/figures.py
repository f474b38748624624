"""Figures of ``expected.yaml`` measured in a scenario and a plan, and totals of indicators over members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.reading import YamlDocument
from allocator.model.reading.yaml_file import KeyPath
from allocator.model.scenario import Scenario
from allocator.model.spec import IndicatorSpec, Source
from allocator.model.tables import TABLES, Row
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.expressions.axes import Axis, take
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import (
    LATEST,
    PREFIXES,
    TOTAL,
    Figures,
    indicator_maps,
    period_axis,
    type_of,
    value_of,
)
from allocator.rules.policy import Policy
from allocator.verify import Judgement, judge
from allocator.verify.figure_specs import (
    CountSpec,
    ExpectedFigures,
    FigureSpec,
    Percent,
    RuleFigureSpec,
    ShareSpec,
    SumSpec,
    split_sentence,
)

Number = int | float
#: Decimals of a total; a mean of shares is not more precise.
DECIMALS = 2


@dataclass(frozen=True)
class IndicatorTotal:
    """An indicator that is totalled over the members of a group.

    Attributes:
        name: The indicator, as the table calls it.
        title: Title of the indicator.
        per_group: Whether the total of a group is the sum or the mean over its members.
        of: Value by entity: over all periods for a sum, of the last period for a mean.
    """

    name: str
    title: Text
    per_group: Literal["sum", "mean"]
    of: Mapping[str, Number]

    def over(self, entities: Iterable[str]) -> Number | None:
        """Return the total over entities; None where none of them has a value."""
        found = [self.of[one] for one in entities if one in self.of]
        if not found:
            return None
        total = sum(found)
        number = round(total if self.per_group == "sum" else total / len(found), DECIMALS)
        return int(number) if number == int(number) else number


def indicator_totals(layer: Layer, scenario: Scenario) -> tuple[IndicatorTotal, ...]:
    """Return a total for each indicator of any item or slot of a layer, in the order of the table."""
    rows = scenario.organisation.indicators
    mentioned = {*layer.items, *layer.slots}
    names = dict.fromkeys(row.indicator for row in rows if row.subject in mentioned)
    known = indicator_maps(rows) if names else {}
    return tuple(_indicator_total(name, scenario.spec.indicators.get(name), known) for name in names)


def _indicator_total(name: str, spec: IndicatorSpec | None, known: Mapping[str, Figures]) -> IndicatorTotal:
    spec = spec or IndicatorSpec()
    taken = known[TOTAL if spec.per_group == "sum" else LATEST]
    of = {entity: values[name] for entity, values in taken.items() if name in values}
    title = spec.title if spec.title.zh or spec.title.en else Text(zh=name, en=name)
    return IndicatorTotal(name, title, spec.per_group, of)


_TABLES_WITHOUT_IDS = {
    "links": "link",
    "ties": "tie",
    "postings": "posting",
    "absences": "absence",
    "indicators": "indicator",
}
#: Names of all tables whose rows can be counted.
COUNTABLE_TABLES = (*PREFIXES, *_TABLES_WITHOUT_IDS)


@dataclass(frozen=True)
class Figure:
    """A figure: its value in the source document, and its value in the scenario and the plan."""

    id: str
    text: Text
    expected: str
    found: str
    holds: bool


def measure_figures(
    expected: ExpectedFigures, policy: Policy, plan: Plan | None = None, judgement: Judgement | None = None
) -> list[Figure]:
    """Measure the figures; without a plan only those that need none.

    Args:
        expected: The figures (see ``read_expected``).
        policy: The scenario with its rules bound.
        plan: A plan without unknown names (see ``check_references``).
        judgement: The findings of the rules in the plan, if they are known already.

    Raises:
        InputError: With a fault for each measure that cannot be read.
    """
    meter = _FigureMeter(expected, policy, plan, judgement)
    figures: list[Figure] = []
    faults: list[Fault] = []
    for number, asked in enumerate(expected.figures):
        try:
            figure = meter.figure(number, asked)
        except InputError as error:
            faults.extend(error.faults)
            continue
        if plan is not None or not _needs_plan(asked, policy):
            figures.append(figure)
    if faults:
        raise InputError(faults)
    return figures


def measure_tables(policy: Policy, asked: CountSpec | SumSpec) -> int:
    """Return a count or a sum over the rows of a table.

    Args:
        policy: The scenario with its rules bound.
        asked: What is counted or added up.

    Raises:
        InputError: The table or the expression is not known; the fault names the key alone.
    """
    meter = _FigureMeter(ExpectedFigures((), YamlDocument("", {}, {}, b"")), policy, None, None)
    return meter.count(asked, ()) if isinstance(asked, CountSpec) else meter.total(asked, ())


def _needs_plan(asked: FigureSpec, policy: Policy) -> bool:
    return asked.rule is not None or any(
        split_sentence(one)[0] in policy.context.layers for one in asked.sentences
    )


class _FigureMeter:
    """Measures figures one by one; the plan is judged once, when a figure first needs it."""

    def __init__(
        self, expected: ExpectedFigures, policy: Policy, plan: Plan | None, judgement: Judgement | None
    ) -> None:
        self._expected, self._policy, self._plan, self._given = expected, policy, plan, judgement
        self._assignments = plan.assignments if plan else ()

    def figure(self, number: int, asked: FigureSpec) -> Figure:
        """Return a figure; without a plan, one that counts assignments is to be left out."""
        if asked.rule is not None:
            value = self._rule_figure(asked.rule, (number, "rule", "id"))
            said = asked.rule.cost if asked.rule.violations is None else asked.rule.violations
            return Figure(asked.id, asked.text, str(said), str(value), value == said)
        if asked.share is not None:
            return _share_figure(asked, asked.share, self._share(asked.share, (number, "share")))
        if asked.sum is not None:
            found = self.total(asked.sum, (number, "sum"))
        else:
            found = self.count(CountSpec(count=asked.count, distinct=asked.distinct), (number,))
        return Figure(asked.id, asked.text, _expected_text(asked), str(found), _holds(asked, found, found))

    def count(self, count: CountSpec, path: KeyPath) -> int:
        """Return a count."""
        axis = self._selected_rows(count.count, (*path, "count"))
        if not count.distinct:
            return len(axis)
        return len(set(self._values(axis, count.distinct, "STRING", (*path, "distinct"))))

    def _share(self, share: ShareSpec, path: KeyPath) -> Fraction | None:
        part, whole = self.count(share.part, (*path, "part")), self.count(share.of, (*path, "of"))
        return Fraction(100 * part, whole) if whole else None

    def total(self, asked: SumSpec, path: KeyPath) -> int:
        """Return a sum."""
        axis = self._selected_rows(asked.of, (*path, "of"))
        return sum(map(int, self._values(axis, asked.value, "INT", (*path, "value"))))

    def _rule_figure(self, asked: RuleFigureSpec, path: KeyPath) -> int:
        rules = [rule.id for rule in self._policy.rules]
        if asked.id not in rules:
            message = Text(zh="没有此规则", en="there is no such rule")
            near = nearest(asked.id, rules)
            raise InputError([self._expected.fault(path, message, found=asked.id, nearest=near)])
        if self._plan is None:
            return 0  # without a plan only the id of the rule is checked
        score = next(one.score for one in self._judgement.findings if one.rule.id == asked.id)
        return score.cost if asked.violations is None else score.violations

    @cached_property
    def _judgement(self) -> Judgement:
        return self._given or judge(self._policy, self._assignments)

    def _selected_rows(self, sentence: str, path: KeyPath) -> Axis:
        """Return the rows that ``TABLE where CEL`` selects."""
        source, where = split_sentence(sentence)
        axis = self._axis(source, path)
        if not where:
            return axis
        holds = self._values(axis, where, "BOOL", path)
        return take(axis, np.flatnonzero(np.asarray(holds, dtype=np.bool_)))

    def _axis(self, source: str, path: KeyPath) -> Axis:
        context = self._policy.context
        table = table_axis(context, source)
        if table is not None:
            return table
        if source in context.layers:
            return layer_axis(context, context.layers[source], self._assignments)
        known = countable_names(context)
        message = Text(zh="没有此表或层", en="there is no such table or layer")
        details = {"found": source, "allowed": ", ".join(known), "nearest": nearest(source, known)}
        raise InputError([self._expected.fault(path, message, **details)])

    def _values(self, axis: Axis, text: str, returns: str, path: KeyPath) -> list[Any]:
        """Return the value of an expression for each row."""
        try:
            return list(self._policy.context.compiler.compile(text, axis.types, returns).over(axis))
        except SelectorError as error:
            details = {"detail": error.detail, "nearest": error.nearest, "allowed": error.allowed}
            raise InputError([self._expected.fault(path, error.message, **details)]) from None


def _share_figure(asked: FigureSpec, share: ShareSpec, found: Fraction | None) -> Figure:
    """Return the figure of a share; a value is compared rounded, a bound with the exact share."""
    if found is None:
        return Figure(asked.id, asked.text, _expected_text(asked), "0/0", False)
    printed = _rounded(found, _decimals(asked, share))
    return Figure(
        asked.id, asked.text, _expected_text(asked), f"{printed}%", _holds(asked, Fraction(printed), found)
    )


def _decimals(asked: FigureSpec, share: ShareSpec) -> int:
    if share.decimals is not None:
        return share.decimals
    given = (asked.value, asked.atleast, asked.atmost)
    return max(one.decimals for one in given if isinstance(one, Percent))


def _rounded(number: Fraction, decimals: int) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _expected_text(asked: FigureSpec) -> str:
    """Return the value in the document: ``24``, ``≥13%``, ``≤3`` or both bounds."""
    bounds = [("", asked.value), ("≥", asked.atleast), ("≤", asked.atmost)]
    return " ".join(f"{sign}{bound}" for sign, bound in bounds if bound is not None)


def _holds(asked: FigureSpec, printed: Fraction | int, exact: Fraction | int) -> bool:
    value, least, most = (_number(one) for one in (asked.value, asked.atleast, asked.atmost))
    return (
        (value is None or printed == value)
        and (least is None or exact >= least)
        and (most is None or exact <= most)
    )


def _number(value: int | Percent | None) -> Fraction | None:
    if value is None:
        return None
    return Fraction(value.number if isinstance(value, Percent) else value)


def countable_names(context: RuleContext) -> tuple[str, ...]:
    """Return the names of all that can be counted: tables, then layers."""
    return (*COUNTABLE_TABLES, *context.layers)


def table_axis(context: RuleContext, table: str) -> Axis | None:
    """Return the rows of a table with their variables; None if there is no such table."""
    organisation = context.scenario.organisation
    if table in _TABLES_WITHOUT_IDS:
        return _rows_without_ids(table, getattr(organisation, table))
    if table not in PREFIXES:
        return None
    return context.variables.side(Source.model_validate(table), organisation.table(table))


def layer_axis(context: RuleContext, layer: Layer, assignments: Iterable[Assignment]) -> Axis:
    """Return a layer's assignments with the variables of their item, slot and period, and ``role``."""
    taken = [one for one in assignments if one.layer == layer.name]
    picked = (
        (context.item_axes(layer)[0], [layer.item_index[one.item] for one in taken]),
        (context.slot_axes(layer)[0], [layer.slot_index[one.slot] for one in taken]),
        (period_axis(layer.periods), [layer.period_index[one.period] for one in taken]),
    )
    columns: dict[str, Sequence[Any]] = {"role": [one.role or "" for one in taken]}
    types = {"role": type_of(str)}
    for axis, chosen in picked:
        part = take(axis, np.asarray(chosen, dtype=np.int64))
        columns.update(part.columns)
        types.update(part.types)
    return Axis([one.item for one in taken], columns, types)


def _rows_without_ids(table: str, rows: Sequence[Row]) -> Axis:
    """Return the rows of a table without ids; variables have the names of the columns."""
    prefix = _TABLES_WITHOUT_IDS[table]
    fields = {field.alias or name: (name, field) for name, field in TABLES[table].model_fields.items()}
    types = {f"{prefix}.{shown}": type_of(field.annotation) for shown, (_, field) in fields.items()}
    columns = {
        f"{prefix}.{shown}": [value_of(shown, getattr(row, name), types[f"{prefix}.{shown}"]) for row in rows]
        for shown, (name, _) in fields.items()
    }
    return Axis([f"{table}.csv:{number}" for number in range(2, len(rows) + 2)], columns, types)
