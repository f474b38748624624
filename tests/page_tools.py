"""Reads an exported page with the parser of the standard library."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "input", "br", "hr"}


@dataclass
class Node:
    """An element of a page: its tag, its attributes, its own text and the elements in it."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, tag: str = "") -> list[Node]:
        """Return the elements below, of a tag if one is given, in their order."""
        below = [node for child in self.children for node in (child, *child.all())]
        return [node for node in below if tag in ("", node.tag)]

    def shown(self, language: str = "") -> str:
        """Return the whole text, of one language only if one is given."""
        if language and self.attributes.get("lang", language)[:2] != language:
            return ""
        return self.text + "".join(child.shown(language) for child in self.children)

    def with_id(self, name: str) -> Node:
        """Return the element with an id."""
        [found] = [node for node in self.all() if node.attributes.get("id") == name]
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len(dict(attrs)), f"{tag} has an attribute twice"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in EMPTY:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends a {self.open[-1].tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(Node("#text", text=data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def parsed(page: str) -> Node:
    """Return the root of a page; every element in it is closed where it must be."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"open at the end: {reader.open[-1].tag}"
    return reader.open[0]
