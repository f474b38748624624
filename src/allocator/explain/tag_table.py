"""The hard rules of a policy as tags: which rows of its program each tag has, and which rows always hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from allocator.explain.conflicts import RuleTag
from allocator.program.cuts import RuleCut, add_cuts
from allocator.program.program import BoolArray, IntArray, Program, Subject
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.rules.scope import Scope

#: The number of a row's tag where the row always holds: a definition or a fact.
ALWAYS = -1


@dataclass(eq=False)
class TagTable:
    """The tags of a program of hard rules; a rule that adds cuts later has one tag for all of it.

    Attributes:
        policy: The hard rules; a rule that states a fact is split from it.
        program: Their program; it grows by cuts.
        keys: ``[tags, 7]`` rule and subject of each tag, by rule.
        tag_of: ``[rows]`` the tag of each row, or ``ALWAYS``.
        facts: By number of a rule that states a fact, its layer.
    """

    policy: Policy
    program: Program
    keys: IntArray
    tag_of: IntArray
    facts: dict[int, str]
    _whole: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, policy: Policy) -> TagTable:
        """Compile the hard rules of a policy, and number their tags."""
        hard, facts = split_facts(policy)
        program = hard.compile()
        keys = program.rows.tags.astype(np.int64)
        lazy = [number for number, rule in enumerate(hard.rules) if rule.has_cuts]
        keys[np.isin(keys[:, 0], lazy), 1:] = -1
        held = program.rows.defining | np.isin(keys[:, 0], [*facts])
        asked = np.vstack([keys[~held], *([(number, *Subject())] for number in lazy)])
        unique, numbers = np.unique(asked, axis=0, return_inverse=True)
        tag_of = np.full(len(keys), ALWAYS, dtype=np.int64)
        tag_of[~held] = numbers.reshape(-1)[: int((~held).sum())]
        whole = {int(unique[k, 0]): k for k in range(len(unique)) if unique[k, 0] in lazy}
        return cls(hard, program, unique, tag_of, facts, whole)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def lazy_tags(self) -> frozenset[int]:
        """The tags of rules that add cuts later."""
        return frozenset(self._whole.values())

    def add_cuts(self, cuts: Sequence[RuleCut]) -> None:
        """Add rows for cuts that a plan violates."""
        self.program = add_cuts(self.program, cuts)
        new = [self._whole[self.program.rules.index(cut.rule)] for cut in cuts]
        self.tag_of = np.concatenate([self.tag_of, np.array(new, dtype=np.int64)])

    def rule_of(self, tag: int) -> Rule:
        """Return the rule of a tag."""
        return self.policy.rules[int(self.keys[tag, 0])]

    def rows(self, chosen: BoolArray) -> BoolArray:
        """Return ``[rows]`` the rows of some tags (``[tags]`` chosen or not) and those that always hold."""
        return np.append(chosen, True)[self.tag_of]  # the last stands for ALWAYS

    def named(self, tag: int) -> RuleTag:
        """Return a tag with its rule's id and the items of its rows."""
        subject = Subject(*(int(k) for k in self.keys[tag, 1:]))
        return RuleTag(self.rule_of(tag).id, subject, self._items(tag, subject))

    def _items(self, tag: int, subject: Subject) -> tuple[int, ...]:
        if subject.item < 0:
            return ()
        if subject.other < 0:
            return (subject.item,)
        rows, found = self.program.rows, {subject.item, subject.other}
        for row in np.flatnonzero(self.tag_of == tag).tolist():
            cols = rows.cols[rows.starts[row] : rows.starts[row + 1]]
            items = self._item_of[cols[cols < len(self._item_of)]]
            found.update(items[items >= 0].tolist())
        return tuple(sorted(found))

    @cached_property
    def _item_of(self) -> IntArray:
        """``[decisions]`` the item of each decision."""
        decisions = self.program.decisions
        found = np.full(decisions.count, -1, dtype=np.int64)
        for grid in decisions.grids.values():
            there = np.argwhere(grid >= 0)
            found[grid[tuple(there.T)]] = there[:, 0]
        return found


def split_facts(policy: Policy) -> tuple[Policy, dict[int, str]]:
    """Return the hard rules of a policy with each fact as a rule of its own, and the layers of the facts.

    Returns:
        The policy of the hard rules, and the layer of each fact by its number among them.
    """
    rules, facts, waivers = list[Rule](), dict[int, str](), list(policy.waivers)
    for rule in policy.rules:
        if not rule.is_hard:
            continue
        fact, rest = rule.split_fact()
        if fact is not None:
            facts[len(rules)] = rule.on
            waivers += [
                waiver.model_copy(update={"rule": fact.id})
                for waiver in policy.waivers
                if waiver.rule == rule.id
            ]
        rules += [one for one in (fact, rest) if one is not None]
    return replace(policy, rules=tuple(rules), waivers=tuple(waivers)), facts


def scope_of(policy: Policy, rule: Rule) -> Scope:
    """Return the scope of a rule, which may be a part of one of the policy's."""
    return Scope(rule, policy.context, policy.waivers)
