"""Runs studies: reads them, counts their cells, runs the open ones, and returns the results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from allocator.api.exporting import check_writable
from allocator.api.scenarios import bind, load
from allocator.errors import Fault, InputError, shorten
from allocator.model.reading import input_error, read_spec
from allocator.model.reading.files import atomic_write
from allocator.model.text import Language, Text
from allocator.report.study_view import StudyView, study_view
from allocator.report.wording import level_text
from allocator.study.cell_process import unlimited_here
from allocator.study.cell_results import CellResult, ResultStore
from allocator.study.cell_runner import CellEnd, CellTask, Runner
from allocator.study.cells import (
    CellCount,
    Digests,
    Solved,
    StudyCell,
    as_request,
    count_cells,
    make_cells,
)
from allocator.study.figure_faults import table_faults
from allocator.study.figure_levels import compared_figures, figure_levels, figure_title
from allocator.study.option_faults import OptionChecks, StudyFaults
from allocator.study.process_runner import ProcessRunner, cell_command, default_places
from allocator.study.study_file import Study, read_study
from allocator.study.study_run import RunSettings, StudyRun, make_task
from allocator.study.variants import SourceFiles, make_variant, read_source, write_variant

#: The module that runs one cell.
CELL_MODULE = "allocator.api.study_cell"
#: The end of the name of the folder of results, beside the study file.
RESULTS = ".results"


class StudyWatch:
    """Sees a study run and stops nothing; subclasses override the methods that they need."""

    def on_start(self, cell: StudyCell, attempt: int) -> None:
        """See a cell start."""

    def on_progress(self, cell: StudyCell, message: Mapping[str, Any]) -> None:
        """See better costs or bounds of a cell."""

    def on_death(self, cell: StudyCell, end: CellEnd, attempt: int) -> None:
        """See a cell die that is tried again."""

    def on_result(self, cell: StudyCell, result: CellResult) -> None:
        """See a result, once it is written."""

    def on_wait(self) -> None:
        """Be called several times a second."""

    def is_stopped(self) -> bool:
        """Go on."""
        return False


@dataclass(frozen=True)
class LoadedStudy:
    """A study with its cells.

    Attributes:
        study: The study file.
        cells: All cells in the order in which they run.
        digests: The digests of the files that are solved, by scenario, option and seed.
        store: The folder of results.
    """

    study: Study
    cells: tuple[StudyCell, ...]
    digests: Mapping[Solved, Digests]
    store: ResultStore

    def results(self) -> dict[str, CellResult]:
        """Return the results that are there, by the key of the cell."""
        return self.store.load(self.cells)

    def count(self, places: int = 0) -> CellCount:
        """Count the cells, and bound the time of the open ones.

        Args:
            places: How many run side by side; 0 for as many as there are cores for.
        """
        done = self.results()
        left = tuple({cell.key: cell for cell in self.cells if cell.key not in done}.values())
        return count_cells(self.cells, left, places or default_places(self.study.spec.workers))

    def unlimited(self, runner: Runner | None = None) -> tuple[str, ...]:
        """Return the limits of the study to which a runner, by default this machine, cannot hold a cell."""
        spec = self.study.spec
        asked = {"cpu": spec.cpu, "memory": spec.memory}
        lacking = runner.unlimited if runner else unlimited_here()
        return tuple(name for name in lacking if asked[name] is not None)

    def titles(self) -> tuple[dict[str, Text], dict[str, Text]]:
        """Return the titles of criteria by code, and those of scenarios by name."""
        spec = self.study.spec
        criteria = {f"figure:{name}": figure_title(spec, name) for name in spec.figures}
        known = self.study.facts.titles if self.study.facts else {}
        scenarios = {name: Text(zh=title, en=title) for name, title in known.items()}
        wanted = {one.code for one in spec.criteria}
        for name in self.study.scenarios:
            if name in scenarios and wanted and wanted <= criteria.keys():
                continue
            place = next(iter(self.study.places(name)))
            found = read_spec(place)
            if found is None:
                continue
            scenarios.setdefault(name, found.spec.title)
            for level, title in found.spec.levels.items():
                criteria.setdefault(f"level:{level}", level_text(level, {level: title}))
            if not {code for code in wanted if code.startswith("rule:")} <= criteria.keys():
                for rule in read_source(place).book.rules.values():
                    criteria.setdefault(f"rule:{rule.id}", rule.why or Text(zh=rule.id, en=rule.id))
        return criteria, scenarios

    def view(self, results: Mapping[str, CellResult] | None = None) -> StudyView:
        """Lay out the results for people.

        Args:
            results: The results by key; by default those that are there.
        """
        found = self.results() if results is None else results
        return study_view(self.study, self.cells, found, *self.titles())

    def plan_file(self, result: CellResult) -> Path:
        """Return the file of a result's plan."""
        return self.store.plans / result.plan


