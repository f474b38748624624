"""Formats that a plan is exported to: each public module here holds one, found by its presence."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from allocator.discovery import named_classes
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskView, PlanRecord
from allocator.report.desk.seat_reading import ReadBack
from allocator.report.plan_view import PlanView, pick_period
from allocator.rules.context import RuleContext

if TYPE_CHECKING:
    from allocator.report.compare.plan_comparison import PlanComparison
    from allocator.report.compare.shown_option import ShownOption

#: The medium of a file. Formats are listed in this order, then by name.
Medium = Literal["picture", "table", "document", "data"]
#: A choice of the caller: one layer only, one period only, who signs, the date of the document, the plans
#: that it is compared with, and the store whose record it shows.
Option = Literal["layer", "period", "signed", "dated", "against", "store"]


@dataclass(frozen=True)
class ExportRequest:
    """A plan to export.

    Attributes:
        view: The plan laid out, of the wanted period only if one was chosen.
        context: Its scenario; None where that is not at hand.
        layer: Name or title of the layer to export; None where none was chosen.
        language: Language of the words.
        make_desk: Lays the plan out as the tables of the desk; None where its scenario is not at hand.
        signed: Who signs the document; None for nobody.
        dated: Its date; None for none.
    """

    view: PlanView
    context: RuleContext | None
    layer: str | None
    language: Language
    make_desk: Callable[[], DeskView] | None = None
    signed: str | None = None
    dated: date | None = None

    def desk(self) -> DeskView:
        """Return the plan as the tables of the desk.

        Raises:
            InputError: The scenario of the plan is not at hand.
        """
        if self.make_desk is None:
            raise InputError([Fault(_NEEDS_SCENARIO, "--scenario")])
        return self.make_desk()


_NEEDS_SCENARIO = Text(
    zh="这种格式要用方案的场景，请用 --scenario 指明其文件夹",
    en="this format needs the scenario of the plan; name its folder with --scenario",
)


@dataclass(frozen=True)
class ReadRequest:
    """A document to read back.

    Attributes:
        content: The bytes of the file.
        file: Name of the file, for faults.
        context: The scenario that the document is judged by.
        codes: The id of each code of a blind copy; empty for a copy with names.
    """

    content: bytes
    file: str
    context: RuleContext
    codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ComparisonRequest:
    """A comparison of options to export.

    Attributes:
        found: The comparison.
        shown: Each option with its plan laid out, in the same order.
        language: Language of the words.
        every: Whether to list also the rows in which the options do not differ.
    """

    found: PlanComparison
    shown: tuple[ShownOption, ...]
    language: Language
    every: bool = False


class Exporter(ABC):
    """A format that a plan can be written in.

    Attributes:
        name: Name of the format.
        suffixes: Endings of file names that mean this format, with their dot, in lower case.
        title: The noun for a file of this format, with its article: ``a picture``.
        medium: The medium of a file of this format.
        options: The choices that this format honours; a call that makes another one is refused.
        reads_back: Whether ``read_back`` reads the appointments of such a file.
        compares: Whether ``write_comparison`` writes options side by side.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    title: ClassVar[Text]
    medium: ClassVar[Medium]
    options: ClassVar[frozenset[Option]] = frozenset()
    reads_back: ClassVar[bool] = False
    compares: ClassVar[bool] = False

    @abstractmethod
    def write(self, request: ExportRequest) -> bytes:
        """Return the content of the file.

        Raises:
            InputError: The plan has no such layer, or nothing to show.
        """

    def read_back(self, request: ReadRequest) -> ReadBack:
        """Return the assignments that a file of this format holds, with the edits of its reader.

        Raises:
            InputError: With a fault at each place that cannot be read.
        """
        raise NotImplementedError(self.name)

    def write_comparison(self, request: ComparisonRequest) -> bytes:
        """Return the content of a file that has options side by side."""
        raise NotImplementedError(self.name)


@cache
def all_exporters() -> tuple[Exporter, ...]:
    """Return every format: pictures first, then tables, documents and data."""
    package = sys.modules[__name__]
    media = get_args(Medium)
    found = [one() for one in named_classes(package) if issubclass(one, Exporter)]
    return tuple(sorted(found, key=lambda one: (media.index(one.medium), one.name)))


def exporter_for(file: Path, *, comparison: bool = False) -> Exporter:
    """Return the format that the ending of a file's name asks for.

    Args:
        file: The file.
        comparison: Whether a comparison is to be written, which some formats only can.

    Raises:
        InputError: No such format has this ending.
    """
    by_suffix: Mapping[str, Exporter] = {
        suffix: exporter
        for exporter in all_exporters()
        for suffix in exporter.suffixes
        if exporter.compares or not comparison
    }
    suffix = file.suffix.lower()
    if suffix in by_suffix:
        return by_suffix[suffix]
    message = Text(zh="不能导出这种格式", en="this is no format to export to")
    allowed, near = ", ".join(by_suffix), nearest(suffix, by_suffix)
    raise InputError([Fault(message, "--to", found=shorten(file.name), allowed=allowed, nearest=near)])


def export_plan(
    exporter: Exporter,
    view: PlanView,
    context: RuleContext | None,
    language: Language,
    *,
    layer: str | None = None,
    period: str | None = None,
    make_desk: Callable[[], DeskView] | None = None,
    signed: str | None = None,
    dated: date | None = None,
    against: tuple[str, ...] | None = None,
    record: PlanRecord | None = None,
) -> bytes:
    """Return a plan in a format, whole or one layer or period of it.

    Args:
        exporter: The format.
        view: The plan laid out.
        context: Its scenario, if that is at hand.
        language: Language of the words.
        layer: Name or title of a layer.
        period: Id of a period.
        make_desk: Lays the plan out as the tables of the desk, if its scenario is at hand.
        signed: Who signs the document.
        dated: Its date.
        against: Names of the plans that ``make_desk`` compares this one with; None for none.
        record: What a store says of the plan, which ``make_desk`` adds; None without a store.

    Raises:
        InputError: The format does not honour a choice, or the plan has no such layer or period.
    """
    chosen: Mapping[Option, object] = {
        "layer": layer, "period": period, "signed": signed, "dated": dated, "against": against,
        "store": record,
    }  # fmt: skip
    refused = [name for name, value in chosen.items() if value is not None and name not in exporter.options]
    if refused:
        message = Text(
            zh=f"{exporter.title.zh}（{exporter.name}）没有此选项",
            en=f"{exporter.title.en} ({exporter.name}) has no such option",
        )
        allowed = ", ".join(f"--{name}" for name in chosen if name in exporter.options)
        raise InputError([Fault(message, f"--{name}", allowed=allowed) for name in refused])
    view = view if period is None else pick_period(view, period)
    return exporter.write(ExportRequest(view, context, layer, language, make_desk, signed, dated))


def formats_text() -> Text:
    """Return all formats in one phrase: ``a picture (svg), a table (csv) or data (json)``."""
    zh = [f"{one.title.zh}（{one.name}）" for one in all_exporters()]
    en = [f"{one.title.en} ({one.name})" for one in all_exporters()]
    return Text(zh=_joined(zh, "、", "或"), en=_joined(en, ", ", " or "))


def _joined(parts: list[str], comma: str, last: str) -> str:
    return last.join(filter(None, (comma.join(parts[:-1]), *parts[-1:])))
