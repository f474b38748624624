"""Rules as a report names them: by their number among the rules as sentences, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from allocator.model.text import Text
from allocator.report.rules_view import rules_view
from allocator.rules.policy import Policy


@dataclass(frozen=True, eq=False)
class RuleNames:
    """The numbers and words of the rules of a policy."""

    policy: Policy

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each rule by id, as ``allocator rules`` prints it."""
        packs = rules_view(self.policy)
        return {rule.id: rule.number for pack in packs for level in pack.levels for rule in level.rules}

    def words(self, rule: str) -> Text:
        """Return the reason of a rule, or else its sentence."""
        found = next((one for one in self.policy.rules if one.id == rule), None)
        return Text(zh=rule, en=rule) if found is None else self.policy.reason(found)

    def name(self, rule: str) -> Text:
        """Return ``rule 3 "relatives serve apart"``."""
        number, words = self.numbers.get(rule), self.words(rule)
        if number is None:
            return words
        return Text(zh=f"第 {number} 条“{words('zh')}”", en=f'rule {number} "{words("en")}"')
