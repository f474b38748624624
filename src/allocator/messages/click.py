"""Messages of click in Chinese: a catalogue for ``gettext``.

Click asks ``gettext`` for each of its messages. English messages stay unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

import click

from allocator.model.text import Language, Text

_CHINESE: Mapping[str, str] = {
    # help
    "Usage:": "用法：",
    "Positional arguments": "参数",
    "Options": "选项",
    "Commands": "命令",
    "default: {default}": "默认 {default}",
    "required": "必填",
    "env var: {var}": "环境变量 {var}",
    "(dynamic)": "（视情况）",
    "deprecated": "已弃用",
    "Show this message and exit.": "显示用法",
    "Show the version and exit.": "显示版本",
    "%(prog)s, version %(version)s": "%(prog)s，版本 %(version)s",
    # a wrong call
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用法见 {command} {option}",
    "Missing command.": "缺少命令",
    "Missing argument": "缺少参数",
    "Missing option": "缺少参数",
    "Missing parameter": "缺少参数",
    "Missing {param_type}": "缺少 {param_type}",
    "Missing parameter: {param_name}": "缺少参数 {param_name}",
    "Choose from:\n\t{choices}": "可用 {choices}",
    "No such command {name!r}.": "没有命令 {name}；",
    "No such option {name!r}.": "没有选项 {name}；",
    "Did you mean {possibility}?": "是否为 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "是否为 {possibilities}？",
    "Option {name!r} does not take a value.": "选项 {name} 后不能有值",
    "Option {name!r} requires an argument.": "选项 {name} 后须有值",
    "Option {name!r} requires {nargs} arguments.": "选项 {name} 后须有 {nargs} 个值",
    "Argument {name!r} takes {nargs} values.": "参数 {name} 须有 {nargs} 个值",
    "Got unexpected extra argument ({args})": "多余的参数 {args}",
    "Got unexpected extra arguments ({args})": "多余的参数 {args}",
    # a wrong value
    "Invalid value: {message}": "值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 的值有误：{message}",
    "{value!r} is not a valid {number_type}.": "须为{number_type}",
    "{value} is not in the range {range}.": "{value} 不在范围内：{range}",
    "{value!r} is not {choice}.": "“{value}”只能是：{choice}",
    "{value!r} is not one of {choices}.": "“{value}”不在可选之列：{choices}",
    "Choice({choices})": "可选（{choices}）",
    "{value!r} is not a valid boolean. Recognized values: {states}": "“{value}”不是真假值，可用：{states}",
    "{value!r} is not a valid UUID.": "“{value}”不是 UUID",
    "{value!r} does not match the format {format}.": "“{value}”不合格式 {format}",
    "{value!r} does not match the formats {formats}.": "“{value}”不合任何一种格式：{formats}",
    "{len_type} values are required, but {len_value} was given.": "须有 {len_type} 个值，现有 1 个",
    "{len_type} values are required, but {len_value} were given.": (
        "须有 {len_type} 个值，现有 {len_value} 个"
    ),
    "Takes {nargs} values but 1 was given.": "须有 {nargs} 个值，现有 1 个",
    "Takes {nargs} values but {len} were given.": "须有 {nargs} 个值，现有 {len} 个",
    "Value must be an iterable.": "值须为列表",
    # files
    "file": "文件",
    "directory": "文件夹",
    "path": "路径",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在",
    "{name} {filename!r} is a file.": "{name} {filename} 是文件",
    "{name} {filename!r} is a directory.": "{name} {filename} 是文件夹",
    "{name} {filename!r} is not readable.": "{name} {filename} 不可读",
    "{name} {filename!r} is not writable.": "{name} {filename} 不可写",
    "{name} {filename!r} is not executable.": "{name} {filename} 不可执行",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename}：{message}",
    "unknown error": "未知错误",
    # prompts, editors and terminals
    "Aborted!": "已中止",
    "Do you want to continue?": "是否继续？",
    "Confirm the action without prompting.": "不询问，直接确认",
    "Repeat for confirmation": "请再输入一次",
    "Error: The two entered values do not match.": "错误：两次输入不一致",
    "Error: invalid input": "错误：输入无效",
    "Press any key to continue...": "按任意键继续……",
    "Unknown color {colour!r}": "没有颜色 {colour}",
    "{editor}: Editing failed": "{editor}：编辑失败",
    "{editor}: Editing failed: {e}": "{editor}：编辑失败：{e}",
    "d": "天",
    "Windows error: {error}": "Windows 错误：{error}",
    "Unknown standard stream '{name}'": "没有标准流 {name}",
    # completion
    "Couldn't detect Bash version, shell completion is not supported.": "认不出 Bash 的版本，不能补全",
    "Shell completion is not supported for Bash versions older than 4.4.": "Bash 4.4 以前的版本不能补全",
    # mistakes in the declaration of a command, and deprecated commands
    "DeprecationWarning: The command {name!r} is deprecated.{extra_message}": (
        "命令 {name} 已弃用。{extra_message}"
    ),
    "DeprecationWarning: The {param_type} {name!r} is deprecated.{extra_message}": (
        "{param_type} {name} 已弃用。{extra_message}"
    ),
    "Name '{name}' defined twice": "名称 {name} 定义了两次",
    "Boolean option {decl!r} cannot use the same flag for true/false.": "选项 {decl} 的真假不能用同一写法",
    "Could not determine name for option with declarations {decls!r}": "选项 {decls} 没有名称",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
    "Did you mean to pass '--{name}'?": "只有名称 {name} 而没有选项；是要声明参数，还是 --{name}？",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.": (
        "参数只能有一个名称，现有 {length} 个：{decls}"
    ),
    "Invalid start character for option ({option})": "选项 {option} 的首字符无效",
}

#: The number types of click, and the words for them in messages.
_NUMBERS: Mapping[str, Text] = {
    "integer": Text(zh="整数", en="integer"),
    "integer range": Text(zh="整数", en="integer"),
    "float": Text(zh="数", en="number"),
    "float range": Text(zh="数", en="number"),
}
#: Words of the usage line that click does not pass to ``gettext``.
OPTIONS = Text(zh="[选项]", en="[OPTIONS]")
COMMAND = Text(zh="命令 [参数]...", en="COMMAND [ARGS]...")
#: The language of all output of a call, click's messages included.
LANGUAGE: ContextVar[Language] = ContextVar("LANGUAGE", default="en")

#: The modules of click that bind the functions of ``gettext`` by name.
_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
    click.utils,
)
_STOP_BEFORE_CHINESE = re.compile(r"\. (?=[\u4e00-\u9fff])")


class ClickTranslations(NullTranslations):
    """The messages of click in the language of the call; an unknown message stays English."""

    def gettext(self, message: str) -> str:
        """Return a message in the language of the call."""
        return _CHINESE.get(message, message) if LANGUAGE.get() == "zh" else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return a singular or plural message in the language of the call."""
        return self.gettext(msgid1 if n == 1 else msgid2)


