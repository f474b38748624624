"""逐人理由及依据: the change of each person, why it is made and why here, as blocks.

People who move for the same reasons share a paragraph; each is named with both seats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from allocator.model.text import Text
from allocator.report.desk.appointments import ADDED
from allocator.report.desk.desk_tables import Appointment, DeskSeat, DeskView, Reason, joined
from allocator.report.desk.ground_words import dates_in_words, in_quotes, tight
from allocator.report.word.sections import WordBlock, heading, paragraph

_SEMICOLON = Text(zh="；", en="; ")


def reason_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield the reasons of each appointment, layer by layer and period by period.

    The rules of a layer stand ahead of its appointments, which cite them by number.
    """
    if not view.appointments:
        yield paragraph(
            "Body", Text(zh="本方案不涉及人员任免。", en="The plan appoints and releases nobody.")
        )
        return
    yield paragraph("Body", _INTRODUCTION)
    for seats in view.seats:
        of_layer = [one for one in view.appointments if one.layer == seats.layer]
        cited = CitedRules(view, of_layer)
        periods = dict.fromkeys(one.period for one in of_layer)
        for number, period in enumerate(periods):
            of_period = [one for one in of_layer if one.period == period]
            when = period or ""
            yield heading(
                2,
                Text(
                    zh=f"{seats.title.zh}{when and f'（{when}）'}",
                    en=f"{seats.title('en')}{when and f' ({when})'}",
                ),
            )
            yield paragraph("Body", _numbers_text(view, seats.layer, when, len(of_period)))
            if number == 0:
                yield from cited.blocks()
            for group in alike(of_period):
                yield paragraph("Item", group_text(group, cited))


_INTRODUCTION = Text(
    zh="以下列明每人为何调整、为何到此任职，理由相同的并为一条。“留任”指在原职务任职至方案再次调整本人为止，"
    "其余安排不变；各项结论均按此重新判断得出。因豁免而不计的规则不列为理由。",
    en="Below stands why each person moves and why to this seat; those with the same reasons share an entry."
    " 'Staying' means: in the former seat until the plan moves the person again, all else as planned; every"
    " statement was judged so. A rule that an exception excuses is no reason.",
)


def _numbers_text(view: DeskView, layer: str, period: str, moves: int) -> Text:
    """Return how many change their seats, and how many stay."""
    stays = sum(
        int(cell.number or 0)
        for table in view.stays
        if table.layer == layer
        for row in table.rows
        if not period or row[0].text.zh == period
        for column, cell in zip(table.columns, row, strict=True)
        if column.title.zh == "人数"
    )
    zh, en = f"拟任免{moves}人次", f"Changes: {moves}"
    if stays:
        zh, en = f"{zh}，留任{stays}人次（见留任情况表）", f"{en}; who stay: {stays} (listed in an annex)"
    return Text(zh=f"{zh}。", en=f"{en}.")


class CitedRules:
    """The rules that the reasons of a layer cite, each with a number."""

    def __init__(self, view: DeskView, of_layer: Sequence[Appointment]) -> None:
        """Number the rules that a ground quotes, that speak for a seat, or that the plan breaks nowhere."""
        quotes = "".join(ground.text.zh for one in of_layer for ground in one.grounds)
        reasons = {reason.rule: reason for one in of_layer for reason in one.reasons}
        own = {rule for rule, reason in reasons.items() if is_own(reason)}
        common = {rule for rule, reason in reasons.items() if reason.is_unbroken and not reason.speaks_for}
        named = [rule for rule, one in view.sentences.items() if in_quotes(one).zh in quotes]
        self._sentences: dict[Text, int] = {}
        for rule in sorted(view.sentences, key=lambda rule: rule not in common):
            if rule in common or rule in own or rule in named:
                self._sentences.setdefault(view.sentences[rule], len(self._sentences) + 1)
        self._kept = len({view.sentences[rule] for rule in common})

    def blocks(self) -> Iterator[WordBlock]:
        """Yield the numbered rules, and which of them every appointment keeps."""
        if not self._sentences:
            return
        kept, others = self._listed(kept=True), self._listed(kept=False)
        if kept:
            zh = f"凡适用的任职均已遵守，以下不再逐一列出的：{kept.zh}。"
            en = f"Kept by every appointment to which they apply, which is not repeated: {kept.en}."
            yield paragraph("Body", Text(zh=zh, en=en))
        if others:
            yield paragraph(
                "Body", Text(zh=f"其他引用的：{others.zh}。", en=f"Others that are cited: {others.en}.")
            )

    def _listed(self, *, kept: bool) -> Text:
        found = [(one, number) for one, number in self._sentences.items() if (number <= self._kept) == kept]
        named = [
            Text(zh=f"规则{number}，{tight(one.zh or one.en)}", en=f"rule {number}, {one('en')}")
            for one, number in found
        ]
        return joined(named, between=_SEMICOLON)

    def _numbered(self, numbers: Iterable[int]) -> Text:
        found = dict.fromkeys(numbers)
        return joined([Text(zh=f"规则{one}", en=f"rule {one}") for one in found])

    def cite(self, text: Text) -> Text:
        """Return a text with the numbers of rules for their quoted sentences."""
        zh, en = text.zh, text.en
        for sentence, number in self._sentences.items():
            quoted = in_quotes(sentence)
            zh, en = zh.replace(quoted.zh, f"规则{number}"), en.replace(quoted.en, f"rule {number}")
        return Text(zh=zh, en=en)

    def of(self, reasons: Iterable[Reason]) -> Text:
        """Return rules by their numbers; empty without any."""
        numbers = [self._sentences[one.text] for one in reasons if one.text in self._sentences]
        return self._numbered(numbers) if numbers else Text()


