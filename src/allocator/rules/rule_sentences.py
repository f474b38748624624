"""Rules as sentences in the reader's language, and those of kinds with the names of their blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from allocator.model.notation import NotationError, parse_notation
from allocator.model.scenario import Scenario
from allocator.model.text import Language, Text
from allocator.rules.blank_values import BlankValues
from allocator.rules.blanks import Blank, blanks
from allocator.rules.expression_words import ExpressionWords, quoted_cel
from allocator.rules.expressions.fields import layer_references
from allocator.rules.expressions.phrases import NotReadableError, PhraseTerm, parse_cel
from allocator.rules.rule import Rule
from allocator.rules.sentences import (
    BlankPart,
    Clause,
    NounPart,
    Part,
    Parts,
    fill,
    nouns_in,
    value_at,
)
from allocator.rules.wordbook import ITEM, SLOT, LayerWords, Wordbook, plural_noun

#: The measure words of the items of a table.
_MEASURES = {"people": "名", "cases": "件"}


def rule_sentence(
    rule: Rule, scenario: Scenario | Wordbook | None = None, *, framed: bool = False, marked: bool = False
) -> Text:
    """Return a rule as a sentence in both languages.

    Args:
        rule: The rule.
        scenario: Its scenario, or the words of it; without one layers and roles keep their ids.
        framed: Whether the layer and the level are said too.
        marked: Whether the filled blanks stand in 【】.
    """
    book = scenario if isinstance(scenario, Wordbook) else Wordbook(scenario)
    found = {
        language: _RuleWords(rule, book, language, marked).sentence(framed=framed)
        for language in ("zh", "en")
    }  # fmt: skip
    return Text(**found)


def kind_sentence(kind: type[Rule], layer: LayerWords | None = None) -> Text:
    """Return the sentence of a kind: names of blanks in 【】, and clauses that may be left out in 〔〕.

    Args:
        kind: The kind.
        layer: The words of a layer, to call its items and slots by their names.
    """
    found = {language: _OpenSentence(kind, language, layer).text() for language in ("zh", "en")}
    return Text(**found)


@dataclass(frozen=True)
class _OpenSentence:
    """The sentence of a kind without a rule."""

    kind: type[Rule]
    language: Language
    layer: LayerWords | None = None

    def text(self) -> str:
        said = tidy(self.parts(self.kind.sentence.template(self.language)), self.language)
        return said if self.language == "zh" else said[:1].upper() + said[1:]

    def parts(self, parts: Parts) -> str:
        return "".join(map(self.part, parts))

    def part(self, part: Part) -> str:
        if isinstance(part, str):
            return part
        if isinstance(part, NounPart):
            return self.noun(part.name)
        if isinstance(part, BlankPart):
            label = next(blank.label for blank in blanks(self.kind) if blank.path == part.path)
            return f"【{label(self.language)}】"
        clauses = [clause for clause in part.clauses if not self._excluded(clause)]
        if part.joiner is not None:
            return part.joiner.join(self.parts(clause.parts) for clause in clauses)
        if not clauses:
            return ""
        said = self.parts(clauses[0].parts)
        may_be_empty = len(part.clauses) == 1 and all(guard.other is None for guard in clauses[0].guards)
        return f"〔{said}〕" if may_be_empty and said else said

    def noun(self, name: str) -> str:
        if name == "each":
            return "每期" if self.language == "zh" else " in each period"
        if name == "measure":
            return "个" if self.language == "zh" else ""
        side = "item" if name.startswith(("who", "item")) else "slot"
        noun = self.layer.noun(side) if self.layer else ITEM if side == "item" else SLOT
        label = noun(self.language)
        label = plural_noun(label) if name.endswith("s") and self.language == "en" else label
        return label if name.startswith(("item", "slot")) else f"【{label}】"

    def _excluded(self, clause: Clause) -> bool:
        """Whether a clause is for another choice than the default one, or for the lack of a value."""
        return any(
            guard.negated
            or guard.is_constant
            or (guard.other is not None and self._default(guard.path) != guard.other)
            for guard in clause.guards
        )

    def _default(self, path: str) -> str:
        blank = next((blank for blank in blanks(self.kind) if blank.path == path), None)
        return (
            str(blank.default).lower()
            if blank and blank.choices
            else ""
            if blank is None
            else str(blank.default)
        )


@dataclass(frozen=True, eq=False)
class _RuleWords:
    """Fills the sentence of one rule in one language."""

    rule: Rule
    book: Wordbook
    language: Language
    marked: bool = False

    def pick(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    @cached_property
    def specs(self) -> Mapping[str, Blank]:
        return {blank.path: blank for blank in blanks(type(self.rule))}

    @cached_property
    def values(self) -> BlankValues:
        return BlankValues(self.book, self.rule.on, dict(layer_references(self.rule)))

    def sentence(self, *, framed: bool) -> str:
        parts = self.rule.sentence.template(self.language)
        body = self._limits(set(nouns_in(parts))) + fill(parts, self)
        if framed:
            body = self._framed(body)
        for noun in ("who", "where") if self.language == "en" else ():
            body = body.replace(f" 1 {self.noun(f'{noun}s')}", f" 1 {self.noun(noun)}")
        body = tidy(body, self.language)
        return body[:1].upper() + body[1:] if framed and self.language == "en" else body

    def _framed(self, body: str) -> str:
        layer = self.book.layer(self.rule.on)(self.language)
        if self.rule.level == "hard":
            return self.pick(f"{layer}：{body}（必须）", f"{layer}: {body} (must)")
        weight = self.rule.weight
        zh = f"尽量，第 {self.rule.level} 级" + (f"，权重 {weight}" if weight != 1 else "")
        en = f"if possible, level {self.rule.level}" + (f", weight {weight}" if weight != 1 else "")
        return self.pick(f"{layer}：{body}（{zh}）", f"{layer}: {body} ({en})")

    def _limits(self, nouns: set[str]) -> str:
        """Return the parts of the scope that the nouns of the sentence do not say."""
        found = []
        if self.rule.during:
            found.append(self.blank("during"))
        if self.rule.items and not nouns & {"who", "whos"}:
            found.append(self._scoped("items", several=True))
        if self.rule.slots and not nouns & {"where", "wheres"}:
            found.append(self._scoped("slots", several=True))
        if self.rule.role and not nouns & {"who", "whos"}:
            found.append(self.blank("role"))
        if not found:
            return ""
        return self.pick(f"（限{'；'.join(found)}）", f"({'; '.join(found)} only) ")

    def noun(self, name: str) -> str:
        """Return a noun of the sentence."""
        layer = self.book.of_layer(self.rule.on)
        if name == "each":
            once = layer.spec is not None and layer.spec.periods == "once"
            once = once or value_at(self.rule, "over") == "horizon"
            return "" if once else self.pick("每期", " in each period")
        if name == "measure":
            table = layer.spec.items.table if layer.spec else ""
            return self.pick(_MEASURES.get(table, "个"), "")
        several = name.endswith("s")
        if name.startswith("who"):
            return self._scoped("items", several=several)
        if name.startswith("where"):
            return self._scoped("slots", several=several)
        return layer.text("item" if name.startswith("item") else "slot", self.language, several=several)

    def _scoped(self, field: str, *, several: bool) -> str:
        """Return the noun of a side with the conditions and roles of the rule."""
        text, side = str(getattr(self.rule, field)), field.removesuffix("s")
        return self._noun_where(text, side, several=several, roles=self.rule.role if side == "item" else ())

    def _noun_where(self, text: str, side: str, *, several: bool, roles: tuple[str, ...] = ()) -> str:
        layer = self.book.of_layer(self.rule.on)
        heads, clauses = [layer.noun(side)(self.language)], list[str]()
        if text:
            try:
                heads, clauses = self._conditions(parse_cel(text), side, heads)
            except NotReadableError:
                clauses = [self.pick(f"符合{quoted_cel(text, 'zh')}", quoted_cel(text, "en"))]
        as_roles = [self.book.roles.word(role, self.language) for role in roles]
        if as_roles and not text:
            heads, as_roles = as_roles, []
        if self.language == "zh":
            clauses = [*clauses, f"任{'、'.join(as_roles)}"] if as_roles else clauses
            noun = ("且".join(clauses) + "的" if clauses else "") + (
                "、" if roles and not text else "或"
            ).join(heads)
            return self._mark(noun, bool(text or roles))
        heads = [plural_noun(head) if several else head for head in heads]
        tail = f" where {' and '.join(clauses)}" if clauses else ""
        return self._mark(
            " or ".join(heads) + (f" as {' or '.join(as_roles)}" if as_roles else "") + tail,
            bool(text or roles),
        )

    def _conditions(self, term: PhraseTerm, side: str, heads: list[str]) -> tuple[list[str], list[str]]:
        """Return the nouns and the clauses of a condition: a kind or a title is a noun of its own."""
        layer = self.book.of_layer(self.rule.on)
        own = layer.own_prefix(side)
        say = ExpressionWords(
            layer, self.language, frozenset({own}) if self.language == "zh" else frozenset()
        )
        clauses: list[str] = []
        for part in term.parts if term.op == "&&" else (term,):
            named = self._nouns(part, own, heads) if not clauses or heads else None
            if named:
                heads = named
            else:
                clauses.append(
                    say.say(part)
                    if part.op not in ("||", "?:") or term.op != "&&"
                    else f"（{say.say(part)}）"
                )
        return heads, clauses

    def _nouns(self, part: PhraseTerm, own: str, heads: list[str]) -> list[str]:
        """Return the nouns of a condition on the kind or title of an entity, or of its unit; else none."""
        if part.op not in ("==", "in") or part.parts[0].op != "column":
            return []
        variable, right = part.parts[0].value, part.parts[1]
        options = right.parts if right.op == "list" else (right,)
        if any(option.op != "text" or not option.value for option in options):
            return []
        layer = self.book.of_layer(self.rule.on)
        words = [layer.value(variable, option.value)(self.language) for option in options]
        if variable in (f"{own}.kind", f"{own}.title"):
            return words
        if variable == f"{own}.id":
            return words
        if variable == "home.kind" and own == "person" and len(heads) == 1:
            return [self.pick(f"{word}{heads[0]}", f"{heads[0]} of {word}") for word in words]
        return []

    def _mark(self, text: str, filled: bool = True) -> str:
        return f"【{text}】" if self.marked and filled else text

    def blank(self, path: str) -> str:
        """Return the value of a field in words."""
        return self._mark(self._said(path))

    def _said(self, path: str) -> str:
        blank, value = self.specs[path], value_at(self.rule, path)
        if blank.takes == "seats":
            return self._seats(value)
        if blank.takes == "skills" and not isinstance(value, str):
            pattern = self.pick("{}（{} 级以上）", "{} (level {} or above)")
            return self.pick("、", ", ").join(pattern.format(*pair) for pair in value.items())
        if blank.expression is None or str(value) in blank.choices:
            return self.values.write(blank, value, self.language)
        if blank.expression.over == "slot" and blank.expression.returns == "BOOL":
            return self._noun_where(value, "slot", several=False)
        return self._amount(blank, value, self._words(blank)(value))

    def _amount(self, blank: Blank, value: Any, said: str) -> str:
        """Return an expression as it stands in the sentence: a limit is said to be of the entity itself."""
        if not isinstance(value, str) or "CEL" in said:
            return said
        if blank.name in ("atleast", "atmost", "target"):
            return self.pick(f"其{said}", f"its {said}")
        return self.pick(f"（{said}）", f"({said})") if blank.name == "load" and " ? " in value else said

    def _words(self, blank: Blank) -> ExpressionWords:
        name, bare = self.rule.on, frozenset[str]()
        over = blank.expression.over if blank.expression else ""
        if over.startswith("there-"):
            name = self.values.there.get(blank.path.rpartition(".")[0], name)
        layer = self.book.of_layer(name)
        is_amount = blank.expression is not None and blank.expression.returns == "INT"
        if is_amount or over.startswith(("each", "side", "there-")):
            bare = frozenset({layer.own_prefix("item"), layer.own_prefix("slot")})
        return ExpressionWords(layer, self.language, bare)

    def _seats(self, value: Any) -> str:
        blank = self.specs["atleast"]
        if isinstance(value, Mapping):
            words = self.book.seats
            pairs = (
                (words.word(words.id_of(word) or word, self.language), one) for word, one in value.items()
            )
            said = ((word, self._words(blank)(one)) for word, one in pairs)
            return self.pick("、", ", ").join(f"{word} {one}" for word, one in said)
        if value == "seats":
            return self.pick("席位列所定", "as the column of seats says")
        try:
            return parse_notation(value, self.book.seats).to_text(self.book.seats, self.language)
        except NotationError:
            return self.values.write(blank, value, self.language)


_QUOTED = re.compile(r"(「CEL[^」]*」)")
_HAN = r"[\u3400-\u9fff（），。；：、“”]"


def tidy(text: str, language: Language) -> str:
    """Return a sentence without double blanks; in Chinese with one blank between a figure and a word."""
    pieces = _QUOTED.split(text)
    for k in range(0, len(pieces), 2):
        piece = re.sub(r"\s+", " ", pieces[k])
        if language == "zh":
            piece = re.sub(rf"(?<={_HAN}) (?={_HAN})", "", piece)
            piece = re.sub(r"(?<=[\u3400-\u9fff）])(?=\d)", " ", piece)
            piece = re.sub(r"(?<=\d)(?=[且或的减加乘除合])", " ", piece)
            piece = re.sub(r" ([，。；：、）【】])", r"\1", re.sub(r"([【】〔]) ", r"\1", piece))
        else:
            piece = re.sub(r" ([,;:.)])", r"\1", piece)
            piece = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", piece)
        pieces[k] = piece
    return "".join(pieces).strip()
