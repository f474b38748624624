"""Messages of foreign libraries: every one that the pinned version has is known in Chinese."""

from __future__ import annotations

import ast
import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic_core import core_schema

from allocator.messages import cel, os, pydantic
from allocator.messages.yaml import syntax_text
from allocator.model.text import Text
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from test_selectors import GROUPS, PEOPLE, TYPES

Words = Callable[[re.Match[str]], Text]
#: How a message of libyaml about syntax begins; others are about characters, or events that it writes.
LIBYAML = re.compile(
    rb"(did not find|could not find|found (?!an incorrect)|mapping (keys|values) are|block sequence entries)"
)


def messages_of_libyaml() -> Iterator[str]:
    """Yield the messages in the compiled parser, where it is installed."""
    for library in Path(yaml.__file__).parent.glob("_yaml*.so"):
        for found in re.findall(rb"[\x20-\x7e]{8,120}", library.read_bytes()):
            if LIBYAML.match(found):
                yield found.decode()


def messages_of_pyyaml() -> Iterator[str]:
    """Yield the messages in the source of the Python parser, without the values that they end with."""
    for name in ("scanner", "parser", "composer"):
        source = (Path(yaml.__file__).parent / f"{name}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) >= 3:
                message = node.args[2].left if isinstance(node.args[2], ast.BinOp) else node.args[2]
                if node.func.id.endswith("Error") and isinstance(message, ast.Constant):
                    yield str(message.value)


@pytest.mark.parametrize("parser", [messages_of_libyaml, messages_of_pyyaml])
def test_every_message_of_a_yaml_parser_is_chinese(parser: type) -> None:
    messages = set(parser())
    if parser is messages_of_libyaml and not messages:
        pytest.skip("PyYAML was built without libyaml")
    messages.discard("did not find expected <stream-start>")  # of no text: the parser is called wrongly
    assert len(messages) > 20
    said = {one: syntax_text(yaml.MarkedYAMLError(problem=one), "x").zh for one in messages}
    assert [one for one, zh in said.items() if zh.startswith("写法有误（")] == []


#: Errors of pydantic about types that no model here has, or about calls that are never made.
UNUSED = re.compile(
    "arguments|assertion|bytes|callable|complex|counter|dataclass|datetime|decimal|default_factory|deque|"
    "ellipsis|fraction|frozen|get_attribute|invalid_key|is_instance|is_subclass|iterable|iteration|json|"
    "missing_(argument|keyword|positional|sentinel)|multiple_|named_tuple|needs_python|no_such_attribute|"
    "none_required|ordered_dict|recursion|set_|string_(not_ascii|unicode)|time|unexpected_|url|uuid|"
    "date_(future|past)"
)


def test_every_error_of_pydantic_that_can_occur_is_known() -> None:
    errors = set(get_args(core_schema.ErrorType))
    known = pydantic._FIXED.keys() | pydantic._BY_CONTEXT.keys() | {"value_error"}
    assert known <= errors, "errors that the pinned version does not have"
    assert {one for one in errors - known if not UNUSED.match(one)} == set()


#: For each pattern an expression that the pinned compiler or runtime answers with such a message.
CEL = {
    "no matching overload": "person.age == '1'",
    "illegal escape sequence": "person.name == '\\ud800'",
    "token recognition error": "person.age = 1",
    "mismatched input '<EOF>'": "person.age >",
    "missing ": "(person.age > 1",
    "(?:mismatched|extraneous": "person.age > 1)",
    "reserved identifier": "if",
    "expression of type": "person.age.x == 1",
    "invalid \\w+ literal": "99999999999999999999 > 1",
    "map key type": "{[1]: 1}.size() > 0",
    "has\\(\\) argument": "has(person)",
    "incompatible function arguments": "person.name == '\ud800'",
    "recursion limit exceeded": "(" * 100 + "true" + ")" * 100,
    "by zero": "person.age / group.seats > 1",
    "budget exceeded": "[1,2,3,4,5,6,7,8,9,0].all(a, [1,2,3,4,5,6,7,8,9,0].all(b, [1,2,3,4,5,6,7,8,9,0].all("
    "c, [1,2,3,4,5,6,7,8,9,0].all(d, [1,2,3,4,5,6,7,8,9,0].all(e, person.age > 0)))))",
    "invalid regular expression": "person.name.matches('(')",
    "Key not found": "person.skills['none'] > 0",
    "Index error": "person.former[9] == ''",
    "No matching overloads found": "dyn(person.age) + dyn(person.share) > 1.0",
    "overflow": "9223372036854775807 + person.age > 0",
    "cannot convert": "int(person.name) > 1",
    "conversion failed": "timestamp(person.name) > timestamp('x')",
}


@pytest.mark.parametrize("pattern", [*cel._COMPILER, *cel._RUNTIME])
def test_every_pattern_is_a_message_of_the_pinned_cel(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [expression] = {text for part, text in CEL.items() if part in pattern}
    found: list[str] = []
    for table in (cel._COMPILER, cel._RUNTIME):
        for one, words in list(table.items()):
            monkeypatch.setitem(
                table, one, lambda match, one=one, words=words: found.append(one) or words(match)
            )
    with pytest.raises(SelectorError) as caught:
        Compiler().compile(expression, TYPES, "BOOL").over(PEOPLE, GROUPS)
    assert pattern in found
    assert re.search("[一-鿿]", caught.value.message.zh)


@pytest.mark.parametrize(
    "name", ["ENOENT", "EACCES", "EPERM", "ENOTDIR", "EISDIR", "EEXIST", "ENOSPC", "EIO"]
)
def test_what_a_system_says_of_files_is_known_by_its_number(name: str) -> None:
    text = os.os_text(OSError(getattr(errno, name), "the words of the system"))
    assert re.search("[一-鿿]", text.zh) and "the words of the system" not in text.en
