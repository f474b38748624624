"""``allocator new``: a commented starter, or a copy of a scenario that comes with the program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from allocator import api
from allocator.api.bundled import named
from allocator.cli.callname import call_name, quoted
from allocator.cli.failures import FINE
from allocator.cli.options import FILE, argument, option
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.messages.pydantic import CODES
from allocator.model.reading.wholefile import unwritable
from allocator.model.spec import scenario_name
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable

#: Which a planner takes first of all.
FIRST_PLAN = "plan.json"


@declare(
    "new",
    zh="新建场景：带注释的入门场景，或复制一个示例",
    en="Write a commented starter scenario, or a copy of one that comes with the program.",
)
@argument("name", type=FILE, metavar="NAME", zh="新文件夹", en="the new folder")
@option(
    "--like",
    default="",
    metavar="SCENARIO",
    zh="复制此示例及其规则（见 scenarios）",
    en="copy this scenario with its rules (see scenarios)",
)
def command(output: Output, name: Path, like: str) -> int:
    """Write a scenario with its rules into a new folder; the last part of the name is the scenario's."""
    try:
        scenario_name(name.name)
    except ValueError:
        wrong = CODES["scenario_name"]
        raise _refused(wrong.message, name, allowed=wrong.allowed) from None
    contents = _like(like, name.name) if like else _starter(name.name)
    try:
        _write(name, contents)
    except OSError as error:
        raise InputError([unwritable(error, name)]) from None
    output.data({"folder": str(name), "files": list(contents)})
    output.report(map(printable, _written(name, list(contents), output.language)))
    return FINE


def _written(folder: Path, names: list[str], language: Language) -> Iterator[str]:
    """Yield what was written, and the commands to go on with."""
    yield pick(language, f"已写入 {folder}：", f"written to {folder}: ") + ", ".join(names)
    program, place, plan = call_name(), quoted(str(folder)), quoted(str(folder / FIRST_PLAN))
    yield f"{program} check {place}"
    yield f"{program} solve {place} -o {plan}"
    yield f"{program} show {plan}"


def _like(name: str, called: str) -> Mapping[str, bytes]:
    """Return the files of a copy of a scenario that comes with the program."""
    known = api.bundled_scenarios()
    if name in known:
        return api.copied(known[name], called)
    message = Text(zh="没有此示例场景", en="there is no such scenario to copy")
    close = nearest(name, known) or nearest(Path(name).name, known)
    fault = Fault(message, "--like", found=shorten(name), allowed=", ".join(known), nearest=close)
    raise InputError([fault])


def _starter(called: str) -> Mapping[str, bytes]:
    """Return the files of the starter."""
    sources = sorted(files("allocator.cli").joinpath("starter").iterdir(), key=lambda source: source.name)
    texts = {source.name: source.read_text(encoding="utf-8") for source in sources if _is_input(source.name)}
    for starter_day, day in _days_of_draws().items():
        texts["scenario.yaml"] = texts["scenario.yaml"].replace(starter_day, day)
    return {
        name: (named(text, called) if name == "scenario.yaml" else text).encode()
        for name, text in texts.items()
    }


def _is_input(name: str) -> bool:
    return name.endswith((".yaml", ".csv"))


def _write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a new or empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _refused(Text(zh="已存在且不为空", en="exists and is not empty"), folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with (folder / name).open("xb") as file:  # never over what is there
            file.write(content)


def _days_of_draws() -> dict[str, str]:
    """Return days to come for those on which the seeds of the starter's draws come about."""
    today = date.today()
    return {"2030-01-15": str(today + timedelta(days=30)), "2030-01-16": str(today + timedelta(days=31))}


def _refused(message: Text, folder: Path, allowed: str = "") -> InputError:
    return InputError([Fault(message, str(folder), allowed=allowed)])