def load_study(path: Path | str, into: Path | str | None = None) -> LoadedStudy:
    """Read a study and make its cells; nothing is written or solved.

    Args:
        path: The study file.
        into: The folder of results; by default beside the study file, with its name and ``.results``.

    Raises:
        InputError: With every fault of the file and of its options.
    """
    study = read_study(path)
    faults = StudyFaults(study)
    digests: dict[Solved, Digests] = {}
    for name, source, options in _sources(study):
        faults.look(name, source, options)
        for option, seeds in options.items() if not faults.any else ():
            made = _variants(study, source, option, None)
            digests.update(((name, option, seed), made) for seed in seeds)
    if found := faults.found():
        raise input_error(found)
    folder = Path(into) if into is not None else study.file.with_name(study.file.stem + RESULTS)
    return LoadedStudy(study, make_cells(study, digests), digests, ResultStore(folder))


def _sources(study: Study) -> Iterator[tuple[str, SourceFiles, Mapping[str, Sequence[int]]]]:
    """Yield what is solved of each scenario: its files, and the options with their seeds; one at a time."""
    faults: list[Fault] = []
    for name in study.scenarios:
        for place, options in study.places(name).items():
            try:
                source = read_source(place)
            except InputError as error:
                faults.extend(error.faults)
                continue
            yield name, source, options
    if faults:
        raise input_error(faults)


def _variants(
    study: Study, source: SourceFiles, option: str, write: Callable[[str, str], Path] | None
) -> Digests:
    """Return the digests of a scenario with an option; with ``write`` its files are written, too."""
    chosen = study.spec.all_options[option]
    tables, figures = study.table_files(chosen), figure_levels(study.spec, option)
    variant = make_variant(source, chosen, tables, figures=figures)
    if write is not None:
        write_variant(variant, write(option, variant.sha256))
    counts_itself = not study.spec.has_own_criteria if figures.levels else not chosen.changes_rules
    if counts_itself:
        return Digests(variant.sha256, variant.sha256, variant.entry)
    yardstick = make_variant(source, chosen, tables, own_rules=True)
    if write is not None:
        write_variant(yardstick, write("", yardstick.sha256))
    return Digests(variant.sha256, yardstick.sha256, variant.entry)


def run_study(
    loaded: LoadedStudy,
    *,
    places: int = 0,
    runner: Runner | None = None,
    watch: StudyWatch | None = None,
    retry_failed: bool = False,
) -> dict[str, CellResult]:
    """Run the cells of a study that have no result yet, and return all results by the key of the cell.

    Args:
        loaded: The study, from ``load_study``.
        places: How many cells run side by side; 0 for as many as there are cores for.
        runner: What runs the cells; by default a process for each on this machine.
        watch: Sees the run, and may stop it: what has ended is kept.
        retry_failed: Whether cells that failed are run again.

    Raises:
        InputError: An option does not fit the first scenario, or a file cannot be read or written.
        RunnerLostError: What runs the cells cannot be reached any more; what has ended is kept.
    """
    _check_options(loaded)
    loaded.store.make()
    if retry_failed:
        known = loaded.results()
        for cell in loaded.cells:
            if cell.key in known and known[cell.key].is_failure:
                loaded.store.forget(cell)
    _write_scenarios(loaded)
    spec = loaded.study.spec
    settings = RunSettings(lambda cell: _task(loaded, cell), stop_when_worse=spec.stop_when_worse)
    chosen = runner or ProcessRunner(cell_command(CELL_MODULE), places or default_places(spec.workers))
    return StudyRun(loaded.cells, loaded.store, chosen, watch or StudyWatch(), settings).run()


def _check_options(loaded: LoadedStudy) -> None:
    """Bind every option that has an open cell to the first scenario that is sound.

    Raises:
        InputError: With the faults of the options and figures, at their places in the study file.
    """
    study, done = loaded.study, loaded.results()
    options = study.spec.all_options
    open_options = {cell.option for cell in loaded.cells if cell.key not in done}
    left = {
        name
        for name, option in options.items()
        if name in open_options and (option.changes_anything or compared_figures(study.spec))
    }
    faults: list[Fault] = []
    for _, source, solved in _sources(study):
        if not left:
            break
        names = [name for name in solved if name in left]
        if names and _is_bound(source):
            left -= set(names)
            faults.extend(fault for name in names for fault in _faults_when_bound(study, name, source))
    if faults:
        raise input_error(dict.fromkeys(faults))


