"""The seed of a draw has one spelling, fixed by the commitment: nobody chooses among spellings later."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.lottery import Audit, audit_text
from allocator.lottery.draw_protocol import has_form
from allocator.lottery.findings import LotteryNumbers
from allocator.lottery.seed import days_in, form_of_source, format_time, read_form, read_time, time_of_source
from allocator.model.text import Text
from cli_world import call
from draw_world import SCENARIO, write_hearing

ROOT = Path(__file__).resolve().parents[1]
RESPELT = [
    "0517",
    " 517",
    "517 ",
    "５１７",
    "五一七",
    "٥١٧",
    "3D: 517",
    "3D：517",
    "+517",
    "5 1 7",
    "517\u200b",
]


@pytest.fixture(scope="module")
def hearing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hearing(tmp_path_factory.mktemp("seed"))


@pytest.fixture(scope="module")
def committed(hearing: Path) -> bytes:
    file = hearing.parent / "committed.json"
    assert call("draw", hearing, "delegates", "-o", file).status == 0
    return file.read_bytes()


@pytest.fixture
def audit(committed: bytes, tmp_path: Path) -> Path:
    file = tmp_path / "draw.json"
    file.write_bytes(committed)
    return file


@pytest.mark.parametrize("seed", RESPELT)
def test_another_spelling_is_refused_and_the_right_one_named(hearing: Path, audit: Path, seed: str) -> None:
    before = audit.read_bytes()
    done = call("draw", hearing, "--audit", audit, "--seed", seed)
    assert (done.status, done.out) == (2, "")
    assert "exactly 3 digits 0-9, zeros in front kept" in done.err
    assert done.err.endswith("allowed: digits:3 (012); did you mean '517'?\n")
    assert audit.read_bytes() == before
    assert call("draw", hearing, "--audit", audit, "--seed", "517").status == 0
    again = call("draw", hearing, "--audit", audit, "--seed", seed, lang="zh")
    assert again.status == 2 and "须为恰好 3 位数字" in again.err


@pytest.mark.parametrize("seed", [*RESPELT, "x", "51", ""])
def test_a_result_of_another_spelling_never_holds(
    hearing: Path, audit: Path, seed: str, tmp_path: Path
) -> None:
    """Forged as one who cheats would: the result is that of the other spelling, all else is right."""
    read, _ = api.read_audit(audit)
    result = read.kind.decide(read.committed, LotteryNumbers(read.commitment, seed))
    audit.write_text(audit_text(read.drawn(seed, result)), encoding="utf-8")
    done = call("verify", hearing, audit)
    assert done.status == (1 if seed else 2)
    if seed:
        wrong = [line for line in done.out.splitlines() if line.startswith("✗")]
        assert [line[:49] for line in wrong] == ["✗ the seed is not spelt as committed to (digits:3)"[:49]]
    (program,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs" / "draw.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    replay = tmp_path / "replay.py"
    replay.write_text(program, encoding="utf-8")
    ran = subprocess.run([sys.executable, "-I", replay, audit], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("NOT the same result\n", 1), ran.stderr


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        ("digits:3", ["517", "007"], ["17", "5170", "5 7", "5.7", "-17", "٥١٧", "517\n", ""]),
        ("hex:4", ["0a9f"], ["0A9F", "0x0a", "a9f", "0a9g", "0a9f "]),
        (
            "decimal:2",
            ["3987.21", "0.50"],
            ["3,987.21", "03987.21", "3987.2", "3987.210", ".50", "1e3", "3987"],
        ),
    ],
)
def test_forms(form: str, right: list[str], wrong: list[str]) -> None:
    read = read_form(form)
    assert str(read) == form and read.fits(read.example)
    for seed in right:
        assert read.fits(seed) and has_form(form, seed) and read.check(seed) == seed
    for seed in wrong:
        assert not read.fits(seed) and not has_form(form, seed)
        with pytest.raises(InputError, match="is not the spelling"):
            read.check(seed)


def test_who_takes_a_seed_and_who_judges_it_agree() -> None:
    random = Random(7)
    forms = ["digits:1", "digits:3", "hex:2", "decimal:1", "decimal:9"]
    fitting = 0
    for _ in range(20_000):
        form = random.choice(forms)
        seed = "".join(random.choices("0019af.Ａ５٥ -\n", k=random.randint(0, 5)))
        assert read_form(form).fits(seed) == has_form(form, seed), (form, seed)
        fitting += has_form(form, seed)
    assert fitting > 300


@pytest.mark.parametrize(
    ("form", "found", "meant"),
    [
        ("digits:5", "2026年3月1日 排列5：0 1 2 3 4", "01234"),
        ("digits:3", "000517", "517"),
        ("digits:3", "x" * 2000, ""),
        ("hex:4", "0x0A:9F", "0a9f"),
        ("decimal:2", "SSE 3,987.21", "987.21"),
        ("decimal:2", "３，９８７．２１", "3987.21"),
    ],
)
def test_the_nearest_seed_of_the_form(form: str, found: str, meant: str) -> None:
    assert read_form(form).nearest(found) == meant


@pytest.mark.parametrize(
    "form", ["digits", "digits:0", "digits:201", "text", "decimal:10", "hex:", "digits:３"]
)
def test_forms_that_are_none(form: str) -> None:
    with pytest.raises(ValueError, match=form):
        read_form(form)


@pytest.mark.parametrize(
    ("source", "form"),
    [
        ("福彩3D 2026-11-29 第2026331期", "digits:3"),
        ("福彩３Ｄ", "digits:3"),
        ("体彩排列三", "digits:3"),
        ("体彩排列5", "digits:5"),
        ("3D and 排列3 of 2026-11-29", None),
        ("双色球", None),
        ("a 3Dx printer", None),
        ("", None),
    ],
)
def test_the_form_follows_from_one_lottery(source: str, form: str | None) -> None:
    found = form_of_source(Text(zh=source, en=source))
    assert (str(found) if found else None) == form


def test_days_and_times() -> None:
    words = Text(zh="２０２６年3月1日 开奖", en="of 2026-03-01, not 2026-13-01")
    assert days_in(words) == {date(2026, 3, 1)}
    moment = time_of_source(words)
    assert moment is not None and format_time(moment) == "2026-03-01T00:00+08:00"
    assert time_of_source(Text(zh="2026-03-01", en="2026-03-02")) is None
    assert format_time(read_time("2026-03-01 21:15")) == "2026-03-01T21:15+08:00"
    assert format_time(read_time("2026-03-01T13:15Z")) == "2026-03-01T21:15+08:00"
    for text in ("2026-03-01 25:00", "21:15", "2026-02-30", "9999-12-31T23:00-08:00", "1.3.2026"):
        with pytest.raises(ValueError, match=r"."):
            read_time(text)


SEED = "seed: {zh: 2099-12-01 福彩3D开奖号码, en: the 3D lottery of 2099-12-01}"


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (f"{SEED}\n        seed_form: digit:3", "seed_form: is no form of a seed; found 'digit:3'"),
        (f"{SEED}\n        seed_form: digit:3", "did you mean 'digits:3'?"),
        (
            f"{SEED}\n        seed_form: digits:0",
            "seed_form: is no form of a seed; found 'digits:0'; allowed: ",
        ),
        (f"{SEED}\n        seed_at: tomorrow", "seed_at: is no time; found 'tomorrow'"),
        (
            f"{SEED}\n        seed_at: 2099-12-03",
            "`seed` names another day than the one on which it comes about",
        ),
        ("seed: 2099-12-01 or 2099-12-02", "`seed` names another day"),
        (f"{SEED}\n        day: someday", "draws.delegates.day: "),
    ],
)
def test_wrong_fields_are_told(tmp_path: Path, new: str, told: str) -> None:
    folder = write_hearing(tmp_path, SCENARIO.replace(SEED, new))
    done = call("check", folder)
    assert (done.status, done.out) == (2, "") and told in done.err and "scenario.yaml:" in done.err


@pytest.mark.parametrize(
    ("new", "fields"),
    [
        ("seed: ''", ["seed", "seed_form", "seed_at"]),
        ("seed: a lottery of 2099-12-01", ["seed_form"]),
        ("seed: the 3D lottery of the day before", ["seed_at"]),
        ("seed: the 3D lottery of 2020-01-01", ["seed_at"]),
        ("seed: a lottery of 2099-12-01\n        seed_form: digits:4", []),
    ],
)
def test_no_commitment_without_source_form_and_a_time_to_come(
    tmp_path: Path, new: str, fields: list[str]
) -> None:
    folder, file = write_hearing(tmp_path, SCENARIO.replace(SEED, new)), tmp_path / "draw.json"
    done = call("draw", folder, "delegates", "-o", file)
    assert done.status == (2 if fields else 0) and file.exists() is not bool(fields)
    found = [line.partition(": ")[0] for line in done.err.splitlines()]
    lines = [16 if field == "seed" else 13 for field in fields]
    told = [
        f"scenario.yaml:{line}:draws.delegates.{field}" for line, field in zip(lines, fields, strict=True)
    ]
    assert found == told


def test_the_terms_are_in_the_file_and_in_the_line_to_publish(audit: Path) -> None:
    read: Audit
    read, _ = api.read_audit(audit)
    terms = json.loads(audit.read_text("utf-8"))["committed"]["terms"]
    assert (terms["form"], terms["seed_at"], terms["day"]) == (
        "digits:3",
        "2099-12-01T00:00+08:00",
        "2099-12-01",
    )
    assert terms["draws"] == ["delegates", "duty", "inspection"] and terms["names"]["D00"] == "代表0"
    assert datetime.fromisoformat(terms["committed_at"]) < datetime.fromisoformat(terms["seed_at"])
    parts = read.witness.split(" ")
    assert parts[:4] == ["allocator-draw/2", read.commitment, "hearing/delegates", "digits:3"]
