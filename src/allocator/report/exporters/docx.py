"""A plan as a proposal in Word, laid out by GB/T 9704-2012 in Chinese."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.text import Text
from allocator.report.desk.seat_reading import ReadBack
from allocator.report.exporters import ComparisonRequest, Exporter, ExportRequest, Medium, Option, ReadRequest


class DocxExporter(Exporter):
    """A proposal with reasons person by person and the tables as annexes, which are edited and read back."""

    name: ClassVar[str] = "docx"
    suffixes: ClassVar[tuple[str, ...]] = (".docx",)
    title: ClassVar[Text] = Text(zh="文稿", en="a proposal")
    medium: ClassVar[Medium] = "document"
    options: ClassVar[frozenset[Option]] = frozenset({"signed", "dated", "against", "store"})
    reads_back: ClassVar[bool] = True
    compares: ClassVar[bool] = True

    def write(self, request: ExportRequest) -> bytes:
        """Return the document."""
        from allocator.report.word.proposal import Signing, proposal_of
        from allocator.report.word.writer import document_bytes

        signing = Signing.of(request.signed, request.dated)
        proposal = proposal_of(request.desk(), request.view, request.language, signing)
        return document_bytes(proposal, request.language)

    def read_back(self, request: ReadRequest) -> ReadBack:
        """Return the assignments of the annexes, with the edits in them."""
        from allocator.report.word.word_reading import read_proposal

        return read_proposal(request)

    def write_comparison(self, request: ComparisonRequest) -> bytes:
        """Return the annex of a comparison."""
        from allocator.report.compare.comparison_annex import comparison_annex

        return comparison_annex(request.found, request.language, every=request.every)
