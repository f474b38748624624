"""Click in Chinese: every message of the pinned version is translated; each call has its language."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from allocator.messages.click import _CHINESE as CHINESE
from allocator.messages.click import TRANSLATIONS, install, speaking

#: A message that click looks up by a variable.
LOOKED_UP = {"extra['required']": "required"}


def messages_of_click() -> Iterator[str]:
    """Yield every message that click asks ``gettext`` for, read from its source."""
    for file in sorted(Path(click.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("_", "gettext", "ngettext"):
                for message in node.args[: 2 if node.func.id == "ngettext" else 1]:
                    yield str(message.value) if isinstance(message, ast.Constant) else ast.unparse(message)


def test_every_message_of_click_is_in_the_catalogue_and_no_other() -> None:
    found = {LOOKED_UP.get(message, message) for message in messages_of_click()}
    assert len(found) > 60
    assert found - CHINESE.keys() == set(), "messages of click without a translation"
    assert CHINESE.keys() - found == set(), "translations of messages that click does not have"


def fields(message: str) -> set[str]:
    """Return the values that a message asks for."""
    named = {name for _, name, _, _ in string.Formatter().parse(message) if name}
    return named | set(re.findall(r"%\((\w+)\)", message))


@pytest.mark.parametrize("english", CHINESE)
def test_a_translation_is_chinese_and_asks_for_no_other_values(english: str) -> None:
    chinese = CHINESE[english]
    assert fields(chinese) <= fields(english)
    assert re.search("[一-鿿]", chinese), chinese


def test_click_speaks_the_language_of_the_call() -> None:
    install()
    with speaking("zh"):
        assert click.exceptions.NoSuchOption("--jsn").message == "没有选项 --jsn；"
        wrong = ("{value!r} is not {choice}.", "{value!r} is not one of {choices}.")
        assert "不在可选之列" in TRANSLATIONS.ngettext(*wrong, 2)
        with speaking("en"):
            assert click.exceptions.NoSuchOption("--jsn").message == "No such option '--jsn'."
        assert TRANSLATIONS.gettext("a message of another version") == "a message of another version"
