"""Changes from a baseline as lines: seat by seat, who left and who came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from allocator.model.organisation import NamedEntity
from allocator.model.plan import LevelScore
from allocator.model.text import Language, Text
from allocator.model.witnesses import is_confirmed
from allocator.report.rendering.console import number, pick, printable
from allocator.verify import MissingReferences
from allocator.verify.diff import PlanDiff, SeatChange

#: How many changed seats, and how many names of what is gone, are listed.
LISTED = 20
_FIELDS: Mapping[str, Text] = {
    "layer": Text(zh="层", en="layers"),
    "item": Text(zh="对象", en="items"),
    "slot": Text(zh="去处", en="slots"),
    "role": Text(zh="角色", en="roles"),
    "period": Text(zh="周期", en="periods"),
}


def render_diff(
    changes: PlanDiff, roles: Mapping[str, Text], language: Language, fewest: LevelScore | None = None
) -> Iterator[str]:
    """Yield what changed from the baseline.

    Args:
        changes: What changed.
        roles: The words of roles.
        language: The language.
        fewest: If as few changes as can be were asked for, how many it took and must take.
    """
    if changes.gone.assignments:
        yield printable(gone_line(changes.gone, language))
    yield _heading(changes, language) + ("" if fewest is None else _fewest(fewest, changes, language))
    for seat in changes.seats[:LISTED]:
        yield "  " + printable(_seat(seat, roles, language))
    more = len(changes.seats) - LISTED
    if more > 0:
        yield "  " + pick(language, f"另有 {more} 行（见 --json）", f"{more} more lines (see --json)")


def gone_line(gone: MissingReferences, language: Language) -> str:
    """Say in one line what a baseline names and the scenario no longer has."""
    zh = language == "zh"
    parts = []
    for field, names in gone.names.items():
        shown = ("、" if zh else ", ").join(names[:LISTED]) + ("…" if len(names) > LISTED else "")
        parts.append(f"{_FIELDS[field](language)} {shown}")
    listed = ("；" if zh else "; ").join(parts)
    return pick(
        language,
        f"基准方案 {gone.of} 项安排中有 {gone.assignments} 项所指已不在场景中，不计：{listed}",
        f"of {gone.of} assignments of the baseline, {gone.assignments} are dropped, since the scenario no"
        f" longer has what they name: {listed}",
    )


def _heading(changes: PlanDiff, language: Language) -> str:
    seats, new = number(changes.count), number(changes.new)
    return pick(
        language,
        f"与基准方案相比：变动席位 {seats} 个，新增席位 {new} 个",
        f"changes from the baseline: seats that change hands {seats}, new seats {new}",
    )


def _fewest(fewest: LevelScore, changes: PlanDiff, language: Language) -> str:
    """Say how few changes there can be; seats whose holders are gone change hands in any case."""
    if fewest.cost > fewest.bound:
        least = pick(language, f"；至少 {fewest.bound} 个", f"; at least {fewest.bound} must")
    elif is_confirmed(fewest.proof.by, fewest.proof.confirmed):
        least = pick(language, "；双重证明最少", "; proved twice to be the fewest")
    else:
        least = pick(language, "；已证明最少", "; proved the fewest")
    open_anyway = changes.count - fewest.cost
    if open_anyway > 0:
        zh, en = f"，另 {open_anyway} 个因原任已离任", f", and {open_anyway} whose holders are gone"
        least += pick(language, zh, en)
    return least


def _seat(seat: SeatChange, roles: Mapping[str, Text], language: Language) -> str:
    role = "" if seat.role is None else " " + roles.get(seat.role, Text(zh=seat.role, en=seat.role))(language)
    when = "" if seat.period is None else f" @{seat.period}"
    left = [_named(one) + (_gone(language) if one.id in seat.gone else "") for one in seat.left]
    who = f"{_listed(left, language)} → {_listed([_named(one) for one in seat.came], language)}"
    return f"{_named(seat.place)}{role}{when}: {who}"


def _gone(language: Language) -> str:
    return pick(language, "［已不在场景中］", " [no longer in the scenario]")


def _listed(names: Iterable[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(names) or "—"


def _named(named: NamedEntity) -> str:
    return named.id if named.name == named.id else f"{named.name} ({named.id})"
