"""Fills 拟任职务, 拟免职务 and 任免理由 into a cadre form; every other byte of the file stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import InternalError, visible
from allocator.intake.cadre_form import FIELDS, CadreForm, read_form_bytes, refused
from allocator.intake.form_xml import Element, FormXml, parse_form, start_tag_end
from allocator.intake.old_cadre_form import NAMES, OldForm, parse_old_form
from allocator.intake.privacy import without_numbers
from allocator.model.text import Text

#: The fields that a plan fills.
APPOINTED, REMOVED, REASON = "NiRenZhiWu", "NiMianZhiWu", "RenMianLiYou"
FILLED = (APPOINTED, REMOVED, REASON)

Change = tuple[int, int, bytes]
_CDATA = re.compile(rb"\s*<!\[CDATA\[.*\]\]>\s*", re.DOTALL)
_NUMBERS = {name: number for number, name in NAMES.items()}


@dataclass(frozen=True)
class FormFile:
    """A form and its file; the bytes are read again when the form is filled, as photos take much room.

    Attributes:
        path: The file.
        name: Path of the file within the folder of forms.
        form: The form.
    """

    path: Path
    name: str
    form: CadreForm


def read_form(path: Path, name: str = "") -> FormFile:
    """Read a form, ``.lrmx`` or ``.lrm``; the content says which of the two the file is.

    Args:
        path: The file.
        name: Path of the file within the folder of forms; the file's own name if empty.

    Raises:
        InputError: The file cannot be read or is no form; the fault says why.
    """
    name = name or path.name
    label = without_numbers(name)  # files are often called by the identity number
    return FormFile(path, name, _parsed(read_form_bytes(path, label), label).form)


def _parsed(content: bytes, label: str) -> FormXml | OldForm:
    is_old = label.lower().endswith(".lrm") and not content.lstrip(_BLANKS).startswith(b"<")
    return parse_old_form(content, label) if is_old else parse_form(content, label)


#: Byte order marks and blanks, which may stand before the first character of a form.
_BLANKS = b"\xef\xbb\xbf\xff\xfe \r\n\t"


def fill_form(content: bytes, label: str, values: Mapping[str, str]) -> bytes:
    """Return the bytes of a form with new texts of some of the fields ``FILLED``.

    An element that the form lacks is added at its place in the order of the form, unless its text is empty.

    Args:
        content: The bytes of the form.
        label: Name of the file as faults show it.
        values: The text of each field to fill, in one line.

    Raises:
        InputError: The form cannot be read, or its encoding lacks a character (an old form only).
    """
    values = {name: _one_line(values[name]) for name in FILLED if name in values}
    parsed = _parsed(content, label)
    changes = _old_changes(parsed, values) if isinstance(parsed, OldForm) else _changes(parsed, values)
    body = parsed.text.encode("utf-8")
    made, place = [parsed.mark], 0
    for begin, end, new in sorted(changes, key=lambda change: change[:2]):
        made += [_in_codec(body[place:begin], parsed.codec), _in_codec(new, parsed.codec)]
        place = end
    made.append(_in_codec(body[place:], parsed.codec))
    filled = b"".join(made)
    _check(parsed.form, _parsed(filled, label).form, values)
    return filled


def _in_codec(part: bytes, codec: str) -> bytes:
    return part if codec == "utf-8" else part.decode("utf-8").encode(codec)


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))


def _changes(parsed: FormXml, values: Mapping[str, str]) -> list[Change]:
    """Return the changes of the text in UTF-8: first byte, byte after the last, new bytes."""
    body = parsed.text.encode("utf-8")
    elements = {one.name: one for one in parsed.elements}
    changes: list[Change] = []
    for name, text in values.items():
        if name in elements:
            changes.append(_change(body, elements[name], _escaped(text, parsed.codec)))
        elif text:
            place, lead = _place_of(body, elements, name)
            new = f"<{name}>".encode() + _escaped(text, parsed.codec) + f"</{name}>".encode()
            changes.append((place, place, lead + new))
    return changes


def _change(body: bytes, element: Element, new: bytes) -> Change:
    begin = start_tag_end(body, element)
    start = body[element.begin : begin]
    if start.endswith(b"/>"):
        if not new:
            return begin, begin, b""
        return element.begin, begin, start[:-2].rstrip() + b">" + new + f"</{element.name}>".encode()
    old = body[begin : element.close]
    if _CDATA.fullmatch(old) and b"&#" not in new:
        plain = new.replace(b"&lt;", b"<").replace(b"&gt;", b">").replace(b"&amp;", b"&")
        new = b"<![CDATA[" + plain.replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>"
    return begin, element.close, new


def _place_of(body: bytes, elements: Mapping[str, Element], name: str) -> tuple[int, bytes]:
    """Return where to add an element: after the last one before it in the order of the form.

    The blanks before that element are written before the new one, too.
    """
    before = [elements[one] for one in FIELDS[: FIELDS.index(name)] if one in elements]
    last = max(before, key=lambda one: one.begin)
    end = start_tag_end(body, last)
    if not body[last.begin : end].endswith(b"/>"):
        end = body.index(b">", last.close) + 1
    lead = body[: last.begin]
    return end, lead[len(lead.rstrip()) :]


def _escaped(text: str, codec: str) -> bytes:
    """Return a text as XML in UTF-8, with a reference for each character that the codec of the file lacks."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.encode(codec, "xmlcharrefreplace").decode(codec).encode("utf-8")


def _old_changes(parsed: OldForm, values: Mapping[str, str]) -> list[Change]:
    changes: list[Change] = []
    for name, text in values.items():
        begin, end = parsed.spans[_NUMBERS[name]]
        before, old = (len(part.encode("utf-8")) for part in (parsed.text[:begin], parsed.text[begin:end]))
        new = text.replace('"', "”")  # a quote would end the field
        try:
            new.encode(parsed.codec)
        except UnicodeEncodeError as error:
            message = Text(
                zh="旧版表（GB2312）写不下这个字，请改用 .lrmx",
                en="an old form (GB2312) cannot hold this character; use .lrmx",
            )
            found = new[error.start : error.end]
            raise refused(parsed.form.label, message, column=name, found=found) from None
        changes.append((before, before + old, new.encode("utf-8")))
    return changes


def _check(before: CadreForm, after: CadreForm, values: Mapping[str, str]) -> None:
    """Check that a filled form has the new texts, and all other fields as before.

    Raises:
        InternalError: A field is not as it should be.
    """
    kept = {name: found.text for name, found in before.fields.items() if name not in values}
    made = {name: found.text for name, found in after.fields.items() if name not in values}
    if kept != made or len(before.relatives) != len(after.relatives):
        label = before.label
        raise InternalError(
            Text(zh=f"{label}：填写后其他内容有变", en=f"{label}: filling it changed other parts")
        )
