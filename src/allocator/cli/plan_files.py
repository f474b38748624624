"""Plan files of commands: named after their scenario when read, and never lost when written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allocator import api
from allocator.cli.output import Output, write_json
from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable


def name_plan(
    plan: api.Plan,
    file: Path,
    scenario: Path | None,
    output: Output,
    *,
    recusals: bool = False,
    strict: bool = False,
) -> tuple[api.Policy | None, api.PlanView]:
    """Lay out a plan with the names of its scenario, or by ids (with a remark) where it is not at hand.

    Args:
        plan: The plan.
        file: The file of the plan.
        scenario: The folder of its scenario; None to look for it near the plan.
        output: The output for a remark that only ids can be shown.
        recusals: Whether to list the people who are recused from each case, and the reasons.
        strict: Whether to refuse another version of the scenario, and ids alone.

    Raises:
        InputError: The scenario that the caller names is wrong or does not fit the plan; or ``strict`` is set
            and the version that the plan was made for is not at hand.
    """
    policy = _found_policy(plan, file, output) if scenario is None else api.bind(api.load(scenario))
    if strict:
        refuse_other_version(_version_difference(policy, plan), file)
    try:
        return policy, api.plan_view(plan, policy, recusals=recusals, file=file.name)
    except InputError as error:
        if scenario is not None or policy is None:
            raise
        _remark_unfit(policy.context.scenario.folder, error, output)
        return None, api.plan_view(plan)


def refuse_other_version(differs: api.OtherVersion | None, file: Path) -> None:
    """Refuse a plan that was made for another version of its scenario.

    Raises:
        InputError: The versions differ.
    """
    if differs is not None:
        raise InputError([Fault(differs.message, file.name, column="scenario.sha256")])


def _version_difference(policy: api.Policy | None, plan: api.Plan) -> api.OtherVersion | None:
    """Return the difference of versions; an unknown one without a scenario at hand."""
    return api.OtherVersion(is_told=False) if policy is None else api.other_version(policy, plan)


def _found_policy(plan: api.Plan, file: Path, output: Output) -> api.Policy | None:
    """Return the policy of a plan's scenario; where it is not at hand, write a remark with the reason."""
    found = api.find_policy(plan, file)
    if found.policy is None and found.unreadable is not None:
        _remark_unfit(*found.unreadable, output)
    elif found.policy is None:
        name = shorten(plan.scenario.name, 100)
        zh = f"提示：未找到场景 {name}，只显示编号（可用 --scenario DIR）"
        output.remark(Text(zh=zh, en=f"note: no scenario {name} at hand, so ids only (see --scenario DIR)"))
    return found.policy


def _remark_unfit(place: Path, error: InputError, output: Output) -> None:
    first = error.faults[0]
    zh = f"提示：场景 {place} 与方案不合，只显示编号（{first('zh')}）"
    en = f"note: the scenario {place} does not fit the plan, so ids only ({first('en')})"
    output.remark(Text(zh=zh, en=en))


@dataclass(frozen=True)
class AnswerFile:
    """The file in which an answer was written.

    Attributes:
        plan: The answer.
        asked: The file of ``-o``; None without one.
        file: The file that was written; None if the answer was printed, or without ``-o``.
        fault: The reason why the answer is not in the file of ``-o``; None if it is.
    """

    plan: api.Plan
    asked: Path | None = None
    file: Path | None = None
    fault: Fault | None = None

    @property
    def is_done(self) -> bool:
        """Whether the answer was written to the file that it belongs in."""
        return self.file is not None and self.fault is None

    def lines(self, language: Language) -> Iterator[str]:
        """Yield a line that names the file of the answer."""
        if self.file is None or self.asked is None:
            return
        if self.plan.is_found:
            yield printable(pick(language, f"方案已写入 {self.file}", f"plan written to {self.file}"))
        elif self.file == self.asked or self.fault is not None:
            zh, en = f"答复（没有方案）已写入 {self.file}", f"answer without a plan written to {self.file}"
            yield printable(pick(language, zh, en))
        else:
            zh = f"答复（没有方案）已写入 {self.file}；{self.asked} 原样未动"
            en = f"answer without a plan written to {self.file}; {self.asked} is left as it was"
            yield printable(pick(language, zh, en))


def write_answer(plan: api.Plan, out: Path | None, output: Output) -> AnswerFile:
    """Write the answer of a solve to the file ``out``.

    An answer without a plan is written beside an existing file, unless that file has no plan either. If a
    file cannot be written, the answer goes to the temporary folder, else to the home folder, else to standard
    output, and a message says so.
    """
    if out is None:
        return AnswerFile(plan)
    file = out if plan.is_found or _may_be_replaced(out) else _beside(out, plan.status)
    try:
        api.write_plan(plan, file)
    except InputError as error:
        [fault] = error.faults
        output.eprint(fault)
        return AnswerFile(plan, out, _rescued(plan, out, output), fault)
    return AnswerFile(plan, out, file)


def _may_be_replaced(out: Path) -> bool:
    """Whether an answer without a plan may overwrite ``out``: no file, or another answer without a plan."""
    if not out.exists() or not out.is_file():  # a device or a pipe
        return True
    try:
        there = api.read_plan(out)
    except InputError:  # an unreadable file may be a damaged plan
        return False
    return not there.is_found and not there.assignments


def _beside(out: Path, status: str) -> Path:
    return out.with_name(f"{out.stem}.{status}{out.suffix}")


def _rescued(plan: api.Plan, out: Path, output: Output) -> Path | None:
    """Write a plan to a folder with room; without any, print it, unless it is printed as JSON anyway."""
    content = api.plan_text(plan).encode()
    for folder in _refuges():
        with suppress(OSError):
            return _written_in(folder, out, content)
    if not output.as_json:
        write_json(content.decode())
    return None


def _refuges() -> Iterator[Path]:
    with suppress(OSError):  # there may be no writable folder
        yield Path(tempfile.gettempdir())
    with suppress(RuntimeError):  # there may be no home folder
        yield Path.home()


def _written_in(folder: Path, out: Path, content: bytes) -> Path:
    """Write a new file with a name like that of ``out``; if writing fails, the new file is removed."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"{out.stem[:60]}-", suffix=out.suffix[:20])
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
    return Path(name)
