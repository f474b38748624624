"""A policy: the rules of a scenario bound to their context, ready to be compiled or to judge a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod

from pydantic import BaseModel

from allocator.errors import Fault, InputError
from allocator.graph.geography import Neighbours
from allocator.model.layer import Layer
from allocator.model.plan import ScenarioRef
from allocator.model.run import Overrides
from allocator.model.text import Text
from allocator.program.builder import ProgramBuilder
from allocator.program.cuts import RuleCut
from allocator.program.decisions import Decisions
from allocator.program.expr import MAX_MAGNITUDE, TooLargeError, refuse_large_program
from allocator.program.program import Program
from allocator.rules.constraints import ConstraintWriter, SharedVariables
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import expression_fields, layers_read
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.packs import Pack, YamlEntry
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule, Waiver
from allocator.rules.rule_sentences import rule_sentence
from allocator.rules.scope import Scope
from allocator.rules.wordbook import Wordbook


@dataclass(frozen=True, eq=False)
class Policy:
    """Rules bound to a scenario.

    Attributes:
        context: The bound scenario.
        rules: The rules; those that the layers imply come first.
        waivers: Named exceptions.
        entries: The YAML entry of each rule by id, for the places of faults.
        sha256: Digest of the scenario and of its rule packs; identifies the input in a plan.
        files: SHA-256 of each of their files by name.
        overrides: The overrides of a call; their rules are among ``rules``.
        packs: The rule packs by the name of their file.
    """

    context: RuleContext
    rules: tuple[Rule, ...]
    waivers: tuple[Waiver, ...]
    entries: Mapping[str, YamlEntry]
    sha256: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    overrides: Overrides = field(default_factory=Overrides)
    packs: Mapping[str, Pack] = field(default_factory=dict)

    @property
    def reference(self) -> ScenarioRef:
        """The reference to the scenario that plans carry."""
        return ScenarioRef(name=self.context.scenario.name, sha256=self.sha256, files=self.files)

    @cached_property
    def wordbook(self) -> Wordbook:
        """The words of the scenario, for sentences."""
        return Wordbook(self.context.scenario)

    def reason(self, rule: Rule) -> Text:
        """Return the reason of a rule; without one, its sentence."""
        return rule.why or rule_sentence(rule, self.wordbook)

    @cached_property
    def scopes(self) -> Mapping[str, Scope]:
        """The scope of each rule by id."""
        return {rule.id: Scope(rule, self.context, self.waivers) for rule in self.rules}

    def compile(self) -> Program:
        """Write every rule into one program.

        Raises:
            InputError: A rule reads an empty cell, or its sums may exceed 2^60.
        """
        decisions = Decisions.of(list(self.context.layers.values()))
        builder = ProgramBuilder(decisions, [rule.id for rule in self.rules])
        shared = SharedVariables()
        faults: list[Fault] = []
        for number, rule in enumerate(self.rules):
            scope = self.scopes[rule.id]
            try:
                rule.post(ConstraintWriter(builder, scope, number, shared), scope)
            except SelectorError as error:
                faults.append(self.expression_fault(rule, error))
            except TooLargeError:
                faults.append(self.rule_fault(rule, TOO_LARGE))
        if faults:
            raise InputError(faults)
        return self._within_limits(builder.build())

    def _within_limits(self, program: Program) -> Program:
        """Return the program if all of its sums stay below the limit.

        Raises:
            InputError: A sum exceeds the limit; the fault is at the rule that contributes most.
        """
        try:
            refuse_large_program(program)
        except TooLargeError as error:
            raise InputError([self.rule_fault(self.rules[error.rule or 0], TOO_LARGE)]) from None
        return program

    def check_expressions(self) -> None:
        """Evaluate every expression of every rule, to report each empty cell that an expression reads.

        The policy is compiled only if the numbers of its rules are so large that a sum may exceed the limit.

        Raises:
            InputError: With every fault of the expressions, or of the rules whose sums may be too large.
        """
        faults, most = list[Fault](), 0
        for rule in self.rules:
            numbers = [0]
            faults.extend(self._expression_faults(rule, numbers))
            most += magnitude_bound(rule, max(numbers), prod(self.context.layers[rule.on].shape))
        if faults:
            raise InputError(faults)
        if most >= MAX_MAGNITUDE:
            self.compile()

    def _expression_faults(self, rule: Rule, numbers: list[int]) -> Iterator[Fault]:
        """Yield the faults of a rule's expressions; after a fault of its scope the others are skipped.

        Args:
            rule: The rule.
            numbers: Receives the largest number of each expression.
        """
        scope_is_known = True
        for written in expression_fields(rule):
            chooses = written.path in (("items",), ("slots",))
            if not (scope_is_known or chooses):
                continue
            try:
                numbers.append(self.scopes[rule.id].evaluate(written))
            except SelectorError as error:
                scope_is_known = scope_is_known and not chooses
                yield self.expression_fault(rule, error, ".".join(written.path))

    def breaches(self, rule: Rule, roster: Roster) -> Iterator[Breach]:
        """Yield the breaches of a rule in a plan, without those that a waiver covers.

        Raises:
            InputError: An expression of the rule reads an empty cell or fails.
        """
        scope = self.scopes[rule.id]
        try:
            for breach in rule.check(roster, scope):
                if not scope.waives(breach.subject):
                    yield breach
        except SelectorError as error:
            raise InputError([self.expression_fault(rule, error)]) from None

    @cached_property
    def has_cuts(self) -> bool:
        """Whether any rule may add cuts."""
        return any(rule.has_cuts for rule in self.rules)

    def cuts(self, roster: Roster) -> list[RuleCut]:
        """Return the cuts of all rules that a plan violates."""
        found: list[RuleCut] = []
        for rule in self.rules:
            found.extend(rule.separate(roster, self.scopes[rule.id]))
        return found

    @cached_property
    def adjacency(self) -> Neighbours | None:
        """The neighbours of each item, if one rule alone adds cuts and requires connected slots."""
        asking = [rule for rule in self.rules if rule.has_cuts]
        return asking[0].adjacency(self.scopes[asking[0].id]) if len(asking) == 1 else None

    def truncate(self, layers: Mapping[str, int]) -> Policy:
        """Return the policy of the named layers only, each cut to its first periods.

        A rule that loses periods is relaxed to its prefix (``Rule.relaxed_for_prefix``).

        Args:
            layers: The number of periods of each layer.
        """
        context = self.context.truncate(layers)
        kept = (rule for rule in self.rules if layers_read(rule) <= layers.keys())
        asked = tuple(rule for one in kept if (rule := self._relaxed_in(one, context)) is not None)
        return replace(self, context=context, rules=asked)

    def _relaxed_in(self, rule: Rule, context: RuleContext) -> Rule | None:
        """Return a rule relaxed to a context of fewer periods; None if it requires nothing there."""
        kept = len(context.layers[rule.on].periods)
        later = self.context.layers[rule.on].periods[kept:]
        to_come = sum(not rule.during or period.id in rule.during for period in later)
        return rule.relaxed_for_prefix(to_come) if to_come else rule

    def layer_of(self, rule: Rule) -> Layer:
        """Return the layer that a rule is about."""
        return self.context.layers[rule.on]

    def expression_fault(self, rule: Rule, error: SelectorError, key: str = "") -> Fault:
        """Return the fault of an expression of a rule, at the rule's (or its field's) place in its pack."""
        known = {"nearest": error.nearest, "allowed": error.allowed}
        return self._entry_of(rule).fault(error.message, key, detail=error.detail, **known)

    def rule_fault(self, rule: Rule, message: Text, key: str = "", **details: str) -> Fault:
        """Return a fault of a rule (or of a field of it), at its place in its pack."""
        return self._entry_of(rule).fault(message, key, **details)

    def _entry_of(self, rule: Rule) -> YamlEntry:
        """Return the YAML entry of a rule; a rule that a layer implies has an empty one."""
        return self.entries.get(rule.id) or YamlEntry({"id": rule.id})


TOO_LARGE = Text(
    zh="数值过大：负荷、代价与权重合计起来可能超出可计算的范围（2^60），请改用较大的单位或较小的权重",
    en="its numbers are too large: loads, costs and weights may come to 2^60 or more; use a larger unit or "
    "smaller weights",
)


#: The factor by which a share in percent may scale its base.
_PERCENT = 100


def magnitude_bound(rule: Rule, given: int, places: int) -> int:
    """Return an upper bound of a rule's sums; most rules stay far below it.

    Args:
        rule: The rule.
        given: The largest number that its expressions give.
        places: The number of decisions of its layer; no sum has many more terms.
    """
    largest = max([1, given, *map(abs, _numbers(rule))]) * max(1, places) * _PERCENT
    return rule.weight * (largest**2 if getattr(rule, "measure", "") == "squares" else largest)


def _numbers(value: object) -> Iterator[int]:
    """Yield every whole number of a rule, or of a part of it, except its weight."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name != "weight":
                yield from _numbers(getattr(value, name))
    elif isinstance(value, Mapping):
        yield from (number for one in value.values() for number in _numbers(one))
    elif isinstance(value, tuple | list):
        yield from (number for one in value for number in _numbers(one))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
