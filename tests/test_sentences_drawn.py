"""Rules drawn at random, every field of every kind: each is a sentence, and is the same after its blanks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.rules.rule_sentences import rule_sentence
from oracles.build import policy_for
from test_kinds_oracle import KINDS, drawn, rules
from test_sentences_kinds import LANGUAGES, assert_same

pytestmark = pytest.mark.unmeasured


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_drawn_rule_is_a_sentence_and_the_same_after_its_blanks(kind: str) -> None:
    @drawn(15)
    @given(st.data())
    def judge(data: Any) -> None:
        world, rule = data.draw(rules(kind))
        policy = policy_for(world, rule)
        for marked in (False, True):
            said = rule_sentence(policy.rules[0], policy.wordbook, framed=True, marked=marked)
            for text in (said.zh, said.en):
                assert not re.search(r"[{}<>|]|  ", re.sub("「[^」]*」", "", text)), text
                assert text.count("【") == text.count("】")
        for language in LANGUAGES:
            assert_same(policy.rules[0], policy.wordbook, language)

    judge()
