"""A comparison with codes in place of names, and in an order that tells nothing about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from allocator.model.scenario import Organisation
from allocator.model.tables import Tie
from allocator.model.text import Text
from allocator.report.compare.mismatches import Mismatch
from allocator.report.compare.option_staffing import PlaceRow
from allocator.report.compare.plan_comparison import PlanComparison
from allocator.report.desk.blind import Blinder
from allocator.verify.seat_differences import SeatComparison


def joint_organisation(organisations: Sequence[Organisation]) -> Organisation:
    """Return the people of all options, and whoever else they name, in one organisation.

    The first that has an id gives its name; another name that an option has for it counts as that of somebody
    outside, so that no name is left without a code.
    """
    first, *others = organisations
    joined = first
    for one in others:
        joined = replace(
            joined,
            units={**one.units, **joined.units},
            people={**one.people, **joined.people},
            groups={**one.groups, **joined.groups},
            cases={**one.cases, **joined.cases},
            ties=(*joined.ties, *one.ties, *_other_names(joined, one)),
            identities=(*joined.identities, *one.identities),
        )
    return joined


def _other_names(known: Organisation, one: Organisation) -> Iterator[Tie]:
    for id_ in one.people:
        if id_ in known.people and known.label(id_) != one.label(id_):
            name = one.label(id_)
            yield Tie(source=name, target=name, kind="alias")


def blind_comparison(found: PlanComparison, blinder: Blinder) -> PlanComparison:
    """Return a comparison with codes for the names of people, sorted by code.

    Mismatches about people say how many there are; the hashes of the plans are left out, since with the table
    of people at hand they would tell which of a few guesses at the names is right.
    """
    return replace(
        found,
        options=tuple(replace(one, plan_hash="") for one in found.options),
        rules=blinder.blinded(found.rules),
        judgements=blinder.blinded(found.judgements),
        seats=_sorted_seats(blinder.blinded(found.seats)),
        places=_sorted_places(blinder.blinded(found.places)),
        recusals=blinder.blinded(found.recusals),
        waivers=blinder.blinded(found.waivers),
        mismatches=tuple(_mismatch(one, blinder) for one in found.mismatches),
        is_blind=True,
    )


def _sorted_seats(rows: Sequence[SeatComparison]) -> tuple[SeatComparison, ...]:
    """Return rows with those of people by code within each layer and period."""
    layers = list(dict.fromkeys(one.layer for one in rows))
    periods = list(dict.fromkeys(one.period for one in rows))
    return tuple(
        sorted(
            rows,
            key=lambda one: (
                layers.index(one.layer),
                periods.index(one.period),
                one.item.id if one.table == "people" else "",
            ),
        )
    )


def _sorted_places(rows: Sequence[PlaceRow]) -> tuple[PlaceRow, ...]:
    """Return rows with those of people by code; the others keep their order."""
    layers = list(dict.fromkeys(one.layer for one in rows))
    return tuple(
        sorted(
            rows,
            key=lambda one: (layers.index(one.layer), one.place.id if one.is_person and one.place else ""),
        )
    )


def _mismatch(one: Mismatch, blinder: Blinder) -> Mismatch:
    if one.kind not in _COUNTED:
        return blinder.blinded(one)
    names = tuple(sorted(blinder.blinded(one.names), key=lambda named: named.id))
    labels, count = "、".join(one.options), len(names)
    zh, en = _COUNTED[one.kind]
    text = Text(zh=f"{labels} {zh} {count} 个", en=f"{labels}, {en}: {count}")
    return replace(one, text=text, names=names)


_COUNTED = {
    "item": ("没有的对象", "items that are not there"),
    "name": ("中名称不同的编号", "ids with other names"),
    "history": ("中现状不同的对象", "items with other seats at present"),
}
