"""Freedoms by which a draw could be rigged: the commitment closes each, or ``verify`` reports it."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.lottery import audit_text, commit, draw_protocol, seed
from allocator.lottery.findings import commitment_hash, readable_json
from allocator.lottery.seed import read_time
from cli_world import call
from draw_world import SCENARIO, write_hearing

SEED = "seed: {zh: 2099-12-01 福彩3D"
AT = read_time("2026-03-01 09:30")


@pytest.fixture(autouse=True)
def one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit at one time, to one result."""
    monkeypatch.setattr(draw_protocol, "now", lambda: AT)


@pytest.fixture
def hearing(tmp_path: Path) -> Path:
    return write_hearing(tmp_path)


@pytest.fixture
def audit(hearing: Path, tmp_path: Path) -> Path:
    file = tmp_path / "draw.json"
    assert call("draw", hearing, "delegates", "-o", file).status == 0
    return file


def wrong(scenario: Path, file: Path, *options: object) -> list[str]:
    """Return what does not hold of a draw."""
    done = call("verify", scenario, file, *options)
    lines = [line.removeprefix("✗ ") for line in done.out.splitlines() if line.startswith("✗")]
    assert done.status == bool(lines)
    return lines


def edited(folder: Path, table: str, old: str, new: str) -> None:
    text = (folder / table).read_text("utf-8")
    assert text.count(old) == 1
    (folder / table).write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", ["delegates", "inspection"])
def test_the_order_of_the_rows_counts_for_nothing(hearing: Path, tmp_path: Path, name: str) -> None:
    first = commit(api.draws(api.load(hearing))[name])
    for table in ("people.csv", "units.csv"):
        header, *rows = (hearing / table).read_text("utf-8").splitlines()
        Random(3).shuffle(rows)
        (hearing / table).write_text("\n".join([header, *rows]) + "\n", "utf-8")
    scenario = hearing / "scenario.yaml"
    head, _, draws = scenario.read_text("utf-8").partition("draws:\n")
    inspection, duty = draws.index("  inspection:"), draws.index("  duty:")
    swapped = draws[inspection:duty] + draws[:inspection] + draws[duty:]
    scenario.write_text(f"{head}draws:\n{swapped}", "utf-8")
    assert audit_text(commit(api.draws(api.load(hearing))[name])) == audit_text(first)


def test_names_that_are_exchanged_are_told(hearing: Path, audit: Path) -> None:
    edited(hearing, "people.csv", "D03,代表3,", "D03,某某,")
    edited(hearing, "people.csv", "D04,代表4,", "D04,代表3,")
    told = "renamed since the commitment (2): 代表3 (D03), 代表4 (D04) then, 某某 (D03), 代表3 (D04) now"
    assert wrong(hearing, audit) == [told]
    refused = call("draw", hearing, "--audit", audit, "--seed", "517", lang="zh")
    assert refused.status == 2 and "承诺之后改名（2）：原为 代表3 (D03)" in refused.err


def test_names_of_an_old_pool_are_told(hearing: Path, audit: Path) -> None:
    edited(hearing, "people.csv", "D03,代表3,城东,党代表,男,\n", "")
    assert "the names are not those of the pool: 代表3 (D03)" in wrong(hearing, audit)


def test_another_draw_of_the_same_pool_is_told(hearing: Path, audit: Path) -> None:
    text = (hearing / "scenario.yaml").read_text("utf-8")
    block = text[text.index("  delegates:") : text.index("  inspection:")]
    again = block.replace("  delegates:", "  delegates-2:", 1)
    (hearing / "scenario.yaml").write_text(text.replace(block, block + again), "utf-8")
    (told,) = wrong(hearing, audit)
    assert told.startswith(
        "draws differs: 'delegates, duty, inspection' in the file, 'delegates, delegates-2,"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (SEED, f"seed_form: hex:3\n    {SEED}", "seed_form differs: 'digits:3' in the file, 'hex:3' in"),
        (SEED, f"seed_at: 2099-12-01 21:15\n    {SEED}", "seed_at differs"),
        (SEED, f"day: 2099-12-05\n    {SEED}", "day differs"),
        ("the 3D lottery of 2099-12-01", "the 3D lottery (trial) of 2099-12-01", "seed differs"),
    ],
)
def test_terms_changed_later_are_told(hearing: Path, audit: Path, old: str, new: str, told: str) -> None:
    edited(hearing, "scenario.yaml", old, new)
    (found,) = wrong(hearing, audit)
    assert found.startswith(told)
    assert call("draw", hearing, "--audit", audit, "--seed", "517").status == 2