def is_own(reason: Reason) -> bool:
    """Whether a reason is told of the person: it speaks for the seat, or is a hard rule not kept by all."""
    return reason.speaks_for or (reason.is_hard and not reason.is_unbroken)


def alike(appointments: Sequence[Appointment]) -> Iterator[list[Appointment]]:
    """Yield the appointments of one kind with the same reasons together, in the order of the first."""
    groups: dict[object, list[Appointment]] = {}
    for one in appointments:
        own = tuple(reason.rule for reason in one.fits if is_own(reason))
        key = tuple(ground.text for ground in one.grounds), own, one.remarks, bool(one.reasons)
        groups.setdefault(key, []).append(one)
    yield from groups.values()


def group_text(group: Sequence[Appointment], cited: CitedRules) -> Text:
    """Return the changes of people with the same reasons in words; those who go the same way together."""
    ways: dict[Text, list[Appointment]] = {}
    for one in group:
        ways.setdefault(way_text(one), []).append(one)
    named = joined([change_text(part) for part in ways.values()], between=_SEMICOLON)
    zh, en, told = named.zh, named.en, told_text(group[0], cited)
    if len(group) > 1:
        zh, en = f"{zh}，共{len(group)}人", f"{en} ({len(group)} people)"
    return Text(zh=f"{zh}。{told.zh}", en=f"{en}. {told.en}".strip())


def way_text(one: Appointment) -> Text:
    """Return from where to where somebody goes, without the name."""
    came, left = _seats(one.gained), _seats(one.given_up)
    if not one.gained:
        return Text(zh=f"免去{left.zh}", en=f"released from {left.en}")
    if one.given_up:
        same = {seat.slot.id for seat in one.gained} == {seat.slot.id for seat in one.given_up}
        moved = "改任" if same else "调任"
        return Text(zh=f"由{left.zh}{moved}{came.zh}", en=f"from {left.en} to {came.en}")
    zh, en = f"新任{came.zh}", f"new: {came.en}"
    if one.kind == ADDED:
        zh, en = f"兼任{came.zh}", f"also {came.en}"
    if one.present:
        zh = f"{zh}（现任{one.present.zh or one.present.en}）"
        en = f"{en} (at present {one.present('en')})"
    return Text(zh=zh, en=en)


def change_text(alike: Sequence[Appointment]) -> Text:
    """Return the change of people who go the same way, in a clause."""
    way = way_text(alike[0])
    return Text(
        zh="、".join(one.person.name for one in alike) + way.zh,
        en=", ".join(one.person.name for one in alike) + " " + way.en,
    )


def _seats(seats: Sequence[DeskSeat]) -> Text:
    return joined([seat.text for seat in seats])


def told_text(one: Appointment, cited: CitedRules) -> Text:
    """Return the grounds of a change, the rules that speak for it, and the remarks."""
    parts = [cited.cite(ground.text) for ground in one.grounds]
    own = cited.of(reason for reason in one.fits if is_own(reason))
    if own:
        parts.append(Text(zh=f"符合{own.zh}", en=f"in keeping with {own.en}"))
    if one.gained and not parts:
        parts.append(_COMMON if one.reasons else _NONE)
    told = joined(parts, between=_SEMICOLON)
    zh = f"理由及依据：{told.zh}。" if told else ""
    en = f"Reasons: {told.en}." if told else ""
    if one.remarks:
        remarks = joined(one.remarks, between=_SEMICOLON)
        zh, en = f"{zh}备注：{remarks.zh}。", f"{en} Remarks: {remarks('en')}.".strip()
    return Text(zh=tight(dates_in_words(zh)), en=en)


_COMMON = Text(zh="适用的规则均已遵守", en="the rules that apply are kept")
_NONE = Text(zh="没有规则涉及此项任职", en="no rule bears on this appointment")
