"""The seat notation: ``1正+1副+2-3干部``, in English ``1 head + 1 deputy + 2-3 cadres``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allocator.errors import Fault, nearest, shorten
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Language, Text

MOST_SEATS = 10**6
_LONGEST = 2000
_TERM = re.compile(r"(>=|<=|[≥≤])?\s*([0-9]+)(?:\s*[-–—~]\s*([0-9]+))?\s*([^0-9\s].*)?", re.DOTALL)
_JOINER = re.compile(r"[+、]")
_USABLE_WORD = re.compile(r"[^0-9+、≥≤<>=~–—-][^+、]*", re.DOTALL)


class NotationError(ValueError):
    """The notation cannot be read.

    Attributes:
        message: The message in both languages.
        word: The unknown word, if the fault is an unknown word.
        nearest: The closest valid word, if the unknown word looks like a misspelling.
        allowed: The valid words.
    """

    def __init__(self, message: Text, word: str = "", allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message.en)
        self.message = message
        self.word = word
        self.allowed = allowed
        self.nearest = nearest(word, allowed) if word else ""


@dataclass(frozen=True)
class Term:
    """From ``least`` to ``most`` people of one grade or role; ``most`` None means no limit."""

    word_id: str
    least: int
    most: int | None

    @property
    def count(self) -> str:
        """The count in the notation: ``2``, ``2-3``, ``≥2`` or ``≤3``."""
        if self.most is None:
            return f"≥{self.least}"
        if self.least == self.most:
            return str(self.least)
        return f"{self.least}-{self.most}" if self.least else f"≤{self.most}"


@dataclass(frozen=True)
class Vocabulary:
    """The words for grades and roles: ``entries`` has the words of each id, ``ids`` the id of each word.

    An id may have several entries: the words of all entries are read, those of the first are printed.
    """

    entries: tuple[tuple[str, Text], ...]
    ids: Mapping[str, str] = field(compare=False, repr=False)

    @classmethod
    def of(cls, words: Mapping[str, Text]) -> Vocabulary:
        """Return the vocabulary of ``words`` by id.

        Raises:
            NotationError: Two ids have the same word, or a word looks like a count or a joiner.
        """
        return cls.of_entries(words.items())

    @classmethod
    def of_entries(cls, entries: Iterable[tuple[str, Text]]) -> Vocabulary:
        """Return the vocabulary of ``entries``; entries with the same id are one id with more words."""
        kept = tuple(entries)
        ids: dict[str, str] = {}
        for word_id, text in kept:
            for word in filter(None, (text.zh, text.en, plural(text.en))):
                _claim(ids, word, word_id)
        for word_id, _ in kept:
            ids.setdefault(_key(word_id), word_id)
        return cls(kept, ids)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word, Chinese before English, in the order of the entries."""
        zh = [text.zh for _, text in self.entries]
        en = [text.en for _, text in self.entries]
        return tuple(dict.fromkeys(word for word in zh + en if word))

    def id_of(self, word: str) -> str | None:
        """Return the id that ``word`` stands for, in either language, singular or plural."""
        return self.ids.get(_key(word))

    def word(self, word_id: str, language: Language) -> str:
        """Return the word that is printed for ``word_id``, or the id itself if it has no word."""
        texts = (text(language) for entry, text in self.entries if entry == word_id)
        return next((word for word in texts if word), word_id)

    def text(self, word_id: str) -> Text:
        """Return the words that are printed for ``word_id`` in both languages."""
        return Text(zh=self.word(word_id, "zh"), en=self.word(word_id, "en"))


@dataclass(frozen=True)
class Notation:
    """Seats as terms, in the order of the text."""

    terms: tuple[Term, ...]

    def to_text(self, vocabulary: Vocabulary, language: Language) -> str:
        """Return the notation as text that ``parse_notation`` reads back to the same value."""
        if language == "zh":
            return "+".join(term.count + vocabulary.word(term.word_id, "zh") for term in self.terms)
        return " + ".join(_english(term, vocabulary) for term in self.terms)


