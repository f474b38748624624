"""``allocator new``: a commented starter scenario."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.failures import FINE
from allocator.cli.language import both
from allocator.cli.options import AsJson, Lang
from allocator.cli.output import Output
from allocator.errors import Fault, InputError
from allocator.model.reading.problems import CODES
from allocator.model.reading.wholefile import unwritable
from allocator.model.spec import scenario_name
from allocator.model.text import Text
from allocator.report.rendering.console import pick, printable

HELP = both("新建带注释的入门场景", "Write a commented starter scenario.")

#: A name that YAML reads as it stands; any other is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def command(
    name: Annotated[Path, typer.Argument(metavar="NAME", help=both("新文件夹", "the new folder"))],
    as_json: AsJson = False,
    lang: Lang = None,
) -> int:
    """Write the starter into a new folder; its last part names the scenario."""
    output = Output(lang, as_json=as_json)
    try:
        scenario_name(name.name)
    except ValueError:
        wrong = CODES["scenario_name"]
        raise _refused(wrong.message, name, allowed=wrong.allowed) from None
    try:
        written = _write(name)
    except OSError as error:
        raise InputError([unwritable(error, name)]) from None
    output.data({"folder": str(name), "files": written})
    output.report(
        [
            printable(pick(output.language, f"已写入 {name}：", f"written to {name}: ") + ", ".join(written)),
            printable(f"allocator check {name}"),
            printable(f"allocator solve {name} -o plan.json"),
        ]
    )
    return FINE


def _write(folder: Path) -> list[str]:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _refused(Text(zh="已存在且不为空", en="exists and is not empty"), folder)
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted(files("allocator.cli").joinpath("starter").iterdir(), key=lambda source: source.name)
    name = folder.name if _PLAIN.fullmatch(folder.name) else json.dumps(folder.name, ensure_ascii=False)
    starter = [source for source in sources if source.name.endswith((".yaml", ".csv"))]
    for source in starter:
        text = source.read_text(encoding="utf-8").replace("scenario: NAME", f"scenario: {name}")
        (folder / source.name).write_text(text, encoding="utf-8")
    return [source.name for source in starter]


def _refused(message: Text, folder: Path, allowed: str = "") -> InputError:
    return InputError([Fault(message, str(folder), allowed=allowed)])
