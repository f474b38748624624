"""The grounds of a change of seats: what forces or needs it, who takes over, what staying would cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from allocator.model.layer import Layer
from allocator.model.text import Language, Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import Ground, joined
from allocator.report.desk.ground_words import (
    AHEAD,
    BETTER,
    BY_OTHERS,
    LACKING,
    LINKED,
    NOT_SHOWN,
    forced_label,
    in_quotes,
    tight,
)
from allocator.report.desk.judged_moves import Found, JudgedMove, JudgedMoves
from allocator.report.desk.reasons import ReasonFinder
from allocator.rules.kinds.max_term import MaxTerm
from allocator.rules.rule import Breach, Rule

#: Kinds that name what they count in a slot: a role, a grade, a skill.
_NAMING = frozenset({"composition", "cover"})
#: Kinds whose sentence says all that their breaches do.
_PLAIN = frozenset({"elsewhere", "follow"})
_WORD = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_BOTH: tuple[Language, ...] = ("zh", "en")
#: Soft rules that a ground lists.
_MOST_SOFT = 4
_COMMA, _SEMICOLON = Text(zh="、", en=" and "), Text(zh="；", en="; ")


class GroundFinder:
    """Finds the grounds of the changes of seats in one plan, each judged with one person staying alone."""

    def __init__(self, source: DeskInput, finder: ReasonFinder) -> None:
        self._source, self._finder = source, finder
        self._layers: dict[str, _LayerGrounds] = {}

    def grounds(self, layer: Layer, item: int, now: int) -> tuple[Ground, ...]:
        """Return the grounds of the change of a person's seats in a period, the binding ones first."""
        if layer.name not in self._layers:
            self._layers[layer.name] = _LayerGrounds(self._source, self._finder, layer)
        return self._layers[layer.name].grounds(item, now)


