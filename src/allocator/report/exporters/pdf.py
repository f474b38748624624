"""A plan as a print: its web page, printed by a browser of the system."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.text import Text
from allocator.report.exporters import Exporter, ExportRequest, Medium, Option
from allocator.report.page.browser import print_page
from allocator.report.page.document import A4, PageInput, page_of


class PdfExporter(Exporter):
    """The web page in one language, printed on A4 by a browser of the system."""

    name: ClassVar[str] = "pdf"
    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)
    title: ClassVar[Text] = Text(zh="可打印的文件", en="a print")
    medium: ClassVar[Medium] = "document"
    options: ClassVar[frozenset[Option]] = frozenset({"store"})

    def write(self, request: ExportRequest) -> bytes:
        """Return the print of a plan's page.

        Raises:
            InputError: There is no browser, or it does not print.
        """
        source = PageInput(request.view, request.desk(), request.context, request.language, A4)
        return print_page(page_of(source))
