"""Builds the desk view of a plan: its tables, the appointments with reasons, every assignment as a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allocator.model.layer import Layer
from allocator.model.plan import HARD, Assignment, Plan
from allocator.model.reading.json_files import plan_digest
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.report.desk.appointments import appointment_table, appointments
from allocator.report.desk.comparison import comparison_table
from allocator.report.desk.desk_input import DeskInput, seat_titles
from allocator.report.desk.desk_tables import (
    Appointment,
    DeskTable,
    DeskView,
    Ground,
    SeatLine,
    SeatList,
)
from allocator.report.desk.movements import changes_table, matrix_table, move_tone
from allocator.report.desk.reasons import ReasonFinder
from allocator.report.desk.recusal_tables import recusal_table, score_table, waiver_table
from allocator.report.desk.staffing import options_table, standings
from allocator.report.desk.stays import stay_tables
from allocator.report.desk.work import away_table, casework_table, loads_table
from allocator.report.plan_view import PlanView
from allocator.report.rendering.solve_text import asked_line, run_line
from allocator.report.score_view import LevelLine
from allocator.rules.overrides import plan_overrides
from allocator.rules.policy import Policy


def desk_view(policy: Policy, plan: Plan, view: PlanView) -> DeskView:
    """Return a plan for the desk.

    Args:
        policy: The bound policy, with the overrides of the plan.
        plan: A plan whose ids the scenario has.
        view: The plan laid out, for its status, cautions, levels and exceptions.
    """
    source = DeskInput(policy, plan)
    finder = ReasonFinder(source)
    changes = appointments(source, finder)
    grounds = {seat: one.grounds for one in changes for seat in _gained(one)}
    return DeskView(
        scenario=view.scenario,
        scenario_sha256=plan.scenario.sha256,
        title=view.title or Text(zh=view.scenario, en=view.scenario),
        synthetic=view.synthetic,
        status=view.status_text,
        cautions=view.cautions,
        found=tuple(_found(view)),
        plan_hash=plan_digest(plan),
        tables=tuple(one for one in _tables(source, finder, view, changes) if one.rows),
        appointments=changes,
        seats=tuple(_seat_list(source, finder, layer, grounds) for layer in source.layers.values()),
        standings=(standing := standings(source)),
        options=options_table(source, standing),
        stays=stay_tables(source, finder),
        sentences={rule.id: finder.sentence(rule) for rule in policy.rules},
        asked={name: tuple(places) for name, places in plan_overrides(plan).to_run_data().items()},
    )


def _tables(
    source: DeskInput, finder: ReasonFinder, view: PlanView, changes: tuple[Appointment, ...]
) -> Iterator[DeskTable]:
    layers = source.layers.values()
    yield appointment_table(source, changes)
    for layer in layers:
        if layer.spec.slots.table != "cases":
            yield comparison_table(source, layer)
    for layer in layers:
        if source.tracks(layer):
            yield matrix_table(source, layer)
    for layer in layers:
        if layer.spec.slots.table == "cases":
            yield casework_table(source, layer)
    yield recusal_table(source, finder)
    yield score_table(source, finder, view.score)
    yield changes_table(source)
    yield waiver_table(source, finder, view.waivers)
    yield loads_table(source)
    yield away_table(source)


#: Parts of the run that planners do not read: they name solvers and rules by their ids.
_TECHNICAL = ("route", "structure")


def _found(view: PlanView) -> Iterator[Text]:
    """Yield how the plan was found: its status, what each level costs and what is proved of it, the run.

    Of a plan that claims what is not so no proof is repeated.
    """
    yield Text(zh=f"求解状态：{view.status_text.zh}", en=f"status: {view.status_text('en')}")
    yield from (_level_sentence(one) for one in view.score if one.level != HARD and not view.doubtful)
    run = {key: value for key, value in view.run.items() if key not in _TECHNICAL}
    for line in (run_line, asked_line):
        if line(run, "zh"):
            yield Text(zh=line(run, "zh"), en=line(run, "en"))


def _level_sentence(level: LevelLine) -> Text:
    title, cost = level.title, f"{level.cost:,}"
    if level.is_proved_twice:
        proof = Text(zh="双重证明不能更低", en="proved twice that none costs less")
    elif level.cost == level.bound:
        proof = Text(zh="已证明不能更低", en="proved that none costs less")
    else:
        bound = f"{level.bound:,}"
        proof = Text(zh=f"下界 {bound}，差距 {level.gap:g}%", en=f"lower bound {bound}, gap {level.gap:g}%")
    return Text(zh=f"{title.zh}：代价 {cost}，{proof.zh}", en=f"{title('en')}: cost {cost}, {proof.en}")


def _gained(one: Appointment) -> Iterator[Assignment]:
    """Yield the new seats of a change as assignments."""
    for seat in one.gained:
        yield Assignment(
            layer=one.layer, item=one.person.id, slot=seat.slot.id, role=seat.role, period=one.period
        )


_Grounds = Mapping[Assignment, tuple[Ground, ...]]


def _seat_list(source: DeskInput, finder: ReasonFinder, layer: Layer, grounds: _Grounds) -> SeatList:
    """Return every assignment of a layer, by period and slot, in the order of roles."""
    taken = source.roster[layer.name].taken
    ordered = sorted(taken, key=lambda one: (one[3], one[1], one[2], one[0]))
    item_title, slot_title = seat_titles(layer)
    return SeatList(
        layer=layer.name,
        title=source.title(layer),
        item_title=item_title,
        slot_title=slot_title,
        lines=tuple(_line(source, finder, layer, one, grounds) for one in ordered),
        items=tuple(source.named(item).name for item in layer.items),
        slots=tuple(source.named(slot).name for slot in layer.slots),
        roles=tuple(source.role_texts[role] for role in layer.roles if role is not None),
        periods=() if layer.once else tuple(period.id for period in layer.periods),
    )


def _line(
    source: DeskInput,
    finder: ReasonFinder,
    layer: Layer,
    taken: tuple[int, int, int, int],
    grounds: _Grounds,
) -> SeatLine:
    item, slot, role, period = taken
    found = source.assignment(layer, taken)
    entity = source.organisation.entities[found.item]
    place = source.organisation.entities[found.slot]
    home = entity.unit if isinstance(entity, Person) else str(getattr(entity, "parent", ""))
    parent = str(getattr(place, "parent", "") or getattr(place, "unit", ""))
    tracked = layer.spec.slots.table != "cases"
    tone = move_tone(source, layer, item, period - 1, period) if tracked else ""
    return SeatLine(
        assignment=found,
        period=found.period or "",
        parent=source.display_names.get(parent, parent),
        slot=source.named(found.slot).name,
        role=source.seat(layer, slot, role).role_text,
        item=source.named(found.item).name,
        home=source.display_names.get(home, home),
        post=entity.title if isinstance(entity, Person) else "",
        tone=tone,
        reasons=finder.reasons(found),
        grounds=grounds.get(found, ()),
    )
