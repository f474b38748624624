"""The seat notation reads and prints back in both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.model.notation import (
    MOST_SEATS,
    Notation,
    NotationError,
    Term,
    Vocabulary,
    parse_notation,
    plural,
    scenario_vocabulary,
)
from allocator.model.spec import ScenarioSpec
from allocator.model.text import Text

WORDS = Vocabulary.of(
    {
        "head": Text(zh="正", en="head"),
        "deputy": Text(zh="副", en="deputy"),
        "cadre": Text(zh="干部", en="cadre"),
        "lead": Text(zh="组长", en="lead"),
        "member": Text(zh="组员", en="team member"),
    }
)


def terms(*parts: tuple[str, int, int | None]) -> Notation:
    return Notation(tuple(Term(*part) for part in parts))


STANDARD = terms(("head", 1, 1), ("deputy", 1, 1), ("cadre", 2, 2))


@pytest.mark.parametrize(
    "text",
    [
        "1正+1副+2干部",
        " １ 正 ＋ １副、 2 干 部 ",
        "1 head + 1 deputy + 2 cadres",
        "1head+1 Deputies、2cadre",
        "1正+1 deputy+2干部",
    ],
)
def test_one_staffing_in_many_spellings(text: str) -> None:
    assert parse_notation(text, WORDS) == STANDARD


def test_an_id_is_a_word_too() -> None:
    assert parse_notation("2 member", WORDS) == parse_notation("2 team members", WORDS)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("2干部", 2, 2),
        ("2-3干部", 2, 3),
        ("2—3 cadres", 2, 3),
        ("≥2干部", 2, None),
        (">=2干部", 2, None),
        ("≤3干部", 0, 3),
        ("＜＝3 cadres", 0, 3),
        ("0干部", 0, 0),
        (f"{MOST_SEATS}干部", MOST_SEATS, MOST_SEATS),
    ],
)
def test_counts(text: str, least: int, most: int | None) -> None:
    assert parse_notation(text, WORDS) == terms(("cadre", least, most))


def test_prints_both_languages() -> None:
    seats = terms(("head", 1, 1), ("deputy", 0, 2), ("cadre", 2, 3), ("member", 4, None))
    assert seats.to_text(WORDS, "zh") == "1正+≤2副+2-3干部+≥4组员"
    assert seats.to_text(WORDS, "en") == "1 head + ≤2 deputies + 2-3 cadres + ≥4 team members"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "正",
        "2",
        "+",
        "1正+",
        "1正+1正",
        "1正+1 head",
        "3-2干部",
        "≥2-3干部",
        "-2干部",
        "2.5干部",
        f"{MOST_SEATS + 1}干部",
        "9" * 5000 + "干部",
        "1正" * 5000,
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_notation(text, WORDS)
    assert caught.value.message.zh
    assert caught.value.message.en
    assert caught.value.message.zh != caught.value.message.en


def test_unknown_word_names_the_nearest() -> None:
    with pytest.raises(NotationError) as caught:
        parse_notation("1 head + 2 cadrs", WORDS)
    assert (caught.value.word, caught.value.nearest) == ("cadrs", "cadre")
    assert "干部" in caught.value.allowed


@pytest.mark.parametrize(
    "words",
    [
        {"a": Text(zh="正", en="head"), "b": Text(zh="正", en="chief")},
        {"a": Text(zh="甲", en="head"), "b": Text(zh="乙", en="heads")},
        {"a": Text(zh="2级", en="grade")},
        {"a": Text(zh="正+副", en="both")},
    ],
)
def test_ambiguous_vocabulary_is_refused(words: dict[str, Text]) -> None:
    with pytest.raises(NotationError):
        Vocabulary.of(words)


def spec(**changes: object) -> ScenarioSpec:
    layers = {"posting": {"items": "people", "slots": "groups", "roles": ["lead", "deputy", "helper"]}}
    return ScenarioSpec.model_validate(
        {
            "scenario": "demo",
            "periods": [2026],
            "layers": layers,
            "roles": {"lead": {"zh": "组长", "en": "lead"}, "deputy": {"zh": "副组长", "en": "deputy"}},
            **changes,
        }
    )


def test_scenario_words_merge_a_grade_and_a_role_of_one_id() -> None:
    words = scenario_vocabulary(spec())
    assert words.id_of("副") == words.id_of("副组长") == words.id_of("deputies") == "deputy"
    assert words.word("deputy", "zh") == "副"
    assert words.id_of("helper") == "helper"


def test_scenario_words_claimed_twice_are_refused() -> None:
    with pytest.raises(NotationError, match="deputy"):
        scenario_vocabulary(spec(roles={"vice": {"zh": "副", "en": "vice"}}))


@pytest.mark.parametrize(
    ("word", "many"),
    [("deputy", "deputies"), ("day", "days"), ("head", "heads"), ("boss", "bosses"), ("干部", "干部")],
)
def test_plural(word: str, many: str) -> None:
    assert plural(word) == many


counts = st.tuples(st.integers(0, MOST_SEATS), st.none() | st.integers(0, MOST_SEATS)).map(
    lambda pair: pair if pair[1] is None else (min(pair), max(pair))
)
notations = st.dictionaries(
    st.sampled_from(["head", "deputy", "cadre", "lead", "member"]), counts, min_size=1
).map(lambda seats: Notation(tuple(Term(word, *count) for word, count in seats.items())))


@given(notations, st.sampled_from(["zh", "en"]))
def test_reads_what_it_prints(notation: Notation, language: str) -> None:
    assert parse_notation(notation.to_text(WORDS, language), WORDS) == notation


@given(st.text(alphabet="0123456789正副干部head +-、≥≤<>=. ", max_size=30) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        notation = parse_notation(text, WORDS)
    except NotationError:
        return
    assert notation.terms
