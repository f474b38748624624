"""Staffing and loads of options side by side: authorised, actual and vacant numbers, and loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.layer import Layer
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.desk.comparison import Comparison
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.work import CarrierLoad, carried_by_item, carrier_loads
from allocator.verify.plan_option import PlanOption

#: Period and id of a place or carrier; no id for the layer as a whole.
_Key = tuple[str | None, str | None]


@dataclass(frozen=True)
class PlaceFigures:
    """The figures of a place, a carrier or a whole layer in one option.

    Attributes:
        least: The least authorised number; None without one.
        most: The greatest authorised number; None without one.
        actual: Number of seats held; None where seats are not counted, as of those who carry cases.
        vacant: Number of vacant seats; None without authorised numbers.
        over: Number of seats beyond the authorised number; None without authorised numbers.
        number: Number of things that it carries.
        workload: Sum of their workloads.
    """

    least: int | None
    most: int | None
    actual: int | None
    vacant: int | None
    over: int | None
    number: int
    workload: int


@dataclass(frozen=True)
class PlaceRow:
    """A place, a carrier or a whole layer in every option.

    Attributes:
        layer: The layer.
        title: Its title.
        period: The period; None in a layer that is decided once, and for carriers of cases.
        place: The place or carrier; None for the layer as a whole.
        is_person: Whether a person carries.
        options: Its figures in each option; None where the option has no plan or no such place.
        differs: Whether the figures differ.
    """

    layer: str
    title: Text
    period: str | None
    place: NamedEntity | None
    is_person: bool
    options: tuple[PlaceFigures | None, ...]
    differs: bool


def place_rows(options: Sequence[PlanOption], sources: Sequence[DeskInput | None]) -> tuple[PlaceRow, ...]:
    """Return the rows of each layer: the layer as a whole in each period, then its places or carriers.

    Args:
        options: The options.
        sources: Each with its plan; None without a plan.
    """
    names = dict.fromkeys(layer for one in options for layer in one.policy.context.layers)
    return tuple(row for name in names for row in _layer_rows(name, options, sources))


def _layer_rows(
    name: str, options: Sequence[PlanOption], sources: Sequence[DeskInput | None]
) -> Iterator[PlaceRow]:
    layers = [one.policy.context.layers.get(name) for one in options]
    found = [
        _figures(source, layer) if source is not None and layer is not None else {}
        for source, layer in zip(sources, layers, strict=True)
    ]
    knowing = [(option, layer) for option, layer in zip(options, layers, strict=True) if layer is not None]
    first = knowing[0][1]
    for period, place in dict.fromkeys(key for one in found for key in one):
        cells = tuple(one.get((period, place)) for one in found)
        if not any(one.number or one.actual is not None for one in cells if one is not None):
            continue  # somebody who carries nothing in any option
        yield PlaceRow(
            layer=name,
            title=first.spec.title or Text(zh=name, en=name),
            period=period,
            place=None if place is None else _named(place, options),
            is_person=carried_by_item(first) and first.spec.items.table == "people",
            options=cells,
            differs=len({cell for cell, one in zip(cells, options, strict=True) if one.has_plan}) > 1,
        )


def _named(place: str, options: Sequence[PlanOption]) -> NamedEntity:
    organisations = (one.policy.context.scenario.organisation for one in options)
    return next(one.named(place) for one in organisations if place in one.entities)


def _figures(source: DeskInput, layer: Layer) -> Mapping[_Key, PlaceFigures]:
    """Return the figures of one layer of one plan by period and place."""
    loads = carrier_loads(source, layer)
    if carried_by_item(layer):
        return {
            (None, id_): _carrier(loads.get((0, item), CarrierLoad(0, 0)))
            for item, id_ in enumerate(layer.items)
        }
    counted = Comparison(source, layer)
    has_limits = bool(counted.limits)
    found: dict[_Key, PlaceFigures] = {}
    for t in range(len(layer.periods)):
        places = counted.places(t, t)
        for slot, count in [(None, counted.total(t, t)), *places.items()]:
            of_place = [loads[t, one] for one in places if slot in (None, one)]
            limited = has_limits and (slot is None or count.limits != (None, None))
            found[layer.period_id(t), None if slot is None else layer.slots[slot]] = PlaceFigures(
                least=count.limits[0],
                most=count.limits[1],
                actual=count.actual,
                vacant=count.vacant if limited else None,
                over=count.over if limited else None,
                number=sum(one.number for one in of_place),
                workload=sum(one.workload for one in of_place),
            )
    return found


def _carrier(load: CarrierLoad) -> PlaceFigures:
    return PlaceFigures(None, None, None, None, None, load.number, load.workload)
