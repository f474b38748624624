"""Audit files: committed to, drawn, replayed; every kind of tampering is named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.lottery import Audit, audit_text, commit, draw_protocol, reveal
from allocator.lottery.findings import LotteryNumbers, commitment_hash
from allocator.lottery.kinds import _pairing_audit
from allocator.lottery.kinds._pairing_audit import PairingParams
from cli_world import call
from draw_world import SCENARIO, write_hearing

ROOT = Path(__file__).resolve().parents[1]
#: What a file says that a replay takes for granted, or that a test of its own tampers with.
UNPROVED = frozenset(("lottery", "proof", "route", "bound"))
DRAWS = ("delegates", "inspection", "duty")


@pytest.fixture(scope="module", autouse=True)
def few_trials() -> Iterator[None]:
    """Make 20 trial draws of a pairing: each replay makes them again. Commit at one time, to one result."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draw_protocol, "now", lambda: datetime.fromisoformat("2026-03-01T09:30+08:00"))
        patch.setattr(_pairing_audit, "DEFAULT_PARAMS", PairingParams(max_trials=20))
        yield


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hearing(tmp_path_factory.mktemp("draws"))


@pytest.fixture(scope="module")
def drawn(hearing: Path) -> dict[str, str]:
    """Return the text of the audit file of each draw, drawn."""
    texts = {}
    for name in DRAWS:
        file = hearing.parent / f"{name}.json"
        assert call("draw", hearing, name, "-o", file).status == 0
        assert call("draw", hearing, "--audit", file, "--seed", "517").status == 0
        texts[name] = file.read_text(encoding="utf-8")
    return texts


def verify(hearing: Path, text: str, folder: Path, lang: str = "en") -> Any:
    file = folder / "tampered.json"
    file.write_text(text, encoding="utf-8")
    return call("verify", hearing, file, lang=lang)


@pytest.mark.parametrize("name", DRAWS)
def test_replayed_byte_for_byte(hearing: Path, drawn: dict[str, str], tmp_path: Path, name: str) -> None:
    done = verify(hearing, drawn[name], tmp_path)
    assert done.status == 0
    assert [line[:17] for line in done.err.splitlines()] == ["note: compare wit", "note: compare the"]
    assert "✗" not in done.out
    assert done.out.endswith("✓ the seed gives this result again\nholds: replayed byte for byte\n")
    assert verify(hearing, drawn[name], tmp_path, "zh").out.endswith("成立：重放逐字节相同\n")


@pytest.mark.parametrize("name", DRAWS)
def test_committed_alike_at_the_same_time(
    hearing: Path, drawn: dict[str, str], name: str, tmp_path: Path
) -> None:
    at = datetime.fromisoformat(json.loads(drawn[name])["committed"]["terms"]["committed_at"])
    again = commit(api.draws(api.load(hearing))[name], at=at)
    assert audit_text(reveal(again, "517")) == drawn[name]


