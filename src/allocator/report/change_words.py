"""The changes of a way out in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from allocator.explain.remedies import RemedyChange
from allocator.model.text import Text
from allocator.report.rule_numbers import RuleNames
from allocator.rules.blanks import blanks
from allocator.rules.policy import Policy


@dataclass(frozen=True, eq=False)
class ChangeWords:
    """The words of changes."""

    policy: Policy
    names: RuleNames

    def text(self, one: RemedyChange, shortfall: Text) -> Text:
        """Return a change in words, with what is left unkept because of it."""
        said = {
            "waive": self._waived,
            "wait": self._waiting,
            "relax": self._relaxed,
            "seats": self._reseated,
            "take": self._taken,
            "recruit": self._recruited,
        }[one.kind](one)
        if not shortfall or one.kind == "wait":
            return said
        return Text(zh=f"{said.zh}（{shortfall.zh}）", en=f"{said.en} ({shortfall.en})")

    def _waived(self, one: RemedyChange) -> Text:
        label = self.policy.context.scenario.organisation.label
        rule = self.names.name(one.rule)
        items, slots = "、".join(map(label, one.items)), "、".join(map(label, one.slots))
        where = Text(zh=items or slots, en=items or slots)
        if items and slots:
            where = Text(zh=f"{items}（{slots}）", en=f"{items} in {slots}")
        return Text(
            zh=f"豁免{rule.zh}：{where.zh}，至 {one.until}",
            en=f"an exception from {rule.en} for {where.en}, until {one.until}",
        )

    def _waiting(self, one: RemedyChange) -> Text:
        rule, until = self.names.name(one.rule), one.until or date.max
        if until >= self.policy.context.layers[one.layer].periods[-1].end:
            return Text(zh=f"规划期内不执行{rule.zh}", en=f"{rule.en} is left out until {until}")
        start = until + timedelta(days=1)
        return Text(zh=f"{rule.zh}自 {start} 起再执行", en=f"{rule.en} waits until {start}")

    def _relaxed(self, one: RemedyChange) -> Text:
        name = self.names.name(one.rule)
        rule = next(rule for rule in self.policy.rules if rule.id == one.rule)
        label = next(
            (blank.label for blank in blanks(type(rule)) if blank.path == one.field),
            Text(zh=one.field, en=one.field),
        )
        return Text(
            zh=f"放宽{name.zh}：{label.zh}由 {one.old} 改为 {one.new}",
            en=f"relax {name.en}: {label.en} {one.new} in place of {one.old}",
        )

    def _reseated(self, one: RemedyChange) -> Text:
        group = self.policy.context.scenario.organisation.label(one.slots[0])
        return Text(
            zh=f"{group}的席位由 {one.old} 改为 {one.new}",
            en=f"seats of {group}: {one.new} in place of {one.old}",
        )

    def _taken(self, one: RemedyChange) -> Text:
        title = self.policy.context.layers[one.layer].spec.title or Text(zh=one.layer, en=one.layer)
        return Text(
            zh=f"“{title('zh')}”中可有不作安排的", en=f"some may be left without a place ({title('en')})"
        )

    def _recruited(self, one: RemedyChange) -> Text:
        row = dict(one.row)
        grade, skills = row.get("grade", ""), row.get("skills", "")
        said = self.policy.context.words.ladder.text(grade) if grade else Text(zh="职级不限", en="any grade")
        return Text(
            zh=f"调入或招录一人：{said.zh}" + (f"，专长 {skills}" if skills else ""),
            en=f"transfer in or recruit one person: {said.en}" + (f", skills {skills}" if skills else ""),
        )
