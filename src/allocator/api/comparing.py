"""Compares options: plans, or scenarios that are solved first, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.exporting import ExportedFile, blinder_for, plan_view
from allocator.api.judging import verify
from allocator.api.plan_scenario import find_policy
from allocator.api.scenarios import bind, load
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan
from allocator.model.reading import input_error
from allocator.model.reading.files import atomic_write
from allocator.model.reading.json_files import read_plan
from allocator.model.text import Language, Text
from allocator.report.exporters import ComparisonRequest, exporter_for
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.verify import check_baseline, plan_inconsistencies
from allocator.verify.plan_option import PlanOption

if TYPE_CHECKING:
    from allocator.report.compare.plan_comparison import PlanComparison
    from allocator.report.compare.shown_option import ShownOption

#: Letters of options, which are as many as can be compared.
LETTERS = "ABCDEFGHIJKL"
#: Longest name of an option that tables show.
LONGEST_NAME = 20


@dataclass(frozen=True)
class OptionSource:
    """Where an option comes from.

    Attributes:
        file: The plan file, or the scenario.
        label: Its letter.
        name: Its name.
        policy: The bound policy.
        plan: The plan that was read; None for a scenario, which is to be solved.
    """

    file: Path
    label: str
    name: str
    policy: Policy
    plan: Plan | None = None


def option_sources(
    files: Sequence[Path | str], *, scenarios: Iterable[Path | str] = (), names: Sequence[str] = ()
) -> tuple[OptionSource, ...]:
    """Read the plans and the scenarios that are to be compared, each plan with its scenario.

    The scenario of a plan is the one of ``scenarios`` that it was made for; else it is looked for near the
    plan; else it is the first of ``scenarios`` that has its name, in another version.

    Args:
        files: Plan files, and scenarios (folders or workbooks) that are to be solved.
        scenarios: Scenarios of the plans, where these do not lie near them.
        names: Names of the options, in their order; by default those of the files.

    Raises:
        InputError: With the faults of all files; or there are fewer than 2 options, or more than letters.
    """
    paths = [Path(one) for one in files]
    faults = list(_number_faults(paths, names))
    if faults:
        raise InputError(faults)
    given: list[Policy] = []
    for one in scenarios:
        try:
            given.append(bind(load(one)))
        except InputError as error:
            faults += error.faults
    called = [*names, *_file_names(paths)[len(names) :]]
    found = []
    for path, label, name in zip(paths, LETTERS, called, strict=False):
        try:
            policy, plan = _read(path, given)
            found.append(OptionSource(path, label, shorten(name, LONGEST_NAME), policy, plan))
        except InputError as error:
            faults += error.faults
    if faults:
        raise input_error(faults)
    return tuple(found)


def _number_faults(files: Sequence[Path], names: Sequence[str]) -> Iterator[Fault]:
    if not 2 <= len(files) <= len(LETTERS):
        message = Text(zh="要比较的方案数不合适", en="this is no number of options to compare")
        yield Fault(message, found=str(len(files)), allowed=f"2 - {len(LETTERS)}")
    if len(names) > len(files):
        message = Text(zh="名称多于方案", en="there are more names than options")
        yield Fault(message, column="--name", found=str(len(names)), allowed=f"≤ {len(files)}")


def is_scenario(path: Path) -> bool:
    """Whether a path is a scenario, which is a folder or a workbook, rather than a plan."""
    return path.is_dir() or path.suffix.lower() == ".xlsx"


def _read(path: Path, given: Sequence[Policy]) -> tuple[Policy, Plan | None]:
    if is_scenario(path):
        return bind(load(path)), None
    plan = read_plan(path)
    named = [one for one in given if one.context.scenario.name == plan.scenario.name]
    exact = [one for one in named if one.sha256 == plan.scenario.sha256]
    if exact:
        return exact[0], plan
    near = find_policy(plan, path)
    is_near_exact = near.policy is not None and near.policy.sha256 == plan.scenario.sha256
    policy = near.policy if is_near_exact or not named else named[0]
    return near.required(plan, path.name, "--scenario DIR") if policy is None else policy, plan


def _file_names(files: Sequence[Path]) -> list[str]:
    """Return a name for each file: its own, with that of its folder where several are the same."""
    stems = [path.resolve().name if path.is_dir() else path.stem for path in files]
    return [
        stem if stems.count(stem) == 1 else f"{path.resolve().parent.name}/{stem}"
        for path, stem in zip(files, stems, strict=True)
    ]


def plan_option(
    policy: Policy, plan: Plan, *, label: str = "A", name: str = "", file: str = "plan"
) -> PlanOption:
    """Return a plan as an option, judged by the policy that it was made for.

    Args:
        policy: The bound policy, from ``bind``.
        plan: The plan, or an answer without one.
        label: Letter of the option.
        name: Name of the option.
        file: Name of the plan in faults.

    Raises:
        InputError: The plan refers to ids that the scenario does not have.
    """
    verdict = verify(policy, plan, file=file)
    has_plan = plan.is_found or bool(plan.assignments)
    false = verdict.disagreements if verdict.differs is None else tuple(plan_inconsistencies(plan))
    return PlanOption(
        label=label,
        name=name,
        policy=with_plan_overrides(policy, plan, file),
        plan=plan,
        judgement=verdict.judgement if has_plan else None,
        doubtful=tuple(one.message for one in false) if has_plan else (),
        differs=verdict.differs,
    )


def option_beside(policy: Policy, file: Path) -> PlanOption:
    """Read a plan as an option beside a plan of a policy.

    It is judged by the rules that it was made for, where these are found near its file: another version of
    the scenario is another option. Otherwise ``policy`` judges it.

    Args:
        policy: The policy of the other plan, from ``bind``.
        file: The file of the plan.

    Raises:
        InputError: The plan cannot be read, or refers to ids that the scenario does not have.
    """
    plan = read_plan(file)
    if plan.scenario.sha256 != policy.sha256:
        near = find_policy(plan, file).policy
        if near is not None and near.sha256 == plan.scenario.sha256:
            policy = near
    return plan_option(policy, plan, name=shorten(file.stem, LONGEST_NAME), file=file.name)


def compare(options: Sequence[PlanOption], *, baseline: Plan | None = None) -> PlanComparison:
    """Put options side by side: each is judged anew, by its own rules and by those of every other one.

    Args:
        options: The options, from ``plan_option``; two or more, each with a letter of its own.
        baseline: The plan that changes are counted from; None for the state before the horizon.

    Raises:
        InputError: There are fewer than two options, two have one letter, or the baseline belongs to none.
    """
    labels = [one.label for one in options]
    if len(options) < 2 or len(set(labels)) < len(labels):
        message = Text(
            zh="至少要两个方案，代号不得重复", en="two options at least, each with a letter of its own"
        )
        raise InputError([Fault(message, found=", ".join(labels))])
    if baseline is not None:
        _check_baseline(options, baseline)
    from allocator.report.compare.plan_comparison import compare_options

    return compare_options(options, baseline)


def _check_baseline(options: Sequence[PlanOption], baseline: Plan) -> None:
    """Refuse a baseline that belongs to the scenario of no option."""
    for number, one in enumerate(options, start=1):
        try:
            check_baseline(one.policy, baseline, "baseline")
            return
        except InputError:
            if number == len(options):
                raise


def export_comparison(
    options: Sequence[PlanOption],
    path: Path | str,
    *,
    baseline: Plan | None = None,
    language: Language = "en",
    every: bool = False,
    blind: Path | str | None = None,
) -> ExportedFile:
    """Write options side by side to a file atomically; the suffix of its name decides the format.

    The same options give the same bytes.

    Args:
        options: The options, as in ``compare``.
        path: The file: a workbook, a Word document or a web page.
        baseline: The plan that changes are counted from.
        language: Language of the words.
        every: Whether to list also the rows in which the options do not differ.
        blind: A file for the key of a blind copy, as in ``export``.

    Raises:
        InputError: As in ``compare``; or no format that compares has this suffix, a file cannot be written,
            or the key would lie with the copy.
    """
    from allocator.report.compare.shown_option import ShownOption

    path = Path(path)
    exporter = exporter_for(path, comparison=True)
    found = compare(options, baseline=baseline)
    shown = tuple(_shown(one) for one in options)
    key = None
    if blind is not None:
        from allocator.report.compare.blind_comparison import blind_comparison, joint_organisation

        everybody = joint_organisation([one.policy.context.scenario.organisation for one in options])
        key, blinder = blinder_for(Path(blind), path, everybody)
        found = blind_comparison(found, blinder)
        shown = tuple(
            ShownOption(blinder.blinded(one.view) if one.view else None, blinder.context(one.context))
            for one in shown
        )
    content = exporter.write_comparison(ComparisonRequest(found, shown, language, every))
    if blind is not None and key is not None:
        atomic_write(key.to_csv(), Path(blind), mode=0o600)
    atomic_write(content, path)
    return ExportedFile(path, exporter.name, len(content))


def _shown(option: PlanOption) -> ShownOption:
    from allocator.report.compare.shown_option import ShownOption

    view = plan_view(option.plan, option.policy) if option.has_plan else None
    return ShownOption(view, option.policy.context)
