"""逐人理由及依据: the change of each person with the rules that bear on it and hold, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Text
from allocator.report.desk.desk_tables import Appointment, DeskSeat, DeskView, Reason, joined
from allocator.report.word.sections import WordBlock, heading, paragraph

_SEMICOLON = Text(zh="；", en="; ")
_FEW = 3


def reason_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield the reasons of each appointment, layer by layer and period by period.

    Reasons that all new appointments of a layer have in common are told once, ahead of them.
    """
    if not view.appointments:
        yield paragraph(
            "Body", Text(zh="本方案不涉及人员任免。", en="The plan appoints and releases nobody.")
        )
        return
    yield paragraph("Body", _INTRODUCTION)
    for seats in view.seats:
        of_layer = [one for one in view.appointments if one.layer == seats.layer]
        common = common_reasons(of_layer)
        periods = dict.fromkeys(one.period for one in of_layer)
        for number, period in enumerate(periods):
            when = period or ""
            yield heading(
                2,
                Text(
                    zh=f"{seats.title.zh}{when and f'（{when}）'}",
                    en=f"{seats.title('en')}{when and f' ({when})'}",
                ),
            )
            if common and number == 0:
                yield paragraph("Body", _common_text(common))
            for one in of_layer:
                if one.period == period:
                    yield paragraph("Item", appointment_text(one, common))


_INTRODUCTION = Text(
    zh="以下理由均为对该任职有约束、且经复核没有违反的规则；因豁免而不计的规则不列为理由。",
    en="Each reason below is a rule that bears on the appointment and, checked anew, is not broken by it. A"
    " rule that an exception excuses is no reason.",
)


def common_reasons(of_layer: Sequence[Appointment]) -> tuple[Reason, ...]:
    """Return the reasons that every new appointment of a layer has, if there are several appointments."""
    new = [one for one in of_layer if one.gained]
    if len(new) < _FEW:
        return ()
    shared = set(new[0].reasons).intersection(*(one.reasons for one in new[1:]))
    return tuple(one for one in new[0].reasons if one in shared)


def _common_text(common: Sequence[Reason]) -> Text:
    told = reason_sentences(common)
    return Text(
        zh=f"本层各项任职共同的依据：{told.zh}。以下不再重复。",
        en=f"Common to all appointments of this layer: {told('en')}. These are not repeated below.",
    )


def reason_sentences(reasons: Sequence[Reason]) -> Text:
    """Return reasons in one text, each sentence once."""
    return joined(list(dict.fromkeys(one.text for one in reasons)), between=_SEMICOLON)


def appointment_text(one: Appointment, common: Sequence[Reason]) -> Text:
    """Return the change of a person in words, with its reasons beside the common ones."""
    parts = [*_facts(one)]
    head = Text(
        zh=f"{one.person.name}。" + "，".join(part.zh for part in parts) + "。",
        en=f"{one.person.name}. " + "; ".join(part("en") for part in parts) + ".",
    )
    told = _reason_text(one, common)
    remarks = joined(one.remarks, between=_SEMICOLON)
    if remarks:
        told = Text(zh=f"{told.zh}备注：{remarks.zh}。", en=f"{told('en')} Remarks: {remarks('en')}.")
    return Text(zh=head.zh + told.zh, en=f"{head.en} {told('en')}".strip())


def _facts(one: Appointment) -> Iterator[Text]:
    if one.present:
        zh, en = one.present.zh or one.present.en, one.present("en")
        if one.since:
            zh, en = f"{zh}（{one.since}起）", f"{en} (since {one.since})"
        yield Text(zh=f"现任{zh}", en=f"at present {en}")
    if one.gained:
        yield Text(zh=f"拟任{_seats(one.gained).zh}", en=f"to be {_seats(one.gained)('en')}")
    if one.given_up:
        yield Text(zh=f"拟免{_seats(one.given_up).zh}", en=f"released from {_seats(one.given_up)('en')}")
    yield Text(zh=f"交流类型为{one.kind.zh}", en=f"kind: {one.kind('en')}")


def _seats(seats: Sequence[DeskSeat]) -> Text:
    return joined([seat.text for seat in seats])


def _reason_text(one: Appointment, common: Sequence[Reason]) -> Text:
    if not one.gained:
        return Text()
    own = [reason for reason in one.reasons if reason not in common]
    if own:
        told = reason_sentences(own)
        return Text(zh=f"理由及依据：{told.zh}。", en=f"Reasons: {told('en')}.")
    if common:
        return Text(zh="理由及依据：见本层共同依据。", en="Reasons: those common to the layer.")
    return Text(zh="没有规则涉及此项任职。", en="No rule bears on this appointment.")
