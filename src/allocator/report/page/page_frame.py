"""The frame of a page: the bar on top with the switch of the language, warnings, numbered sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Language, Text
from allocator.report.page.markup import Content, Element, el

_NUMERALS = "一二三四五六七八九"


def caution(text: Text) -> Element:
    """Return a warning that a reader must see first."""
    return el("div", el("p", "⚠ ", text), class_="caution", role="note")


def section(number_: int, name: str, heading: Text, content: Sequence[Content]) -> Element:
    """Return a numbered section.

    Args:
        number_: Its number.
        name: Its anchor.
        heading: Its heading.
        content: What is in it.
    """
    numbered = Text(zh=f"{numeral(number_)}、{heading.zh}", en=f"{number_} {heading.en}")
    return el(
        "section", el("h2", numbered, id=f"{name}-title"), content, id=name, aria_labelledby=f"{name}-title"
    )


def numeral(value: int) -> str:
    """Return a number from 1 to 99 in Chinese."""
    tens, ones = divmod(value, 10)
    ten = "十" if tens else ""
    return (_NUMERALS[tens - 1] if tens > 1 else "") + ten + (_NUMERALS[ones - 1] if ones else "")


def language_switch(language: Language) -> Iterator[Element]:
    """Yield the switch of the language; the style reads it, so that it works without scripts."""
    for code, name in (("zh", "中文"), ("en", "English")):
        yield el(
            "input",
            type="radio",
            name="lang",
            id=f"lang-{code}",
            class_="sw",
            checked=code == language,
            aria_label=name,
        )


def page_bar(nav: Sequence[Element]) -> Iterator[Element]:
    """Yield the bar on top of a page: the way to the text, the contents and the switch of the language."""
    yield el("a", Text(zh="跳到正文", en="Skip to the text"), href="#main", class_="skip")
    yield el(
        "header",
        el("nav", nav, aria_label="目录 / contents"),
        el(
            "div",
            el("label", "中文", for_="lang-zh"),
            el("label", "English", for_="lang-en"),
            class_="langs",
        ),
        class_="bar",
    )
