"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from allocator.cli.language import both

ScenarioPath = Annotated[
    Path,
    typer.Argument(metavar="SCENARIO", help=both("场景文件夹（或 .xlsx）", "scenario folder (or .xlsx)")),
]
PlanPath = Annotated[Path, typer.Argument(metavar="PLAN", help=both("方案文件", "plan file"))]
ScenarioFolder = Annotated[
    Path | None,
    typer.Option("--scenario", metavar="DIR", help=both("场景文件夹", "the scenario's folder")),
]
SameVersion = Annotated[
    bool,
    typer.Option(
        "--strict",
        help=both("拒绝为场景另一版本作出的方案", "refuse a plan of another version of the scenario"),
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=both("输出 JSON", "print JSON"))]
Lang = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--lang", help=both("语言，默认随系统", "language, by default that of the locale")),
]
Strict = Annotated[bool, typer.Option("--strict", help=both("存疑即为错误", "treat doubts as faults"))]
