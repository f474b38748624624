"""Runs commands in tests: a call gives its exit status, standard output and standard error."""

from __future__ import annotations

import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import tiny_scenario
from allocator import api
from allocator.cli.main import run
from allocator.model.plan import Plan
from allocator.verify import judge
from example_scenario import read_plan


@dataclass(frozen=True)
class Called:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def call(*arguments: str | Path, lang: str | None = "en", **environment: str) -> Called:
    """Run ``allocator ARGUMENTS`` in this process."""
    words = [str(argument) for argument in arguments]
    words += ["--lang", lang] if lang else []
    out, err = StringIO(), StringIO()
    settings = {"COLUMNS": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "", **environment}
    with patch.dict(os.environ, settings), redirect_stdout(out), redirect_stderr(err):
        status = run(words)
    return Called(status, out.getvalue(), err.getvalue())


def good_plan(scenario: Path, text: str = tiny_scenario.PLAN) -> Plan:
    """Return a plan for the tiny scenario with the score that the judge finds."""
    policy = api.bind(api.load(scenario))
    assignments = read_plan(text, policy.context, policy.rules[0])
    judgement = judge(policy, assignments)
    return Plan(
        scenario=policy.reference,
        status="feasible",
        assignments=assignments,
        score=tuple({"level": level, "cost": cost, "bound": 0} for level, cost in judgement.costs.items()),
        rules=tuple(finding.score for finding in judgement.findings),
        run={"seed": 1, "seconds": 0.5, "route": "by hand"},
    )


def write_plan(scenario: Path, text: str = tiny_scenario.PLAN) -> Path:
    """Write ``good_plan`` beside the scenarios and return its file."""
    file = scenario.parents[1] / "plan.json"
    api.write_plan(good_plan(scenario, text), file)
    return file