def parse_notation(text: str, vocabulary: Vocabulary) -> Notation:
    """Read a seat notation in Chinese or English.

    Args:
        text: A text such as ``1正+1副+2-3干部``, ``≥2干部`` or ``1 head + 2 cadres``, also with full-width
            signs.
        vocabulary: The valid words.

    Raises:
        NotationError: The text is empty, a word is unknown or used twice, or a count is wrong.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > _LONGEST:
        raise NotationError(
            Text(
                zh="席位写法为空或过长；例如 1正+1副+2干部",
                en="seats empty or too long; such as 1 head + 2 cadres",
            )
        )
    terms: dict[str, Term] = {}
    for part in _JOINER.split(plain):
        term = _term(part.strip(), vocabulary)
        if term.word_id in terms:
            raise NotationError(
                _text(f"“{part.strip()}”重复", f"'{part.strip()}' repeats a word used before")
            )
        terms[term.word_id] = term
    return Notation(tuple(terms.values()))


def scenario_vocabulary(spec: ScenarioSpec) -> Vocabulary:
    """Return the words of a scenario: its grades, its roles, and the roles that only layers name.

    Raises:
        NotationError: Two ids have the same word.
    """
    grades = [(grade.id, Text(zh=grade.zh, en=grade.en)) for grade in spec.grades]
    return Vocabulary.of_entries([*grades, *scenario_roles(spec).items()])


def scenario_roles(spec: ScenarioSpec) -> Mapping[str, Text]:
    """Return the words of every role of the scenario by id, including roles that only layers name."""
    named = {role: Text(zh=role, en=role) for layer in spec.layers.values() for role in layer.roles}
    return {**named, **spec.roles}


def plural(word: str) -> str:
    """Return the regular English plural of ``word``; a word that is not English stays unchanged."""
    if not re.search(r"[A-Za-z]$", word):
        return word
    if re.search(r"[^aeiouAEIOU]y$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(s|x|ch|sh)$", word) else f"{word}s"


def _term(part: str, vocabulary: Vocabulary) -> Term:
    found = _TERM.fullmatch(part)
    if not found or not found[4] or (found[1] and found[3]):
        shown = shorten(part)
        raise NotationError(
            _text(
                f"“{shown}”须为人数加职级或角色，如 2干部",
                f"'{shown}' is not a count and a word, such as 2 cadres",
            )
        )
    least, most = _bounds(found[1] or "", found[2], found[3])
    word_id = vocabulary.id_of(found[4])
    if word_id is None:
        shown = shorten(found[4])
        message = _text(f"“{shown}”不是职级或角色", f"'{shown}' is no grade or role")
        raise NotationError(message, found[4].strip(), vocabulary.words)
    return Term(word_id, least, most)


def _bounds(sign: str, first: str, second: str | None) -> tuple[int, int | None]:
    least, most = _count(first), _count(second or first)
    if most < least:
        raise NotationError(_text(f"{least}-{most} 前大后小", f"the range {least}-{most} runs backwards"))
    if sign in ("≥", ">="):
        return least, None
    return (0 if sign else least), most


def _count(digits: str) -> int:
    if len(digits) > 9 or int(digits) > MOST_SEATS:
        raise NotationError(
            _text(
                f"人数 {shorten(digits)} 超过 {MOST_SEATS}", f"count {shorten(digits)} is above {MOST_SEATS}"
            )
        )
    return int(digits)


def _english(term: Term, vocabulary: Vocabulary) -> str:
    word = vocabulary.word(term.word_id, "en")
    one = term.most == 1 or (term.most is None and term.least == 1)
    return f"{term.count} {word if one else plural(word)}"


def _claim(ids: dict[str, str], word: str, word_id: str) -> None:
    key = _key(word)
    if not _USABLE_WORD.fullmatch(key):
        raise NotationError(
            _text(
                f"“{word}”不能用于席位写法",
                f"'{word}' cannot be used in seats: it has a digit in front or a +",
            )
        )
    other = ids.setdefault(key, word_id)
    if other != word_id:
        raise NotationError(
            _text(f"“{word}”同指 {other} 与 {word_id}", f"'{word}' stands for both {other} and {word_id}")
        )


def _key(word: str) -> str:
    """Return the key by which words are compared: one width, one case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def _text(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


@dataclass(frozen=True)
class Words:
    """The words of a scenario.

    Attributes:
        seats: Grades and roles, for the seat notation.
        ladder: Grades, for the column ``grade``.
        roles: Roles, for the column ``role``.
    """

    seats: Vocabulary
    ladder: Vocabulary
    roles: Vocabulary

    def of(self, table: str, column: str) -> Vocabulary | None:
        """Return the words that a column must use, or None if the column takes any text."""
        words = {
            ("people", "grade"): self.ladder,
            ("postings", "role"): self.roles,
            ("wishes", "role"): self.roles,
        }
        return words.get((table, column))


def scenario_words(spec: ScenarioSpec) -> Words:
    """Return the words of a scenario.

    Raises:
        NotationError: Two ids have the same word.
    """
    grades = {grade.id: Text(zh=grade.zh, en=grade.en) for grade in spec.grades}
    return Words(scenario_vocabulary(spec), Vocabulary.of(grades), Vocabulary.of(scenario_roles(spec)))


def notation_fault(error: NotationError, file: str, row: int, column: str, found: str | None) -> Fault:
    """Return the fault for a notation that cannot be read, at the place of its cell."""
    return Fault(
        error.message, file, row, column, found, allowed=", ".join(error.allowed), nearest=error.nearest
    )


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return the first ``most`` of ``names`` on one line, with ``...`` if there are more."""
    kept = list(names)
    return ", ".join(kept[:most]) + (", ..." if len(kept) > most else "")