def _faults_when_bound(study: Study, name: str, source: SourceFiles) -> Iterator[Fault]:
    """Yield the faults of an option and of the figures in it that show when it is bound to a scenario."""
    option, figures = study.spec.all_options[name], figure_levels(study.spec, name)
    variant = make_variant(source, option, study.table_files(option), figures=figures)
    checks = OptionChecks(study, name, source)
    with TemporaryDirectory() as place:
        write_variant(variant, Path(place) / "scenario")
        try:
            policy = bind(load(Path(place) / "scenario"))
            policy.check_expressions()
        except InputError as error:
            yield from map(checks.place_bound, error.faults)
            return
        yield from table_faults(study.spec, study.document, policy, figures)


def _is_bound(source: SourceFiles) -> bool:
    """Whether a scenario can be bound as it is."""
    try:
        bind(load(source.location.workbook or source.location.folder))
    except InputError:
        return False
    return source.can_be_varied


def _write_scenarios(loaded: LoadedStudy) -> None:
    """Write the files of every scenario and option that has an open cell."""
    done = loaded.results()
    wanted = {(cell.scenario, cell.option, cell.seed) for cell in loaded.cells if cell.key not in done}
    for name, source, options in _sources(loaded.study):
        place = partial(loaded.store.variant_folder, name)
        for option, seeds in options.items():
            if any((name, option, seed) in wanted for seed in seeds):
                _variants(loaded.study, source, option, place)


def _task(loaded: LoadedStudy, cell: StudyCell) -> CellTask:
    place = loaded.store.variant_folder
    folder = place(cell.scenario, cell.option, cell.variant).resolve()
    is_own = cell.yardstick == cell.variant
    yardstick = folder if is_own else place(cell.scenario, "", cell.yardstick).resolve()
    request = as_request(cell, os.fspath(folder), os.fspath(yardstick))
    entry = loaded.digests[cell.scenario, cell.option, cell.seed].entry
    return make_task(cell, folder, yardstick, entry, request)


#: The suffixes of the files that a report is written to.
REPORT_FILES = (".xlsx", ".docx", ".html", ".svg")


def export_study(view: StudyView, path: Path, *, language: Language = "en") -> None:
    """Write the report of a study to a file; the suffix of its name decides the format.

    The same results give the same bytes.

    Args:
        view: The report, from ``LoadedStudy.view``.
        path: The file: a workbook, a Word document, a web page, or a map of what suits where as a picture.
        language: Language of the words.

    Raises:
        InputError: The format is none of these, a map has nothing to show, or the file cannot be written.
    """
    check_study_file(path)
    suffix = path.suffix.lower()
    if suffix == ".docx":
        from allocator.report.word.study_annex import study_annex

        atomic_write(study_annex(view, language), path)
    elif suffix == ".html":
        from allocator.report.page.study_page import study_page

        atomic_write(study_page(view, language).encode(), path)
    elif suffix == ".svg":
        from allocator.report.exporters.svg import svg_text
        from allocator.report.picture.suited_map import suited_map

        if view.suited is None or not any(line.place for line in view.suited.lines):
            message = Text(
                zh="没有场景的位置（facts 表的 lon、lat），不能画图",
                en="has no place of a scenario (`lon`, `lat` in the table of `facts`) to draw",
            )
            raise InputError([Fault(message, column="--to", found=shorten(path.name))])
        atomic_write(svg_text(suited_map(view, view.suited, language)).encode(), path)
    else:
        from allocator.report.desk.study_workbook import study_workbook

        atomic_write(study_workbook(view, language), path)


def check_study_file(path: Path | None) -> None:
    """Refuse a file that a report of a study cannot be written to.

    Raises:
        InputError: The format is not one of a report, or the file cannot be written.
    """
    if path is not None and path.suffix.lower() not in REPORT_FILES:
        message = Text(zh="报告不写为这种格式", en="a report is not written in this format")
        allowed = ", ".join(REPORT_FILES)
        raise InputError([Fault(message, column="--to", found=shorten(path.suffix), allowed=allowed)])
    check_writable(path)
