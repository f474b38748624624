"""Fills cadre forms with the appointments of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.errors import Fault, InputError, shorten
from allocator.intake.cadre_form import PHOTO_SUFFIX, read_form_bytes
from allocator.intake.form_matching import MissingForm, match_forms, read_folder
from allocator.intake.form_output import APPOINTED, REASON, REMOVED, FormFile, fill_form
from allocator.model.layer import Layer
from allocator.model.plan import Plan
from allocator.model.reading.files import atomic_write, unwritable_fault
from allocator.model.text import Text
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy

if TYPE_CHECKING:
    from allocator.report.desk.desk_tables import Appointment

#: Reasons that a form has room for.
MOST_REASONS = 4


@dataclass(frozen=True)
class FilledForm:
    """A form that was filled.

    Attributes:
        person: Id of the person.
        name: Name of the person.
        label: Name of the form without identity numbers.
        file: The file written.
        appointed: 拟任职务, empty for somebody who only leaves.
        removed: 拟免职务, empty for somebody who gives up no seat.
        reason: 任免理由; empty where no rule bears on the change, and the form keeps its own.
        replaced: Texts that stood in these three fields before, by the name of the element.
    """

    person: str
    name: str
    label: str
    file: Path
    appointed: str
    removed: str
    reason: str
    replaced: Mapping[str, str]


@dataclass(frozen=True)
class FilledForms:
    """The forms of the people whose posts change in a plan.

    Attributes:
        periods: The periods whose changes the forms show; empty for layers that are decided once.
        filled: The forms that were written.
        missing: The people whose posts change but whose form is missing or not certain, and why.
        faults: The faults of forms that cannot be read or filled.
    """

    periods: tuple[str, ...]
    filled: tuple[FilledForm, ...]
    missing: tuple[MissingForm, ...]
    faults: tuple[Fault, ...]


def fill_forms(
    plan: Plan,
    policy: Policy,
    forms: Path | str,
    into: Path | str,
    *,
    layer: str | None = None,
    period: str | None = None,
    file: str = "plan",
) -> FilledForms:
    """Write the form of each person whose post changes in a plan, with 拟任, 拟免 and 任免理由 filled.

    Every other byte of a form stays as it is; the photo of an old form (``.pic``) is copied beside it.

    Args:
        plan: The plan.
        policy: The bound policy, from ``bind``.
        forms: The folder with the forms as they are.
        into: The folder to write to; it is made if it is not there.
        layer: Name or title of the only layer to look at.
        period: Id of the period whose changes are wanted; by default the first of each layer.
        file: Name of the plan in faults.

    Raises:
        InputError: The folders are the same, hold no form or cannot be written; or the plan has no such layer
            or period.
    """
    forms, into = Path(forms), Path(into)
    policy = with_plan_overrides(policy, plan, file)
    changes = _changes(policy, plan, layer, period)
    _check_folders(forms, into)
    folder = read_folder(forms)
    people = policy.context.scenario.organisation.people
    matched, missing = match_forms(tuple(changes), people, folder.files)
    filled: list[FilledForm] = []
    faults = list(folder.faults)
    for person, found in matched.items():
        name = people[person].name or person
        try:
            filled.append(_fill(name, changes[person], found, into / found.name))
        except InputError as error:
            faults.extend(error.faults)
            missing.append(MissingForm(person, name, NOT_FILLED))
    periods = dict.fromkeys(period for one in changes.values() for period in one.periods)
    return FilledForms(tuple(periods), tuple(filled), tuple(missing), tuple(faults))


NOT_FILLED = Text(zh="其表不能填写", en="has a form that cannot be filled")


@dataclass(frozen=True)
class _Change:
    """The change of one person's seats in the words of a form."""

    person: str
    appointed: str
    removed: str
    reason: str
    periods: tuple[str, ...]


def _changes(policy: Policy, plan: Plan, layer: str | None, period: str | None) -> dict[str, _Change]:
    """Return the change of each person in the wanted period, in the order of the people.

    Raises:
        InputError: The plan has no such layer or period.
    """
    from allocator.report.desk.appointments import appointments
    from allocator.report.desk.desk_input import DeskInput
    from allocator.report.desk.reasons import ReasonFinder

    layers = _layers(policy, layer)
    wanted = {name: _period(one, period) for name, one in layers.items()}
    source = DeskInput(policy, plan)
    found: dict[str, list[Appointment]] = {}
    for one in appointments(source, ReasonFinder(source)):
        if one.layer in wanted and one.period == wanted[one.layer]:
            found.setdefault(one.person.id, []).append(one)
    order = source.organisation.people
    return {one: _change(one, found[one], policy) for one in order if one in found}


