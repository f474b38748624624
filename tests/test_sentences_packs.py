"""Every rule of every pack is a sentence in both languages, and is the same rule after its blanks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from allocator.api import load
from allocator.model.text import Language
from allocator.rules.packs import read_rulebook
from allocator.rules.rule import Rule
from allocator.rules.rule_sentences import rule_sentence
from allocator.rules.wordbook import Wordbook
from test_sentences_kinds import LANGUAGES, assert_same

ROOT = Path(__file__).resolve().parent.parent
PACKS = sorted(path.stem for path in (ROOT / "rules").glob("*.yaml"))
SCENARIOS = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
#: Texts that stand in a sentence as the tables have them.
AS_TABLES = re.compile(r"\d{4}-(?:Q\d|\d\d(?:-\d\d)?)|stage-\d|统筹 N 个")


@cache
def rules_of(scenario: str) -> tuple[Wordbook, tuple[Rule, ...]]:
    """Return the words of a scenario and its rules."""
    loaded = load(ROOT / "scenarios" / scenario)
    return Wordbook(loaded), tuple(read_rulebook(loaded.spec.rules, loaded.folder).rules.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_chinese_sentence_has_no_english_id(name: str) -> None:
    book, rules = rules_of(name)
    said = {rule.id: rule_sentence(rule, book, framed=True).zh for rule in rules}
    wrong = {rule: text for rule, text in said.items() if re.search("[A-Za-z_]", AS_TABLES.sub("", text))}
    assert wrong == {}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_condition_has_words(name: str) -> None:
    book, rules = rules_of(name)
    said = [rule_sentence(rule, book).zh for rule in rules]
    assert not [text for text in said if "CEL" in text]


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_rule_of_a_scenario_is_the_same_after_its_blanks(name: str, language: Language) -> None:
    book, rules = rules_of(name)
    for rule in rules:
        assert_same(rule, book, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PACKS)
def test_a_rule_of_a_pack_is_the_same_after_its_blanks(name: str, language: Language) -> None:
    book = read_rulebook((name,), ROOT / "rules")
    assert not book.faults
    for rule in book.rules.values():
        assert_same(rule, Wordbook(), language)
