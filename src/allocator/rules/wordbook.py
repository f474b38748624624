"""The words of a scenario in both languages: layers, roles, grades, ties, periods, columns, values, names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cel_expr_python import cel

from allocator.graph.ties import KINDS as TIES
from allocator.graph.ties import known_kinds
from allocator.model.entity_words import (
    KINDS,
    LINKS,
    NOUNS,
    PREFIXES,
    UNIT_OF_CASE,
    VALUES,
    extra_column,
)
from allocator.model.notation import Vocabulary, Words, plural, scenario_words
from allocator.model.reading.headers import chinese_headers
from allocator.model.scenario import Scenario
from allocator.model.spec import DEFAULT_GRADES, LayerSpec, Source
from allocator.model.text import Language, Text
from allocator.rules.expressions.axes import Types, pair_types
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import CONCERNED, EntityVariables, period_axis, side_prefixes
from allocator.rules.expressions.variables import PREFIXES as PREFIX_OF

ITEM, SLOT = Text(zh="对象", en="item"), Text(zh="去处", en="slot")
_GRADES = {grade.id: Text(zh=grade.zh, en=grade.en) for grade in DEFAULT_GRADES}


def english(name: str) -> str:
    """Return a name of a column or value as English words: ``native_place`` is ``native place``."""
    return name.replace("_", " ").replace("-", " ") if name.isascii() and not name.isdigit() else name


def same(word: str) -> Text:
    """Return a word that is the same in both languages."""
    return Text(zh=word, en=word)


def plural_noun(noun: str) -> str:
    """Return the plural of an English noun phrase of one head."""
    head, of, rest = noun.partition(" of ")
    return f"{'people' if head == 'person' else plural(head)}{of}{rest}"


@dataclass(frozen=True, eq=False)
class Wordbook:
    """The words of a scenario; without one, those that all scenarios share."""

    scenario: Scenario | None = None

    @cached_property
    def _words(self) -> Words:
        if self.scenario is None:
            grades = Vocabulary.of(_GRADES)
            return Words(grades, grades, Vocabulary((), {}))
        return scenario_words(self.scenario.spec)

    @property
    def roles(self) -> Vocabulary:
        """The words of the roles."""
        return self._words.roles

    @property
    def seats(self) -> Vocabulary:
        """The words of grades and roles, for the seat notation."""
        return self._words.seats

    @property
    def grades(self) -> Vocabulary:
        """The words of the grades."""
        return self._words.ladder

    @property
    def layers(self) -> Mapping[str, LayerSpec]:
        """The layers by name."""
        return {} if self.scenario is None else self.scenario.spec.layers

    @property
    def periods(self) -> tuple[str, ...]:
        """The ids of the periods."""
        return () if self.scenario is None else tuple(period.id for period in self.scenario.spec.periods)

    def layer(self, name: str) -> Text:
        """Return the title of a layer, or its name."""
        spec = self.layers.get(name)
        return (spec and spec.title) or same(name)

    @cached_property
    def ties(self) -> Mapping[str, Text]:
        """The words of every kind of tie or link that a rule may name."""
        own = known_kinds(self.scenario.organisation) if self.scenario else [*TIES, *LINKS]
        return {kind: self.tie(kind) for kind in own}

    @property
    def links(self) -> Mapping[str, Text]:
        """The words of every kind of link that a rule may name."""
        own = known_kinds(self.scenario.organisation, "links") if self.scenario else [*LINKS]
        return {kind: self.tie(kind) for kind in own}

    def tie(self, kind: str) -> Text:
        """Return the word for a kind of tie or link."""
        if kind in LINKS:
            return LINKS[kind]
        return Text(zh=TIES[kind].word.zh, en=english(kind)) if kind in TIES else same(english(kind))

    def entity(self, name: str) -> Text:
        """Return the name of an entity by its id; the id if it has none."""
        if self.scenario is None or name not in self.scenario.organisation.entities:
            return same(name)
        return same(self.scenario.organisation.named(name).name or name)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The id of each name that one entity alone has, and of each id."""
        if self.scenario is None:
            return {}
        entities = self.scenario.organisation.entities
        found: dict[str, str] = {}
        for name in entities:
            found[self.entity(name).zh] = "" if self.entity(name).zh in found else name
        return {**{word: name for word, name in found.items() if name}, **{name: name for name in entities}}

    def unique_name(self, entity: str) -> str:
        """Return the name of an entity, or its id where another entity has that name."""
        name = self.entity(entity).zh
        return name if self.id_of(name) == entity else entity

    def names(self, tables: Iterable[str]) -> list[Text]:
        """Return the unique name of each entity of some tables."""
        if self.scenario is None:
            return []
        return [
            same(self.unique_name(row)) for table in tables for row in self.scenario.organisation.table(table)
        ]

    def id_of(self, text: str) -> str:
        """Return the id of an entity by its name or id; any other text as it is."""
        return self.ids.get(text, text)

    def is_shared(self, name: str) -> bool:
        """Whether several entities have a name."""
        return name not in self.ids and name in self._shared

    @cached_property
    def _shared(self) -> frozenset[str]:
        entities = self.scenario.organisation.entities if self.scenario else ()
        counted = Counter(self.entity(name).zh for name in entities)
        return frozenset(name for name, count in counted.items() if count > 1)

    @cached_property
    def _variables(self) -> EntityVariables | None:
        return EntityVariables(self.scenario) if self.scenario else None

    def types(self, layer: str, over: str) -> Types:
        """Return the columns that an expression of a layer reads, with their types.

        Args:
            layer: The layer.
            over: The range of the expression, as its field declares it; ``each`` is both sides.
        """
        spec = self.layers.get(layer)
        if spec is None or self._variables is None or self.scenario is None:
            return {}
        items = self._variables.side(spec.items, (), spec.slots).types
        slots = self._variables.side(spec.slots, (), spec.items).types
        found: dict[str, cel.Type] = {}
        if over != "slot" and not over.startswith(("slot-", "period")):
            found |= items
        if over not in ("item", "items") and not over.startswith("period"):
            found |= slots
        if over == "items":
            found |= self._variables.axis(spec.items.table, (), "other").types
        if over in ("pair", "period") or over.endswith("-period"):
            found |= period_axis(self.scenario.spec.periods).types
        if over == "pair" or over.endswith("-period"):
            found |= pair_types(self.scenario)
        return found

    def compiles(self, text: str, types: Types, returns: str) -> bool:
        """Whether a text is a CEL expression over some columns, of a type."""
        try:
            Compiler().compile(text, types, returns)
        except SelectorError:
            return False
        return True

    def of_layer(self, name: str) -> LayerWords:
        """Return the words of one layer."""
        return LayerWords(self, self.layers.get(name))


