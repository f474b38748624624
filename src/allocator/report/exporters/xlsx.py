"""A plan as an Excel workbook: the tables of the desk, and every assignment to edit and read back."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.text import Text
from allocator.report.desk.seat_reading import ReadBack
from allocator.report.exporters import ComparisonRequest, Exporter, ExportRequest, Medium, Option, ReadRequest


class XlsxExporter(Exporter):
    """A workbook with frozen headers, filters and print titles; no cell is a formula."""

    name: ClassVar[str] = "xlsx"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx",)
    title: ClassVar[Text] = Text(zh="工作簿", en="a workbook")
    medium: ClassVar[Medium] = "table"
    options: ClassVar[frozenset[Option]] = frozenset({"store"})
    reads_back: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    def write(self, request: ExportRequest) -> bytes:
        """Return the workbook."""
        from allocator.report.desk.workbook import workbook_bytes

        return workbook_bytes(request.desk(), request.language)

    def read_back(self, request: ReadRequest) -> ReadBack:
        """Return the assignments of the sheets that list them, with the edits in them."""
        from allocator.report.desk.workbook_reading import read_workbook_back

        return read_workbook_back(request)

    def write_comparison(self, request: ComparisonRequest) -> bytes:
        """Return the workbook of a comparison."""
        from allocator.report.compare.comparison_book import comparison_book

        return comparison_book(request.found, request.language, every=request.every)
