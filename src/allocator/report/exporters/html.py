"""A plan as one web page for offline reading."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.text import Text
from allocator.report.desk.seat_reading import ReadBack
from allocator.report.exporters import ComparisonRequest, Exporter, ExportRequest, Medium, Option, ReadRequest
from allocator.report.page.document import PageInput, page_of


class HtmlExporter(Exporter):
    """A web page in both languages that makes no request; it can be read without scripts, and printed."""

    name: ClassVar[str] = "html"
    suffixes: ClassVar[tuple[str, ...]] = (".html", ".htm")
    title: ClassVar[Text] = Text(zh="网页", en="a web page")
    medium: ClassVar[Medium] = "document"
    options: ClassVar[frozenset[Option]] = frozenset({"store"})
    reads_back: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    def write(self, request: ExportRequest) -> bytes:
        """Return the page of a plan."""
        source = PageInput(request.view, request.desk(), request.context, request.language)
        return page_of(source).encode()

    def read_back(self, request: ReadRequest) -> ReadBack:
        """Return the assignments that the page shows, with the edits in it."""
        from allocator.report.page.page_reading import read_page

        return read_page(request)

    def write_comparison(self, request: ComparisonRequest) -> bytes:
        """Return the page of a comparison."""
        from allocator.report.compare.comparison_page import comparison_page

        page = comparison_page(request.found, request.shown, request.language, every=request.every)
        return page.encode()
