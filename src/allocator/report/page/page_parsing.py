"""Parses a page that anybody may have written; refuses what a browser might show in another way."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import NoReturn
from xml.etree import ElementTree as ET

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.files import decode
from allocator.model.text import Text

#: Bytes of the largest page that is read; one of 1,000 people over three years has 4 MB.
PAGE_BYTES = 24 * 2**20
#: Elements below each other.
DEEPEST_ELEMENT = 100
#: Most "<" that begin no tag, and most characters up to the next ">": the parser would look for it each time.
_LOOSE, _LONGEST_TAG = 1_000, 2**20
#: Tags of a page. Any other might be shown in a way that is not read.
_TAGS = frozenset(
    (
        *("html", "head", "meta", "title", "style", "script", "body", "main", "section", "header", "nav"),
        *("footer", "h1", "h2", "h3", "hr", "p", "br", "div", "span", "small", "a", "ul", "ol", "li"),
        *("figure", "figcaption", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
        *("label", "input", "select", "option", "button", "output", "dialog"),
        *("svg", "defs", "use", "g", "rect", "circle", "polygon", "path", "line", "polyline", "text", "desc"),
    )
)
_EMPTY = frozenset(("meta", "hr", "br", "input"))
_HIDING = frozenset(("hidden", "style", "srcdoc", "background"))
#: Where there is no text: a browser would show it somewhere else.
_WITHOUT_TEXT = frozenset(("", "html", "head", "table", "thead", "tbody", "tr"))
#: What a head may have.
_IN_HEAD = frozenset(("meta", "title", "style"))

_NO_PAGE = Text(zh="不是 allocator 导出的网页", en="is no web page that allocator exported")
_TOO_LARGE = Text(
    zh=f"网页过大（上限 {PAGE_BYTES // 2**20} MiB）", en=f"the page is larger than {PAGE_BYTES // 2**20} MiB"
)
_TOO_DEEP = Text(zh="嵌套过深", en="is nested too deep")
_FOREIGN = Text(
    zh="网页有 allocator 不写的内容，显示与读取可能不同", en="has what allocator writes into no page"
)
_UNBALANCED = Text(zh="标签不配对", en="a tag is not closed, or closed without being open")


def parse_page(content: bytes, file: str) -> ET.Element:
    """Return the element ``html`` of a page.

    Raises:
        InputError: The page is too large, too deep, malformed, or has what no exported page has; by line.
    """
    if len(content) > PAGE_BYTES:
        raise InputError([Fault(_TOO_LARGE, file)])
    text = decode(content, file)
    _refuse_loose_ends(text, file)
    parser = _PageParser(file)
    parser.feed(text)
    parser.close()
    return parser.finished()


def _refuse_loose_ends(text: str, file: str) -> None:
    """Refuse what the parser would take long for: many tags that never end."""
    loose = length = 0
    for part in text.split("<")[1:]:
        end = part.find(">")
        length += len(part) if end < 0 else end
        loose += end < 0
        if length > _LONGEST_TAG or loose > _LOOSE:
            raise InputError([Fault(_UNBALANCED, file)])
        length = length if end < 0 else 0


class _PageParser(HTMLParser):
    """Builds the elements of a page, the first fault ends it."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self._file = file
        self._root = ET.Element("")
        self._open = [self._root]

    def finished(self) -> ET.Element:
        """Return the page, once all of it is read."""
        if len(self._open) > 1:
            self._refuse(_UNBALANCED, f"<{self._open[-1].tag}>")
        page = list(self._root)
        parts = [one.tag for one in page[0]] if page else []
        if [one.tag for one in page] != ["html"] or parts != ["head", "body"]:
            raise InputError([Fault(_NO_PAGE, self._file)])
        if odd := [one.tag for one in page[0][0] if one.tag not in _IN_HEAD]:
            self._refuse(_FOREIGN, f"<{odd[0]}>")
        return self._root[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; one that cannot have content is closed at once."""
        names = [name for name, _ in attrs]
        odd = [one for one in names if one in _HIDING or one.startswith("on") or names.count(one) > 1]
        if tag not in _TAGS or odd:
            self._refuse(_FOREIGN, f"<{tag} {odd[0]}>" if odd else f"<{tag}>")
        if len(self._open) > DEEPEST_ELEMENT:
            self._refuse(_TOO_DEEP, f"<{tag}>")
        element = ET.SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element that cannot have content; of any other browsers would not see the end."""
        if tag not in _EMPTY:
            self._refuse(_UNBALANCED, f"<{tag}/>")
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last, which must have this tag."""
        if tag in _EMPTY or self._open[-1].tag != tag:
            self._refuse(_UNBALANCED, f"</{tag}>")
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Append text, which a table has in its cells only."""
        parent = self._open[-1]
        if parent.tag in _WITHOUT_TEXT and data.strip("\ufeff \t\r\n"):
            self._refuse(_FOREIGN, data)
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data

    def handle_comment(self, data: str) -> None:
        """Pass over the line that a browser writes before a page that it saves."""
        if len(self._open) > 1 or len(self._root) or set(data) & set("<>") or "--" in data:
            self._refuse(_FOREIGN, f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        """Take the declaration of HTML before the page."""
        if decl.casefold() != "doctype html" or len(self._root):
            self._refuse(_FOREIGN, f"<!{decl}")

    def unknown_decl(self, data: str) -> None:
        """Refuse any other declaration."""
        self._refuse(_FOREIGN, f"<![{data}")

    def handle_pi(self, data: str) -> None:
        """Refuse an instruction."""
        self._refuse(_FOREIGN, f"<?{data}")

    def _refuse(self, message: Text, found: str) -> NoReturn:
        raise InputError([Fault(message, self._file, self.getpos()[0], found=shorten(found))])