class _LayerGrounds:
    """The grounds of all changes of one layer."""

    def __init__(self, source: DeskInput, finder: ReasonFinder, layer: Layer) -> None:
        self._source, self._finder, self._layer = source, finder, layer
        self._all = JudgedMoves(source, layer)

    def grounds(self, item: int, now: int) -> tuple[Ground, ...]:
        move = self._all.moves.get((item, now))
        return tuple(self._told(move)) if move else ()

    def _name(self, item: int) -> str:
        return self._source.named(self._layer.items[item]).name

    def _told(self, move: JudgedMove) -> Iterator[Ground]:
        if move.forced:
            yield Ground(
                "forced",
                self._forced_text(move),
                _ids(move.forced),
                forced_label(rule.name for rule, _ in move.forced),
            )
        follows, followed = self._all.predecessor(move), self._all.successor(move)
        if move.is_chain:
            label = LACKING if move.needed else BY_OTHERS
            yield Ground("chain", self._chain_text(move, follows, followed), _ids(move.needed), label)
        elif move.needed:
            yield Ground("needed", self._needed_text(move), _ids(move.needed), LACKING)
        yield from self._neighbours(move, follows, followed)
        yield from self._price(move)
        if move.linked and not (move.forced or move.needed):
            yield Ground("linked", self._linked_text(move), _ids(move.linked), LINKED)
        if move.later and not (move.forced or move.needed or move.crowded):
            yield Ground("later", self._later_text(move), _ids(move.later), AHEAD)

    def _neighbours(self, move: JudgedMove, follows: int | None, followed: int | None) -> Iterator[Ground]:
        """Yield whom the person follows and who takes over, as far as a chain does not say so already."""
        if follows is not None and follows == followed and not move.is_chain:
            name = self._name(follows)
            yield Ground("seat", Text(zh=f"与{name}对调", en=f"changes places with {name}"))
            return
        if follows is not None and not (move.is_chain and move.needed):
            yield Ground("seat", self._follows_text(follows, move.now))
        if followed is not None and not (move.is_chain and not move.needed):
            name = self._name(followed)
            yield Ground("seat", Text(zh=f"原席位由{name}接任", en=f"{name} takes over the former seat"))

    def _forced_text(self, move: JudgedMove) -> Text:
        supposed, told = _supposed(move), self._broken(move.forced, move)
        return Text(zh=f"{supposed.zh}，违反{told.zh}", en=f"{supposed.en} would break {told.en}")

    def _later_text(self, move: JudgedMove) -> Text:
        first = min(breach.subject.period for _, breach in move.later)
        told = self._broken([one for one in move.later if one[1].subject.period == first], move)
        period = self._layer.period_id(first) or ""
        year = f"{period}年" if period.isdecimal() else period
        if not move.given_up:
            return Text(
                zh=f"若不任此职，到{year}违反{told.zh}",
                en=f"without this seat {period} would break {told.en}",
            )
        now = Text(zh="本期留任不违反规则；", en="staying would break no rule in this period; ")
        if move.linked:
            now = Text(zh="", en="")
        return Text(
            zh=f"{now.zh}若一直留任，到{year}违反{told.zh}",
            en=f"{now.en}staying on would in {period} break {told.en}",
        )

    def _linked_text(self, move: JudgedMove) -> Text:
        layers = self._source.layers
        named = joined(list(dict.fromkeys(self._source.title(layers[rule.on]) for rule, _ in move.linked)))
        rules = joined([self._quoted(rule, ()) for rule in _ids(move.linked)], between=_COMMA)
        supposed = _supposed(move)
        return Text(
            zh=f"{supposed.zh}，{named.zh}不合{rules.zh}",
            en=f"{supposed.en} would in '{named.en}' break {rules.en}",
        )

    def _broken(self, found: Sequence[Found], move: JudgedMove) -> Text:
        """Return rules in quotes, each with the figures of what breaks it."""
        figures: dict[str, list[Text]] = {}
        for rule, breach in found:
            figures.setdefault(rule.id, []).append(self._figures(rule, breach, move))
        return joined([self._quoted(rule, texts) for rule, texts in figures.items()], between=_COMMA)

    def _quoted(self, rule: str, figures: Sequence[Text]) -> Text:
        rule_text = in_quotes(self._finder.sentence(self._rules[rule]))
        told = joined([one for one in dict.fromkeys(figures) if one], between=_SEMICOLON)
        if not told:
            return rule_text
        return Text(zh=f"{rule_text.zh}（{told.zh}）", en=f"{rule_text.en} ({told.en})")

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self._source.policy.rules}

    def _figures(self, rule: Rule, breach: Breach, move: JudgedMove) -> Text:
        """Return the figures of a breach: the served periods and their limit, or what the judge says."""
        if isinstance(rule, MaxTerm) and breach.subject.period >= move.now:
            served, until = self._all.served(rule, breach.subject.slot, move), self._until(move)
            return Text(
                zh=f"至{until.zh}已连任{served}期，限连任{rule.periods}期",
                en=f"{served} on end up to {until.en}, at most {rule.periods}",
            )
        detail = Text() if rule.name in _PLAIN else self._detail(breach)
        if not detail and breach.subject.other >= 0:
            other = breach.subject.other if breach.subject.item == move.item else breach.subject.item
            return Text(zh=f"与{self._name(other)}", en=f"with {self._name(other)}")
        if detail and breach.subject.item < 0 and breach.subject.slot >= 0:
            place = self._place(breach.subject.slot, move)
            return Text(zh=f"{place.zh}{detail.zh}", en=f"{place.en}: {detail.en}")
        return detail

    def _place(self, slot: int, move: JudgedMove) -> Text:
        """Return a place in words: where the person goes, where the person was, or its name."""
        gained, left = ({at for at, _ in seats} for seats in (move.gained, move.given_up))
        if gained == left == {slot}:
            return Text(zh="该处", en="the place")
        if gained == {slot}:
            return Text(zh="到任处", en="the new place")
        if left == {slot}:
            return Text(zh="原任处", en="the former place")
        name = self._source.named(self._layer.slots[slot]).name
        return Text(zh=name, en=name)

    def _detail(self, breach: Breach) -> Text:
        """Return what the judge says of a breach, with the names of places for their ids."""
        names = self._source.display_names
        zh, en = (_WORD.sub(lambda found: names.get(found[0], found[0]), breach.detail(one)) for one in _BOTH)
        return Text(zh=tight(zh), en=en)

    def _until(self, move: JudgedMove) -> Text:
        """Return the last day of the period before a change, as a year or as a month."""
        first = self._layer.periods[0].start
        if move.before >= 0:
            day = self._layer.periods[move.before].end
        else:
            day = first.fromordinal(first.toordinal() - 1)
        if (day.month, day.day) == (12, 31):
            return Text(zh=f"{day.year}年", en=f"{day.year}")
        return Text(zh=f"{day.year}年{day.month}月", en=f"{day.year}-{day.month:02}")

    def _needed_text(self, move: JudgedMove) -> Text:
        told = self._lacking(move)
        return Text(zh=f"若不到任，{told.zh}", en=f"without this, {told.en}")

    def _lacking(self, move: JudgedMove) -> Text:
        """Return what is lacking in the seats taken, with the rules that ask for it."""
        parts = []
        for rule, breach in move.needed:
            place = self._place(breach.subject.slot, move)
            told = self._quoted(rule.id, [self._detail(breach)])
            if rule.name in _NAMING:
                what = self._counted(rule, breach)
                zh = f"{place.zh}缺{what.zh}{breach.amount}人"
                en = f"{place.en} lacks {breach.amount} {what.en}"
            else:
                zh, en = f"{place.zh}人数不足", f"{place.en} has too few"
            parts.append(Text(zh=f"{zh}，不合{told.zh}", en=f"{en}: {told.en}"))
        return joined(parts, between=_SEMICOLON)

    def _counted(self, rule: Rule, breach: Breach) -> Text:
        """Return what a rule counts: a role, a grade or a skill."""
        label = self._all.counted_thing(rule, breach)
        if rule.name == "cover":
            return Text(zh=f"{tight(label.zh or label.en)}专长", en=f"with {label('en')}")
        zh = label.zh or label.en
        return Text(zh=f"{zh}职" if len(zh) == 1 else zh, en=label("en"))

    def _chain_text(self, move: JudgedMove, follows: int | None, followed: int | None) -> Text:
        if move.needed:
            told = self._shortfalls(move)
            same = {slot for slot, _ in move.gained} == {slot for slot, _ in move.given_up}
            zh, en = f"为补足{told.zh}缺额{'改任' if same else '调入'}", f"to fill {told.en}"
            if follows is not None:
                after = self._follows_text(follows, move.now)
                zh, en = f"{zh}，{after.zh}", f"{en}, and {after.en}"
            quoted = joined([self._quoted(rule, ()) for rule in _ids(move.needed)], between=_COMMA)
            zh, en = f"{zh}，依据{quoted.zh}", f"{en}, as {quoted.en} asks"
        elif followed is not None:
            name = self._name(followed)
            zh, en = f"因{name}接任原席位而调整", f"{name} takes over the former seat"
        else:
            left, came = self._all.flow(move)
            zh = f"因原职务换人而调整（本期离任{left}人、到任{came}人）"
            en = f"the former post changes hands ({left} leave, {came} come)"
        return Text(
            zh=f"{zh}；本人本期留任除席位人数外不违反规则",
            en=f"{en}; but for the numbers staying would break no rule in this period",
        )

    def _shortfalls(self, move: JudgedMove) -> Text:
        """Return the seats that would lack somebody: 第二组副组长, Group 2 (deputy)."""
        found = dict.fromkeys(
            (breach.subject.slot, self._counted(rule, breach) if rule.name in _NAMING else Text())
            for rule, breach in move.needed
        )
        named = [(self._source.named(self._layer.slots[slot]).name, what) for slot, what in found]
        texts = [
            Text(zh=f"{place}{what.zh}", en=f"{place}{what and f' ({what.en})'}") for place, what in named
        ]
        return joined(texts)

    def _follows_text(self, before: int, now: int) -> Text:
        """Return whom the person follows, and why that one leaves."""
        name, why = self._name(before), self._why_left(before, now)
        zh, en = f"接替{name}", f"follows {name}"
        return Text(zh=f"{zh}（{why.zh}）", en=f"{en} ({why.en})") if why else Text(zh=zh, en=en)

    def _why_left(self, item: int, now: int) -> Text:
        """Return why somebody had to leave a seat: an absence, or the rules against staying."""
        layer = self._layer
        away = self._source.absences.get((layer.name, layer.items[item], layer.period_id(now)))
        if away:
            return away
        move = self._all.moves[item, now]
        if not move.forced:
            return Text()
        quoted = joined([self._quoted(rule, ()) for rule in _ids(move.forced)], between=_COMMA)
        return Text(zh=f"其留任违反{quoted.zh}", en=f"whose staying would break {quoted.en}")

    def _price(self, move: JudgedMove) -> Iterator[Ground]:
        """Yield what staying would cost by the soft rules, if any costs more or nothing else speaks."""
        if not move.kept or not move.given_up or not move.is_judged:
            return
        soft = sorted(move.soft, key=lambda one: (int(one[0].level), -abs(one[1])))
        told = joined([self._cost_text(*one) for one in soft[:_MOST_SOFT]], between=Text(zh="，", en=", "))
        if len(soft) > _MOST_SOFT:
            told = Text(zh=f"{told.zh}，另有{len(soft) - _MOST_SOFT}条", en=f"{told.en}, and others")
        ids = tuple(rule.id for rule, _ in soft)
        if move.breaks_nothing and not move.costs_more:
            zh = f"代价也不更高：{told.zh}" if told else "代价不变"
            en = f"cost no more: {told.en}" if told else "cost the same"
            yield Ground(
                "free",
                Text(
                    zh=f"若留任，不违反硬规则，{zh}；未见必须调动的依据",
                    en=f"staying would break no hard rule and {en}; nothing shows that the move is needed",
                ),
                ids,
                NOT_SHOWN,
            )
        elif any(cost > 0 for _, cost in soft):
            text = Text(zh=f"若留任，{told.zh}", en=f"staying would cost {told.en}")
            yield Ground("soft", text, ids, BETTER)

    def _cost_text(self, rule: Rule, cost: int) -> Text:
        quoted = self._quoted(rule.id, ())
        more = Text(zh="多计", en="more") if cost > 0 else Text(zh="少计", en="less")
        return Text(
            zh=f"{quoted.zh}{more.zh}{abs(cost)}（级别{rule.level}）",
            en=f"{abs(cost)} {more.en} by {quoted.en} (level {rule.level})",
        )


def _supposed(move: JudgedMove) -> Text:
    """Return what is supposed: that the person stays, or does not take the seat."""
    if move.given_up:
        return Text(zh="若留任", en="staying")
    return Text(zh="若不任此职", en="not taking the seat")


def _ids(found: Sequence[Found]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.id for rule, _ in found))