def test_a_commitment_is_not_replaced_by_another(
    hearing: Path, audit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = audit.read_bytes()
    monkeypatch.setattr(draw_protocol, "now", lambda: read_time("2026-03-01 09:31"))
    done = call("draw", hearing, "delegates", "-o", audit)
    assert (done.status, done.out, audit.read_bytes()) == (2, "", before)
    assert "holds another commitment: a draw is committed to once, and one is published" in done.err
    for lang, told in (("en", "holds another commitment"), ("zh", "已存有另一承诺")):
        done = call("draw", hearing, "delegates", "--seed", "517", "-o", audit, lang=lang)
        assert (done.status, audit.read_bytes()) == (2, before) and told in done.err


def test_a_result_is_not_replaced_by_a_commitment_or_written_elsewhere_only(
    hearing: Path, audit: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    done = call("draw", hearing, "--audit", audit, "--seed", "517", "-o", copy)
    assert done.status == 0 and copy.read_bytes() == audit.read_bytes()
    assert done.out.endswith(f"written to {audit}\nwritten to {copy}\n")
    before = audit.read_bytes()
    done = call("draw", hearing, "delegates", "-o", audit)
    assert (done.status, audit.read_bytes()) == (2, before) and "holds a result already" in done.err
    done = call("draw", hearing, "--audit", audit, "--seed", "518", "-o", tmp_path / "other.json")
    assert done.status == 2 and "has already been drawn, with another seed" in done.err
    assert not (tmp_path / "other.json").exists()


def test_a_rehearsal_may_be_replaced_and_never_holds(hearing: Path, tmp_path: Path) -> None:
    file = tmp_path / "draw.json"
    assert call("draw", hearing, "delegates", "--seed", "517", "-o", file).status == 0
    told = ["a rehearsal, no public draw: the seed was known when it was committed to"]
    assert wrong(hearing, file) == told
    assert call("draw", hearing, "--audit", file, "--seed", "517").status == 2
    assert call("draw", hearing, "delegates", "-o", file).status == 0
    assert wrong(hearing, file) == []


def test_other_files_may_be_overwritten(hearing: Path, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("{}", "utf-8")
    assert call("draw", hearing, "delegates", "-o", file).status == 0
    assert wrong(hearing, file) == []


def recommitted(file: Path, **terms: object) -> None:
    """Change terms and make the commitment anew, as one who cheats would."""
    text = json.loads(file.read_text("utf-8"))
    text["committed"]["terms"].update(terms)
    text["commitment"] = commitment_hash(text["committed"])
    file.write_text(json.dumps(text, ensure_ascii=False), "utf-8")
    read, _ = api.read_audit(file)
    file.write_text(audit_text(read), "utf-8")


def test_a_commitment_after_the_seed_does_not_hold(hearing: Path, audit: Path) -> None:
    recommitted(audit, committed_at="2099-12-01T00:00+08:00")
    assert wrong(hearing, audit) == [
        "committed to (2099-12-01T00:00+08:00) NOT before the seed came about (2099-12-01T00:00+08:00)"
    ]
    recommitted(audit, committed_at="")
    assert wrong(hearing, audit) == ["does not say when it was committed to and the seed came about"]


def test_terms_that_are_hidden_are_noticed(hearing: Path, audit: Path) -> None:
    names = json.loads(audit.read_text("utf-8"))["committed"]["terms"]["names"]
    recommitted(audit, names={one: name for one, name in names.items() if one != "D03"})
    assert wrong(hearing, audit) == ["the names are not those of the pool: —"]
    recommitted(audit, names=names, absent=["D99"])
    assert wrong(hearing, audit) == ["absent differs: 'D99' in the file, '—' in the scenario"]


def first_format(file: Path) -> None:
    """Rewrite a file as the first format had it."""
    text = json.loads(file.read_text("utf-8"))
    del text["committed"]["terms"]
    text["commitment"] = commitment_hash(text["committed"])
    parts = {
        "format": '"allocator-draw/1"',
        "commitment": f'"{text["commitment"]}"',
        "committed": readable_json(text["committed"], "  "),
        "seed": "null",
        "result": "null",
    }
    file.write_text("{\n" + ",\n".join(f'  "{k}": {v}' for k, v in parts.items()) + "\n}\n", "utf-8")


def test_the_first_format_is_read_and_never_holds(hearing: Path, audit: Path) -> None:
    first_format(audit)
    (told,) = wrong(hearing, audit)
    assert told.startswith("the format allocator-draw/1 fixed neither the spelling of the seed nor the time")
    read, _ = api.read_audit(audit)
    assert read.witness == f"allocator-draw/1 {read.commitment} hearing/delegates"
    with pytest.raises(InputError, match="commit anew"):
        api.reveal(read, "517")
    assert call("draw", hearing, "--audit", audit, "--seed", "517").status == 2


def test_a_seed_that_cannot_have_come_about_is_remarked_on(
    hearing: Path, audit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = call("draw", hearing, "--audit", audit, "--seed", "517")
    assert early.status == 0 and early.err.startswith("note: the seed comes about at 2099-12-01T00:00+08:00;")
    monkeypatch.setattr(seed, "now", lambda: read_time("2099-12-01 00:00"))
    assert call("draw", hearing, "--audit", audit, "--seed", "517").err == ""


def test_a_draw_of_another_kind_is_told(hearing: Path, audit: Path) -> None:
    text = (hearing / "scenario.yaml").read_text("utf-8")
    start, end = text.index("  delegates:"), text.rindex("  duty:")
    two = text[start:end].replace("  inspection:", "  other:").replace("  delegates:", "  inspection:")
    two = two.replace("  other:", "  delegates:")
    (hearing / "scenario.yaml").write_text(text[:start] + two + text[end:], "utf-8")
    assert "kind differs: 'panel' in the file, 'pairing' here" in wrong(hearing, audit)


def test_held_to_what_was_published(hearing: Path, audit: Path) -> None:
    read, _ = api.read_audit(audit)
    assert call("draw", hearing, "--audit", audit, "--seed", "517").status == 0
    for line in (read.witness, read.commitment, f" {read.witness}\n"):
        done = call("verify", hearing, audit, "--published", line, "--seed", "517")
        assert (done.status, done.err) == (0, "")
        assert "✓ this is the commitment that was published" in done.out
    other = read.commitment[::-1]
    assert wrong(hearing, audit, "--published", other, "--seed", "518") == [
        "this is NOT the commitment that was published",
        "the seed of the file (517) is NOT the public one (518)",
    ]
    later = read.witness.replace("2026-03-01T09:30", "2026-03-01T09:31")
    assert wrong(hearing, audit, "--published", later) == ["this is NOT the commitment that was published"]


@pytest.mark.parametrize("option", ["--published", "--seed"])
def test_options_of_draws_are_not_for_plans(hearing: Path, tmp_path: Path, option: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{}", "utf-8")
    done = call("verify", hearing, plan, option, "517")
    assert (done.status, done.err) == (2, f"{option}: is for draws only\n")


def test_a_plan_that_was_drawn_says_whether_it_was_a_rehearsal(hearing: Path, tmp_path: Path) -> None:
    file, plan = tmp_path / "duty.json", tmp_path / "plan.json"
    assert call("draw", hearing, "duty", "--seed", "517", "--plan", plan).status == 0
    assert json.loads(plan.read_text("utf-8"))["run"]["rehearsal"] is True
    assert call("draw", hearing, "duty", "-o", file).status == 0
    assert call("draw", hearing, "--audit", file, "--seed", "517", "--plan", plan).status == 0
    assert json.loads(plan.read_text("utf-8"))["run"]["rehearsal"] is False


def test_cases_added_later_are_told(tmp_path: Path) -> None:
    hearing, file = write_hearing(tmp_path, SCENARIO), tmp_path / "duty.json"
    assert call("draw", hearing, "duty", "-o", file).status == 0
    with (hearing / "units.csv").open("a", encoding="utf-8") as units:
        units.write("U9,企业9,firm,城东\n")
    assert any(
        told.startswith("slots added since the commitment (1): 企业9 (U9)") for told in wrong(hearing, file)
    )
    refused = call("draw", hearing, "--audit", file, "--seed", "517")
    assert refused.status == 2 and "the rule scenario differs" in refused.err
