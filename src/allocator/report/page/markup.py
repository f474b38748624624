"""Elements of a page. A serializer writes them, so that no name in a plan can become markup."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from xml.etree import ElementTree as ET

from allocator.model.text import Language, Text
from allocator.report.rendering.console import printable

Element = ET.Element
#: Content of an element: a string, a text in both languages, an element, or a sequence of these.
Content = str | Text | Element | Iterable["Content"] | None

_LANG = {"zh": "zh-CN", "en": "en"}


def el(tag: str, *content: Content, **attributes: str | bool | None) -> Element:
    """Return an element.

    Args:
        tag: Its tag.
        content: Strings, texts, elements, and sequences of these.
        attributes: Its attributes; ``class_`` is ``class``, ``data_x`` is ``data-x``. True writes an empty
            attribute; False, None and an empty class write none.
    """
    element = ET.Element(tag)
    for name, value in attributes.items():
        if value is not None and value is not False and (value or name != "class_"):
            text = "" if value is True else printable(value)
            element.set(name.rstrip("_").replace("_", "-"), text)
    append(element, content)
    return element


def append(parent: Element, content: Content) -> None:
    """Append content to an element."""
    if content is None or isinstance(content, str):
        _append_string(parent, printable(content or ""))
    elif isinstance(content, ET.Element):
        parent.append(content)
    elif isinstance(content, Text):
        _append_text(parent, content)
    else:
        for one in content:
            append(parent, one)


def _append_string(parent: Element, text: str) -> None:
    if text and len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    elif text:
        parent.text = (parent.text or "") + text


def _append_text(parent: Element, text: Text) -> None:
    """Append a text as two spans of which the style shows one; as a string if both are the same."""
    zh, en = text("zh"), text("en")
    if zh == en:
        _append_string(parent, printable(zh))
    else:
        parent.append(el("span", zh, lang="zh"))
        parent.append(el("span", en, lang="en"))


def keep_language(parent: Element, language: Language) -> None:
    """Leave one language in an element: texts in the other one go, spans around those that stay too."""
    kept: list[Element] = []
    for child in parent:
        tail, found = child.tail or "", child.get("lang")
        if found in _LANG and found != language:
            _append_tail(parent, kept, tail)
        elif found == language and child.tag == "span" and not len(child):
            _append_tail(parent, kept, (child.text or "") + tail)
        else:
            keep_language(child, language)
            kept.append(child)
    parent[:] = kept


def _append_tail(parent: Element, kept: list[Element], text: str) -> None:
    """Append a string after the children that are kept so far."""
    if kept:
        kept[-1].tail = (kept[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


@cache
def data_file(name: str) -> str:
    """Return a data file of this package."""
    return files("allocator.report.page").joinpath(name).read_text(encoding="utf-8")


def html_file(
    title: str,
    language: Language,
    style: str,
    script: str,
    body: Iterable[Content],
    facts: Mapping[str, str] | None = None,
) -> str:
    """Return a whole page. Its policy of content allows this style and this script, and no request.

    Args:
        title: Title of the window.
        language: Language that the page shows at first.
        style: The style sheet.
        script: The script; empty for none.
        body: Content of the body.
        facts: What the head has for programs that read the page, by name.
    """
    allowed = [f"style-src '{_hash(style)}'", *([f"script-src '{_hash(script)}'"] if script else [])]
    policy = "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])
    head = el(
        "head",
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        [el("meta", name=name, content=content) for name, content in (facts or {}).items()],
        el("title", title),
        _raw("style", style),
    )
    whole = el("body", body, _raw("script", script) if script else None)
    page = el("html", "\n", head, whole, lang=_LANG[language])
    return "<!DOCTYPE html>\n" + ET.tostring(page, encoding="unicode", method="html") + "\n"


def _raw(tag: str, text: str) -> Element:
    """Return a style or a script, which the serializer writes as it is."""
    if "</" in text:
        raise ValueError(f"a {tag} that would end its element")
    element = ET.Element(tag)
    element.text = text
    return element


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