def _change(person: str, found: Sequence[Appointment], policy: Policy) -> _Change:
    return _Change(
        person=person,
        appointed="、".join(seat.text.zh for one in found for seat in one.gained),
        removed="、".join(seat.text.zh for one in found for seat in one.given_up),
        reason=_reason(found, policy),
        periods=tuple(one.period for one in found if one.period),
    )


def _reason(found: Sequence[Appointment], policy: Policy) -> str:
    """Return the first reasons as one sentence.

    Why the person is away comes first, then why the person moves and why here, then the rules that the move
    keeps, those about the person first. A rule is told by its own reason (``why``), or else as a sentence.
    """
    from allocator.rules.rule_sentences import rule_sentence

    scenario = policy.context.scenario
    rules = {rule.id: rule for rule in policy.rules}
    holding = sorted((reason for one in found for reason in one.fits), key=lambda one: not one.is_of_person)
    named = [rules[one] for one in dict.fromkeys(reason.rule for reason in holding)]
    texts = [text.zh for one in found for text in one.remarks]
    texts += [ground.text.zh for one in found for ground in one.grounds]
    texts += [rule.why.zh or rule_sentence(rule, scenario).zh for rule in named[:MOST_REASONS]]
    shown = list(dict.fromkeys(texts))[:MOST_REASONS]
    return "；".join(text.strip("。；") for text in shown) + "。" if shown else ""


def _layers(policy: Policy, layer: str | None) -> dict[str, Layer]:
    """Return the layers that post people, or the wanted one.

    Raises:
        InputError: The plan has no such layer.
    """
    posting = {
        name: one
        for name, one in policy.context.layers.items()
        if one.spec.items.table == "people" and one.spec.slots.table != "cases"
    }
    if layer is None:
        return posting
    found = {name: one for name, one in posting.items() if layer in (name, *_titles(one))}
    if not found:
        message = Text(zh="没有这个任职的层", en="no such layer of people and posts")
        raise InputError([Fault(message, "--layer", found=shorten(layer), allowed=", ".join(posting) or "—")])
    return found


def _titles(layer: Layer) -> tuple[str, ...]:
    return (layer.spec.title.zh, layer.spec.title.en) if layer.spec.title else ()


def _period(layer: Layer, period: str | None) -> str | None:
    """Return the id of the wanted period of a layer; by default its first.

    Raises:
        InputError: The layer has no such period.
    """
    if period is None or layer.once:
        return layer.period_id(0)
    ids = [str(layer.period_id(number)) for number in range(len(layer.periods))]
    if period not in ids:
        message = Text(zh="没有这一期", en="no such period")
        shown = ", ".join(ids[:20])
        raise InputError([Fault(message, "--period", found=shorten(period), allowed=shown)])
    return period


def _check_folders(forms: Path, into: Path) -> None:
    """Refuse to write among the forms themselves, where the next call would read what this one writes.

    Raises:
        InputError: The second folder is the first one or inside it, or is no folder.
    """
    if into.resolve().is_relative_to(forms.resolve()):
        message = Text(
            zh="是来表的文件夹或在其中，会与来表相混；请换一个文件夹",
            en="is the folder of the forms or inside it; name a folder apart",
        )
        raise InputError([Fault(message, "--to", found=shorten(into, 200))])
    _make_folder(into)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([unwritable_fault(error, folder)]) from None


def _fill(name: str, change: _Change, form: FormFile, path: Path) -> FilledForm:
    """Write one form.

    Raises:
        InputError: The form cannot be filled or written.
    """
    values = {APPOINTED: change.appointed, REMOVED: change.removed}
    if change.reason:
        values[REASON] = change.reason
    label = form.form.label
    contents = {path: fill_form(read_form_bytes(form.path, label), label, values)}
    photo = form.path.with_suffix(PHOTO_SUFFIX)
    if form.path.suffix.lower() == ".lrm" and photo.is_file():
        contents[path.with_suffix(PHOTO_SUFFIX)] = read_form_bytes(photo, label)
    _make_folder(path.parent)
    for file, content in contents.items():
        atomic_write(content, file)
    before = {element: form.form.text(element) for element in values}
    replaced = {element: text for element, text in before.items() if text and text != values[element]}
    return FilledForm(
        change.person, name, label, path, change.appointed, change.removed, change.reason, replaced
    )
