"""The arguments and options of ``allocator explain``, and the plan that a call is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from allocator import api
from allocator.cli.output import Output
from allocator.cli.plan_files import refuse_other_version
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.rendering.console import printable


@dataclass(frozen=True)
class ExplainCall:
    """The arguments and options of ``allocator explain``.

    Attributes:
        scenario: The scenario; the file of a plan if that is the only argument.
        plan: A plan for it.
        slot: The slot of a seat, by id or name.
        rules: Whether every soft rule is priced.
        rule: Ids of rules to price.
        role: The role of the seat; empty for the first that somebody holds there, or for any.
        period: Its period; empty for the first.
        item: The item that is asked about; empty for all.
        layer: Its layer; empty for the first that fits.
        every: Whether to list everything.
        opened: Numbers of conflicts to open to people and places.
        time_limit: Time limit, in seconds.
        workers: Threads, 0 for as many as there are cores.
        strict: Whether to refuse a plan of another version of the scenario.
    """

    scenario: Path
    plan: Path | None
    slot: str
    rules: bool
    rule: tuple[str, ...]
    role: str
    period: str
    item: str
    layer: str
    every: bool
    opened: tuple[int, ...]
    time_limit: float
    workers: int
    strict: bool

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked of a plan, of ``seats`` and ``rules``; nothing of a scenario alone."""
        given = {"seats": self.slot or self.item, "rules": self.rules or self.rule}
        return tuple(name for name, value in given.items() if value)


@dataclass(frozen=True)
class ExplainedPlan:
    """A plan with its scenario.

    Attributes:
        policy: The scenario.
        plan: The plan.
        file: Its file.
        differs: The differences of the scenario from the version that the plan was made for.
    """

    policy: api.Policy
    plan: api.Plan
    file: Path
    differs: api.OtherVersion | None

    @cached_property
    def bound(self) -> api.Policy:
        """The scenario with the overrides of the plan."""
        return api.with_plan_overrides(self.policy, self.plan, self.file.name)

    def warn(self, output: Output) -> None:
        """Print that the scenario is another version than that of the plan, if it is."""
        if self.differs is not None:
            told = self.differs.message
            text = Text(zh=f"警告：{told.zh}", en=f"warning: {told.en}")
            output.report([printable(text(output.language))])


def read_explained(call: ExplainCall) -> ExplainedPlan:
    """Return the plan of a call with its scenario, which is looked for near the plan where it is not named.

    Raises:
        InputError: A file cannot be read, the scenario is not at hand, or it is another version.
    """
    file = call.plan or call.scenario
    if call.plan is not None:
        policy = api.bind(api.load(call.scenario))
        plan = api.read_plan(file)
    else:
        _must_be_plan(file)
        plan = api.read_plan(file)
        policy = api.find_policy(plan, file).required(plan, file.name, "SCENARIO PLAN")
    differs = api.other_version(policy, plan)
    if call.strict:
        refuse_other_version(differs, file)
    return ExplainedPlan(policy, plan, file, differs)


def _must_be_plan(file: Path) -> None:
    """Refuse a scenario where the only argument must be a plan."""
    if file.is_dir() or file.suffix in (".yaml", ".yml", ".xlsx"):
        message = Text(zh="须给出方案文件", en="needs a plan file")
        raise InputError([Fault(message, file.name, allowed="[SCENARIO] PLAN")])
