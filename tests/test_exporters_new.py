"""A format is one new file: it is found, offered, refused and written like all the others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import allocator
from allocator.errors import InputError
from allocator.report import exporters
from allocator.report.exporters import Exporter, all_exporters, exporter_for, formats_text
from cli_world import call, write_plan
from new_module import new_module
from tiny_scenario import write_scenario

SOURCE = '''"""A plan as lines of plain text."""

from __future__ import annotations

from typing import ClassVar

from allocator.model.text import Text
from allocator.report.exporters import Exporter, ExportRequest, Medium, Option


class LinesExporter(Exporter):
    """A line for each place with somebody in it."""

    name: ClassVar[str] = "lines"
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".lines")
    title: ClassVar[Text] = Text(zh="清单", en="a list")
    medium: ClassVar[Medium] = "document"
    options: ClassVar[frozenset[Option]] = frozenset({"period"})

    def write(self, request: ExportRequest) -> bytes:
        """Return the lines."""
        rows = [row for board in request.view.boards for row in board.rows]
        names = [(row, ", ".join(one.name for cell in row.cells for one in cell)) for row in rows]
        return "".join(f"{row.slot.name} {row.period}: {who}\\n" for row, who in names if who).encode()
'''


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Exporter]:
    """Yield a format whose file lies in a further folder of formats, for as long as a test runs."""
    folder = tmp_path / "formats"
    folder.mkdir()
    with new_module(exporters, "lines", SOURCE, folder, all_exporters) as name:
        yield import_module(name).LinesExporter()


def test_formats_are_listed_by_what_they_show(lines: Exporter) -> None:
    media = ["picture", "table", "document", "data"]
    listed = [(media.index(one.medium), one.name) for one in all_exporters()]
    assert listed == sorted(listed) and (2, "lines") in listed
    texts, words = formats_text(), [one.title for one in all_exporters()]
    assert texts.en.startswith("a picture (svg), a table (csv), ") and ", a list (lines), " in texts.en
    assert texts.en.endswith(" or data (json)") and all(one.en in texts.en for one in words)
    assert texts.zh.startswith("图（svg）、表（csv）、") and texts.zh.endswith("或数据（json）")


def test_every_format_says_what_it_is(lines: Exporter) -> None:
    suffixes = [suffix for one in all_exporters() for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in suffixes)
    assert all(one.title.zh and one.title.en and type(one).__doc__ for one in all_exporters())


def test_a_new_file_is_found_by_each_of_its_suffixes(lines: Exporter) -> None:
    assert exporter_for(Path("a.TXT")).name == exporter_for(Path("a.lines")).name == "lines"
    with pytest.raises(InputError) as refused:
        exporter_for(Path("a.line"))
    [fault] = refused.value.faults
    assert fault.nearest == ".lines" and ".txt, .lines" in fault.allowed
    assert fault.allowed.startswith(".svg, .csv, ") and fault.allowed.endswith(", .json")


def test_a_new_format_is_gone_with_its_file() -> None:
    with pytest.raises(InputError, match="no format"):
        exporter_for(Path("a.lines"))


def test_the_command_writes_a_new_format(lines: Exporter, tmp_path: Path) -> None:
    plan = write_plan(write_scenario(tmp_path))
    done = call("export", plan, "--to", tmp_path / "p.txt", "--period", "2027", "--json")
    content = (tmp_path / "p.txt").read_bytes()
    assert done.json == {"file": str(tmp_path / "p.txt"), "format": "lines", "bytes": len(content)}
    written = content.decode("utf-8").splitlines()
    assert any(line.startswith("第一组 2027: ") for line in written)
    assert not any("2026" in line for line in written)


def test_a_choice_that_a_format_does_not_honour_is_refused(lines: Exporter, tmp_path: Path) -> None:
    plan = write_plan(write_scenario(tmp_path))
    done = call("export", plan, "--to", tmp_path / "p.txt", "--layer", "posting")
    assert (done.status, done.out) == (2, "")
    assert done.err == "--layer: a list (lines) has no such option; allowed: --period\n"
    assert not (tmp_path / "p.txt").exists()


def test_formats_of_rosters_honour_both_choices() -> None:
    of_rosters = {one.name: one.options for one in all_exporters() if one.options & {"layer", "period"}}
    assert of_rosters == {name: {"layer", "period"} for name in ("svg", "csv", "json")}


def test_the_command_line_offers_a_new_format(tmp_path: Path) -> None:
    package = tmp_path / "allocator"
    shutil.copytree(Path(allocator.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "report" / "exporters" / "lines.py").write_text(SOURCE, "utf-8")
    code = "import sys; from allocator.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help", "--lang", "en"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "a list (lines)" in " ".join(done.stdout.split())
