"""Loads scenarios and binds their rules; lists, copies and creates scenarios."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.messages.pydantic import CODES
from allocator.model.plan import Plan
from allocator.model.reading import (
    input_error,
    load_scenario,
    read_sound_part,
    read_spec,
    scenario_digest,
)
from allocator.model.reading.files import unwritable_fault
from allocator.model.reading.scenario_location import SCENARIO_FILE
from allocator.model.scenario import Numbers, Scenario, ScoreTable
from allocator.model.spec import scenario_name
from allocator.model.text import Text
from allocator.rules.overrides import Asked, override_faults, with_overrides
from allocator.rules.packs import bundled_home, read_rulebook
from allocator.rules.policy import Policy
from allocator.rules.rule_sentences import rule_sentence
from allocator.rules.rule_sheets import scenario_rulebook
from allocator.rules.scenario_binding import bind_policy


def load(path: Path | str) -> Scenario:
    """Read a scenario folder (or workbook).

    Raises:
        InputError: With every fault of its files, rule packs included.
    """
    try:
        return load_scenario(path)
    except InputError as error:
        raise input_error([*error.faults, *_pack_faults(path)]) from None


def _pack_faults(path: Path | str) -> list[Fault]:
    """Return the faults of the rule packs of a faulty scenario, so that all faults are reported at once."""
    found = read_spec(Path(path))
    if found is None:
        return []
    if Path(path).suffix.lower() == ".xlsx":
        scenario = read_sound_part(path).scenario
        return scenario_rulebook(scenario).faults if scenario else []
    return read_rulebook(found.spec.rules, found.folder).faults


def with_scores(
    scenario: Scenario, tables: Mapping[str, tuple[Sequence[str], Sequence[str], Numbers]]
) -> Scenario:
    """Return a scenario with score tables from memory, besides those of its files.

    Args:
        scenario: The scenario, from ``load``.
        tables: Score tables by name: ids of the rows, ids of the columns, and numbers ``[rows, columns]``.
            Each has the content of a ``scores-NAME.csv``, without the size limits of a file.
    """
    made = {
        name: ScoreTable(tuple(rows), tuple(cols), values) for name, (rows, cols, values) in tables.items()
    }
    organisation = replace(scenario.organisation, scores={**scenario.organisation.scores, **made})
    digest = scenario_digest(
        [("scenario", scenario.sha256.encode()), *((n, made[n].content) for n in sorted(made))]
    )
    files = {f"scores-{name}": sha256(made[name].content).hexdigest() for name in sorted(made)}
    return replace(scenario, organisation=organisation, sha256=digest, files={**scenario.files, **files})


def bind(
    scenario: Scenario,
    *,
    baseline: Plan | None = None,
    pins: Iterable[str] = (),
    exclude: Iterable[str] = (),
    freeze: Iterable[str] = (),
    since: str = "",
    at_most: Iterable[str] = (),
) -> Policy:
    """Bind the scenario's rules to its tables.

    Args:
        scenario: The scenario, from ``load``.
        baseline: A plan to start from; ``fewest_changes`` and rules that read a baseline stay close to it.
            Ids that the scenario does not have are ignored (see ``verify.check_baseline``).
        pins: Fixed assignments ``ITEM=SLOT``, optionally with ``/ROLE`` and ``@PERIOD``.
        exclude: Forbidden assignments: ``ITEM``, ``ITEM=SLOT`` or ``ITEM=LAYER`` (the last two optionally
            with ``/ROLE``), each optionally with ``@PERIOD``. In a frozen part, an exclusion opens only the
            seat of the excluded item.
        freeze: What stays as in the baseline: a layer, an item, a unit, a slot or a condition such as
            ``person.grade == "head"``, each optionally with ``@PERIOD`` or ``@FIRST..LAST``; or
            periods alone, such as ``@2026``.
        since: The day, month or period from which on the baseline may change: periods that ended before stay
            exactly as they are. By default the ``today`` of the scenario.
        at_most: A limit of the seats of the baseline that change hands, ``moves=K``.

    Raises:
        InputError: With every fault of the rules and of the overrides.
    """
    asked = Asked(tuple(pins), tuple(exclude), tuple(freeze), since, tuple(at_most))
    try:
        policy = bind_policy(scenario, baseline=baseline)
    except InputError as error:
        raise input_error([*override_faults(scenario, baseline, asked), *error.faults]) from None
    return with_overrides(policy, asked)


#: A name that needs no quotes in YAML.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAMED = re.compile(r"^scenario:[^\n]*$", re.MULTILINE)


def bundled_scenarios() -> Mapping[str, Path]:
    """Return the folder of each bundled scenario by id; empty if the package has no scenarios."""
    return {
        file.parent.name: file.parent for file in sorted(bundled_home().glob(f"scenarios/*/{SCENARIO_FILE}"))
    }


def scenario_copy(folder: Path, name: str = "") -> Mapping[str, bytes]:
    """Return the content of each file of a copy of a scenario, by file name.

    The files are those that a solve reads: ``scenario.yaml``, the tables, and every rule pack in use with
    the packs that it extends. The copy needs no other files.

    Args:
        folder: The scenario's folder, with CSV tables.
        name: Name of the copy; empty for the name that the scenario has.

    Raises:
        InputError: The scenario cannot be read.
    """
    scenario = load(folder)
    files = {file: (folder / file).read_bytes() for file in scenario.files}
    packs = read_rulebook(scenario.spec.rules, folder).contents
    if name:
        files[SCENARIO_FILE] = with_scenario_name(files[SCENARIO_FILE].decode("utf-8"), name).encode()
    return {**files, **packs}


def with_scenario_name(text: str, name: str) -> str:
    """Return the text of a ``scenario.yaml`` with another name for the scenario."""
    written = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return _NAMED.sub(lambda _: f"scenario: {written}", text, count=1)


def create_scenario(folder: Path, like: str = "") -> list[str]:
    """Write a scenario with its rules into a new or empty folder, and return the names of its files.

    Args:
        folder: The folder; its last part is the name of the scenario.
        like: Id of the bundled scenario to copy; empty for a commented starter.

    Raises:
        InputError: The name is not valid for a scenario, the folder is not empty or cannot be written, or no
            bundled scenario has the id.
    """
    checked_name(folder)
    contents = _copy_of(like, folder.name) if like else starter_files(folder.name)
    try:
        _write_files(folder, contents)
    except OSError as error:
        raise InputError([unwritable_fault(error, folder)]) from None
    return list(contents)


def checked_name(path: Path) -> str:
    """Return the last part of a path if a scenario can have this name.

    Raises:
        InputError: It cannot.
    """
    try:
        return scenario_name(path.name)
    except ValueError:
        wrong = CODES["scenario_name"]
        raise _refused(wrong.message, path, allowed=wrong.allowed) from None


def _copy_of(name: str, called: str) -> Mapping[str, bytes]:
    """Return the content of each file of a copy of a bundled scenario, by file name."""
    known = bundled_scenarios()
    if name in known:
        return scenario_copy(known[name], called)
    message = Text(zh="没有此示例场景", en="there is no such scenario to copy")
    close = nearest(name, known) or nearest(Path(name).name, known)
    fault = Fault(message, "--like", found=shorten(name), allowed=", ".join(known), nearest=close)
    raise InputError([fault])


def starter_files(called: str) -> Mapping[str, bytes]:
    """Return the content of each file of the starter, by file name."""
    sources = sorted(files("allocator.api").joinpath("starter").iterdir(), key=lambda source: source.name)
    texts = {source.name: source.read_text(encoding="utf-8") for source in sources if _is_input(source.name)}
    for starter_day, day in _days_of_draws().items():
        texts["scenario.yaml"] = texts["scenario.yaml"].replace(starter_day, day)
    return {
        name: (with_scenario_name(text, called) if name == "scenario.yaml" else text).encode()
        for name, text in texts.items()
    }


def _is_input(name: str) -> bool:
    return name.endswith((".yaml", ".csv"))


def _write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a new or empty folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise _refused(Text(zh="已存在且不为空", en="exists and is not empty"), folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        with (folder / name).open("xb") as file:  # never overwrites a file
            file.write(content)


def _days_of_draws() -> dict[str, str]:
    """Return, for each seed day of the starter's draws, a day in the future."""
    today = date.today()
    return {"2030-01-15": str(today + timedelta(days=30)), "2030-01-16": str(today + timedelta(days=31))}


def _refused(message: Text, folder: Path, allowed: str = "") -> InputError:
    return InputError([Fault(message, str(folder), allowed=allowed)])


def rule_sentences(policy: Policy) -> Mapping[str, Text]:
    """Return every rule of a policy as a sentence, by id: its layer, the rule, and its level."""
    return {rule.id: rule_sentence(rule, policy.wordbook, framed=True) for rule in policy.rules}