@dataclass(frozen=True, eq=False)
class LayerWords:
    """The words of the variables and nouns of a layer; of any layer if none is given."""

    book: Wordbook
    spec: LayerSpec | None

    @cached_property
    def tables(self) -> Mapping[str, str]:
        """The table of each prefix of a variable."""
        if self.spec is None:
            return {prefix: table for table, prefix in PREFIX_OF.items()} | {
                "home": "units",
                "other": "people",
            }
        found = {"other": self.spec.items.table, "period": "period"}
        for source, across in ((self.spec.slots, self.spec.items), (self.spec.items, self.spec.slots)):
            own, *unit = side_prefixes(source)
            taken = side_prefixes(across)[0]
            found |= {CONCERNED if prefix == taken else prefix: "units" for prefix in unit}
            found[own] = source.table
        return found

    def own_prefix(self, side: str) -> str:
        """Return the prefix of the variables of one side."""
        if self.spec is None:
            return side
        return side_prefixes(self.spec.items if side == "item" else self.spec.slots)[0]

    def noun(self, side: str) -> Text:
        """Return what one item or slot is called: the kind that its source asks for, or its table's noun."""
        if self.spec is None:
            return ITEM if side == "item" else SLOT
        source = self.spec.items if side == "item" else self.spec.slots
        if source.name in PREFIXES:
            return PREFIXES[source.name]
        kind = self._only_kind(source)
        if not kind:
            return NOUNS[source.table]
        word = self.kind_word(source.table, kind)
        return Text(zh=NOUNS[source.table].zh, en=word.en) if word.zh.isascii() else word

    def _only_kind(self, source: Source) -> str:
        """Return the one kind that a source asks for, if its condition says nothing else."""
        prefix = source.name or PREFIX_OF[source.table]
        before, _, after = source.where.partition("==")
        kind = after.strip().strip("\"'")
        return kind if before.strip() == f"{prefix}.kind" and kind.replace("-", "").isalnum() else ""

    def kind_word(self, table: str, kind: str) -> Text:
        """Return the word for a value of the column ``kind``."""
        return KINDS.get(table, {}).get(kind) or same(english(kind))

    def prefix(self, prefix: str) -> Text:
        """Return the word for the prefix of a variable."""
        sides = {} if self.spec is None else {
            side_prefixes(self.spec.items)[0]: "item",
            side_prefixes(self.spec.slots)[0]: "slot",
        }  # fmt: skip
        if prefix in sides:
            source = self.spec.items if self.spec and sides[prefix] == "item" else None
            table = source.table if source else self.tables[prefix]
            return PREFIXES.get(prefix) or NOUNS.get(table) or same(prefix)
        if prefix == "unit" and self.spec is not None:
            return UNIT_OF_CASE
        table = {one: name for name, one in PREFIX_OF.items()}.get(prefix, "")
        return PREFIXES.get(prefix) or NOUNS.get(table) or same(english(prefix))

    def column(self, prefix: str, name: str) -> Text:
        """Return the word for a column: the scenario's own header, the standard one, or a known one."""
        table = self.tables.get(prefix, "")
        own = self.book.scenario.spec.columns.get(table, {}) if self.book.scenario else {}
        header = next((header for header, column in own.items() if column == name), "")
        known = extra_column(table, name)
        zh = header or next(iter(chinese_headers(table, name)), known.zh if known else name)
        return Text(zh=zh, en=(known and known.en) or english(name))

    def other_headers(self, prefix: str, name: str) -> tuple[str, ...]:
        """Return further Chinese words for a standard column."""
        return chinese_headers(self.tables.get(prefix, ""), name)[1:]

    def value(self, variable: str, text: str) -> Text:
        """Return the word for a value of a column."""
        prefix, _, name = variable.partition(".")
        table = self.tables.get(prefix, "")
        if name == "grade" and table == "people":
            return self.book.grades.text(text)
        if name == "kind" and text in KINDS.get(table, {}):
            return KINDS[table][text]
        if (named := self.book.entity(text)) != same(text):
            return named
        return VALUES.get(name, {}).get(text) or same(text)

    def any_value(self, text: str) -> Text:
        """Return the word for a text that no column is compared with, such as a kind or an id."""
        known = next((words[text] for words in KINDS.values() if text in words), same(text))
        named = self.book.entity(text)
        return named if named != same(text) else known

    def values(self, variable: str) -> Mapping[str, Text]:
        """Return the words of the values that a text column has in the scenario."""
        return {value: self.value(variable, value) for value in sorted(set(self._cells(variable)))}

    def _cells(self, variable: str) -> Iterator[str]:
        prefix, _, name = variable.partition(".")
        table = self.tables.get(prefix, "")
        if self.book.scenario is None or table not in PREFIX_OF:
            return
        if table == "people" and name == "grade":
            yield from (entry for entry, _ in self.book.grades.entries)
        for row in self.book.scenario.organisation.table(table).values():
            value = getattr(row, name, None)
            if isinstance(value, str) and value:
                yield value

    def text(self, side: str, language: Language, *, several: bool = False) -> str:
        """Return the noun of a side in a language."""
        noun = self.noun(side)(language)
        return plural_noun(noun) if several and language == "en" else noun