@pytest.mark.parametrize("name", DRAWS)
def test_plain_python_of_the_documentation(drawn: dict[str, str], name: str, tmp_path: Path) -> None:
    """The program in docs/draw.md finds the same result, in at most 55 lines, and notices another."""
    page = (ROOT / "docs" / "draw.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len([line for line in program.splitlines() if line.strip()]) <= 55
    (tmp_path / "replay.py").write_text(program, encoding="utf-8")
    audit = json.loads(drawn[name])
    other = {**audit, "seed": "518"}
    for said, text in (("the same result", drawn[name]), ("NOT the same result", json.dumps(other))):
        (tmp_path / "draw.json").write_text(text, encoding="utf-8")
        command = [sys.executable, "-I", "replay.py", "draw.json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.stdout.strip(), done.returncode) == (said, said != "the same result"), done.stderr


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield every text and number of an audit file with its path."""
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            yield from leaves(part, (*path, key))
    else:
        yield path, value


def changed(audit: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(audit))
    part = copy
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("recommitted", [False, True])
@pytest.mark.parametrize("name", DRAWS)
def test_every_field_that_is_changed_is_noticed(
    hearing: Path, drawn: dict[str, str], name: str, recommitted: bool
) -> None:
    """Also where the commitment is made anew and the result drawn anew, as one who cheats would."""
    bound = api.draws(api.load(hearing))[name]
    audit = json.loads(drawn[name])
    tried = Counter[str]()
    for path, value in leaves(audit):
        if recommitted and (path[0] != "committed" or not UNPROVED.isdisjoint(path)):
            continue
        other = value + 1 if isinstance(value, int) else f"{value}x"
        forged = changed(audit, path, other)
        file = hearing.parent / "forged.json"
        if recommitted:
            forged["commitment"] = commitment_hash(forged["committed"])
        file.write_text(json.dumps(forged, ensure_ascii=False), encoding="utf-8")
        try:
            read, _ = api.read_audit(file)
            if recommitted:
                read = reveal(read, audit["seed"])
        except (InputError, ValueError):
            tried["refused"] += 1
            continue
        content = audit_text(read).encode()
        assert not all(check.holds for check in api.replay(bound, read, content)), path
        tried["noticed"] += 1
    assert tried["noticed"] > 50


def test_a_lottery_that_favours_somebody_is_noticed(
    hearing: Path, drawn: dict[str, str], tmp_path: Path
) -> None:
    """Tickets moved from one panel to another, with chances and commitment made anew: the proof has room."""
    audit = json.loads(drawn["delegates"])
    lottery, pool = audit["committed"]["lottery"], audit["committed"]["pool"]
    assert len(lottery) > 1
    lottery[0]["tickets"] += lottery[-1]["tickets"]
    del lottery[-1]
    total = sum(one["tickets"] for one in lottery)
    for t, alike in enumerate(pool):
        mean = sum(one["tickets"] * one["counts"][t] for one in lottery)
        alike["chance"] = list(Fraction(mean, total * len(alike["ids"])).as_integer_ratio())
    audit["commitment"] = commitment_hash(audit["committed"])
    file = tmp_path / "forged.json"
    file.write_text(json.dumps(audit), encoding="utf-8")
    read, _ = api.read_audit(file)
    forged: Audit = reveal(read, audit["seed"])
    done = verify(hearing, audit_text(forged), tmp_path)
    assert done.status == 1
    wrong = [line for line in done.out.splitlines() if line.startswith("✗")]
    assert len(wrong) == 1 and wrong[0].startswith(
        "✗ the chances are not LEXIMIN: somebody's could be higher by"
    )


def test_another_pool_is_told_by_name(hearing: Path, drawn: dict[str, str], tmp_path: Path) -> None:
    other = write_hearing(tmp_path)
    people = (other / "people.csv").read_text(encoding="utf-8")
    people = people.replace("D03,代表3,城东,党代表,男,", "D03,代表3,城东,党代表,女,")
    people = people.replace("D05,代表5,城东,党代表,女,\n", "") + "D77,新代表,城东,党代表,女,\n"
    (other / "people.csv").write_text(people, encoding="utf-8")
    done = verify(other, drawn["delegates"], tmp_path)
    assert done.status == 1
    assert "✗ the pool added since the commitment (1): 新代表 (D77)\n" in done.out
    assert "✗ the pool gone since the commitment (1): D05\n" in done.out
    assert "✗ the pool changed since the commitment (quotas or recusals) (1): 代表3 (D03)\n" in done.out
    file = tmp_path / "tampered.json"
    refused = call("draw", other, "--audit", file, "--seed", "517", lang="zh")
    assert refused.status == 2
    assert "tampered.json: 候选池承诺之后新增（1）：新代表 (D77)" in refused.err


def test_other_rules_are_told(hearing: Path, drawn: dict[str, str], tmp_path: Path) -> None:
    other = write_hearing(
        tmp_path, SCENARIO.replace("党代表: 2-3", "党代表: 2-4").replace("team: 2", "team: 1")
    )
    done = verify(other, drawn["delegates"], tmp_path)
    assert done.status == 1 and "✗ the rule quotas.0 differs: " in done.out
    done = verify(other, drawn["inspection"], tmp_path)
    assert done.status == 1 and "✗ the rule team differs: 2 in the file, 1 in the scenario" in done.out


def test_a_wrong_result_names_whom_it_concerns(hearing: Path, drawn: dict[str, str], tmp_path: Path) -> None:
    audit = json.loads(drawn["delegates"])
    out, instead = audit["result"]["drawn"][0], "D29"
    assert instead not in audit["result"]["drawn"]
    text = drawn["delegates"]
    start = text.index('"drawn"')
    done = verify(hearing, text[:start] + text[start:].replace(out, instead), tmp_path)
    assert done.status == 1
    assert f"wrongly drawn: 代表29 (D29); left out: 代表{int(out[1:])} ({out})" in done.out


def test_a_file_laid_out_otherwise_is_not_the_same_bytes(
    hearing: Path, drawn: dict[str, str], tmp_path: Path
) -> None:
    done = verify(hearing, json.dumps(json.loads(drawn["delegates"]), ensure_ascii=False), tmp_path)
    assert done.status == 1
    assert [line for line in done.out.splitlines() if line.startswith("✗")] == [
        "✗ the file is not, byte for byte, as written"
    ]


def test_verifying_loads_no_solver(hearing: Path, drawn: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    file.write_text(drawn["delegates"], encoding="utf-8")
    code = (
        "import sys\nfrom allocator.cli.main import run\n"
        f"assert run(['verify', {str(hearing)!r}, {str(file)!r}]) == 0\n"
        "assert [name for name in ('ortools', 'scipy', 'networkx') if name in sys.modules] == []\n"
    )
    path = {"PYTHONPATH": ":".join(sys.path), "PATH": ""}
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=path)


@pytest.mark.parametrize("name", DRAWS[:2])
def test_chances_come_about(hearing: Path, drawn: dict[str, str], name: str, tmp_path: Path) -> None:
    """Over 2,000 seeds everybody is drawn as often as the file says, within 4.5 standard deviations."""
    file = tmp_path / "draw.json"
    file.write_text(drawn[name], encoding="utf-8")
    audit, _ = api.read_audit(file)
    seen = Counter[str]()
    for seed in range(2000):
        result = audit.kind.decide(audit.committed, LotteryNumbers(audit.commitment, str(seed)))
        if name == "delegates":
            seen.update(result.drawn)
        else:
            seen.update(team.unit for team in result.teams)
    committed = json.loads(drawn[name])["committed"]
    entries = committed.get("pool") or [{"ids": [unit["id"]], **unit} for unit in committed["units"]]
    for entry in entries:
        chance = entry["chance"][0] / entry["chance"][1]
        spread = (2000 * chance * (1 - chance)) ** 0.5
        for one in entry["ids"]:
            assert abs(seen[one] - 2000 * chance) <= 4.5 * spread, (one, seen[one], chance)