TRANSLATIONS = ClickTranslations()


def install() -> None:
    """Make click take its messages from this catalogue."""
    bound = {"_": TRANSLATIONS.gettext, "ngettext": TRANSLATIONS.ngettext}
    for module in _MODULES:
        vars(module).update({name: function for name, function in bound.items() if name in vars(module)})


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Set the language of all output within the block."""
    before = LANGUAGE.set(language)
    try:
        yield
    finally:
        LANGUAGE.reset(before)


def number_type(type_name: str) -> str:
    """Return the word for a number type of click; any other type keeps its name."""
    named = _NUMBERS.get(type_name)
    return named(LANGUAGE.get()) if named else type_name


def not_a_number(value: object, type_name: str) -> str:
    """Return click's message for a value that is not of a number type."""
    message = TRANSLATIONS.gettext("{value!r} is not a valid {number_type}.")
    return message.format(value=value, number_type=type_name)


def usage_text(zh: str, en: str) -> Text:
    """Return the message for a wrong call on one line.

    Args:
        zh: Click's message in Chinese.
        en: Click's message in English.
    """
    chinese = _STOP_BEFORE_CHINESE.sub("；", _on_one_line(zh)).replace("'", "").replace("； ", "；")
    english = _on_one_line(en)
    return Text(
        zh=f"命令有误：{chinese.rstrip('；.')}；用法见 --help",
        en=f"wrong call: {english.rstrip('.')}; see --help",
    )


def _on_one_line(message: str) -> str:
    return " ".join(message.split())
