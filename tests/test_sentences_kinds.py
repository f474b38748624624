"""Every kind of rule has a sentence in both languages whose blanks are its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from allocator.model.text import Language
from allocator.rules.blanks import Blank, blanks
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from allocator.rules.rule_blanks import blanks_of, rule_from_blanks
from allocator.rules.rule_sentences import kind_sentence, rule_sentence
from allocator.rules.sentences import NOUNS, Sentence, guards_in, nouns_in, paths_in
from allocator.rules.wordbook import Wordbook
from worlds import HARD, Trial, trials, world_of

HAN = re.compile(r"[\u4e00-\u9fff]")
KINDS = pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def sentence_faults(kind: type[Rule]) -> Iterator[str]:
    """Yield what is wrong with the sentence of a kind."""
    sentence = vars(kind).get("sentence")
    if not isinstance(sentence, Sentence):
        yield "the kind has no sentence"
        return
    known = {blank.path for blank in blanks(kind)}
    own = [blank for blank in blanks(kind) if not blank.common]
    for language in LANGUAGES:
        parts = sentence.template(language)
        named = set(paths_in(parts))
        guarded = {path for guard in guards_in(parts) for path in guard.path.split("/")}
        for path in sorted(named - known):
            yield f"{language}: the blank {path} names no field"
        for path in sorted(guarded - known - set(kind.model_fields)):
            yield f"{language}: the guard {path} names no field"
        for noun in sorted(set(nouns_in(parts)) - set(NOUNS)):
            yield f"{language}: no noun is called {noun}"
        for path in (blank.path for blank in own if blank.path not in named | guarded):
            yield f"{language}: the field {path} has no blank"
    for blank in own:
        yield from label_faults(blank)


def label_faults(blank: Blank) -> Iterator[str]:
    """Yield what is wrong with the name of a blank."""
    if not HAN.search(blank.label.zh) or HAN.search(blank.label.en) or "_" in blank.label.en:
        yield f"the blank {blank.path} has no name in both languages"
    for part in blank.parts:
        yield from label_faults(part)


@KINDS
def test_a_kind_has_a_sentence_whose_blanks_are_its_fields(kind: type[Rule]) -> None:
    assert list(sentence_faults(kind)) == []


@pytest.mark.parametrize("trial", trials(levels=[HARD]), ids=str)
def test_an_example_is_said_in_both_languages(trial: Trial) -> None:
    book = Wordbook(world_of(frozenset({"turn"})).scenario)
    for said in (rule_sentence(trial.rule(), book), rule_sentence(trial.rule())):
        assert HAN.search(said.zh)
        assert said.en and not re.search(r"[{}<>|]", said.en)
        assert not re.search(r"[{}<>|]|  ", re.sub(r"「[^」]*」", "", said.zh))


def test_blanks_are_marked_and_named() -> None:
    kind = all_kinds()["max_term"]
    rule = kind.model_validate({"id": "r", "kind": "max_term", "on": "posting", "role": "lead", "periods": 1})
    book = Wordbook(world_of(frozenset({"posting"})).scenario)
    assert rule_sentence(rule, book, marked=True).zh == "【组长】在同一组连任不超过【1】期"
    assert kind_sentence(kind).zh == "【对象】在同一【去处】连任不超过【期数】期"
    assert kind_sentence(kind, book.of_layer("posting")).zh == "【人员】在同一【组】连任不超过【期数】期"
    assert kind_sentence(kind, book.of_layer("posting")).en == (
        "Any 【person】 stays in one 【team】 for at most 【periods】 period(s) on end"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trial", trials(levels=[HARD]), ids=str)
def test_an_example_is_the_same_rule_after_its_blanks(trial: Trial, language: Language) -> None:
    assert_same(trial.rule(), Wordbook(world_of(frozenset({"turn"})).scenario), language)


def assert_same(rule: Rule, book: Wordbook, language: Language) -> None:
    """Assert that the values of a rule's blanks give the rule back."""
    values = blanks_of(rule, book, language)
    fields, faults = rule_from_blanks(type(rule), values, book)
    assert faults == [], values
    assert type(rule).model_validate(fields) == rule, values
