"""Which language to speak, and help texts in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from itertools import pairwise
from typing import Any, cast

import typer

from allocator.model.text import Language

#: The language that the whole call is in: ``--lang`` may stand before the command too.
SPOKEN: ContextVar[Language | None] = ContextVar("SPOKEN", default=None)
_APART = " · "
#: Words of the library for command lines, which it knows in English only.
_BORROWED = {
    "--help": "显示用法",
    "--install-completion": "为当前 shell 安装命令补全",
    "--show-completion": "显示当前 shell 的补全脚本",
}


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """Return the language of ``--lang``, else of the locale: Chinese for ``zh*``, otherwise English."""
    for given, following in pairwise([*arguments, ""]):
        asked = following if given == "--lang" else given.removeprefix("--lang=")
        if (given == "--lang" or given != asked) and asked in ("zh", "en"):
            return cast(Language, asked)
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").lower().startswith("zh") else "en"


def both(zh: str, en: str) -> str:
    """Return a help text in both languages, of which ``localise`` keeps one."""
    return zh + _APART + en


def localise(command: Any, language: Language) -> None:
    """Keep one language of the help texts of a command, its parameters and the commands below it."""
    command.help = _one(command.help or "", language)
    shows_help = command.get_help_option(typer.Context(command))
    for parameter in (*command.params, shows_help):
        borrowed = [_BORROWED[name] for name in parameter.opts if name in _BORROWED]
        own = _one(getattr(parameter, "help", None) or "", language)
        parameter.help = borrowed[0] if borrowed and language == "zh" else own
    for inner in getattr(command, "commands", {}).values():
        localise(inner, language)


def _one(text: str, language: Language) -> str:
    zh, apart, en = text.partition(_APART)
    return (zh if language == "zh" else en) if apart else text
