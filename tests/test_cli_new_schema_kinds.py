"""``allocator new``, ``schema`` and ``kinds``: the first files of a planner, and the list of rule kinds."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from unittest import mock

import jsonschema
import pytest

from allocator.model.reading import read_yaml
from allocator.rules.kinds import all_kinds
from allocator.rules.kinds.contiguous import Contiguous
from cli_world import call, write_plan
from tiny_scenario import write_scenario


def read(path: Path) -> object:
    return read_yaml(path, path.name).data


@cache
def schema(kind: str) -> jsonschema.Draft202012Validator:
    """Return what ``allocator schema`` prints, once it is sound itself."""
    printed = call("schema", kind).json
    jsonschema.Draft202012Validator.check_schema(printed)
    return jsonschema.Draft202012Validator(printed)


@pytest.fixture
def starter(tmp_path: Path) -> Path:
    folder = tmp_path / "scenarios" / "mine"
    assert call("new", folder).status == 0
    return folder


def test_starter_is_sound_and_solved_in_seconds(starter: Path, tmp_path: Path) -> None:
    assert call("check", starter).status == 0
    file = tmp_path / "plan.json"
    done = call("solve", starter, "-o", file, "--workers", "1", "--time-limit", "20")
    assert (done.status, done.out.splitlines()[0].split(" · ")[1]) == (0, "optimal (proved)")
    assert call("verify", starter, file).status == 0


def test_starter_is_commented_in_both_languages(starter: Path) -> None:
    text = (starter / "scenario.yaml").read_text(encoding="utf-8")
    assert "scenario: mine\n" in text
    assert "# 角色的名称。 What the roles are called." in text


def test_new_says_what_it_wrote(tmp_path: Path) -> None:
    said = call("new", tmp_path / "one", "--json").json
    assert sorted(said["files"]) == sorted(path.name for path in (tmp_path / "one").iterdir())
    assert f"allocator check {tmp_path / 'two'}" in call("new", tmp_path / "two", lang="zh").out


def test_new_takes_nothings_place(starter: Path, tmp_path: Path) -> None:
    before = sorted(starter.iterdir())
    done = call("new", starter)
    assert (done.status, done.out) == (2, "")
    assert "exists and is not empty" in done.err
    assert sorted(starter.iterdir()) == before
    file = tmp_path / "file"
    file.touch()
    assert call("new", file).status == 2
    assert call("new", file / "inside").status == 2
    (tmp_path / "empty").mkdir()
    assert call("new", tmp_path / "empty").status == 0


@pytest.mark.parametrize("name", ["片:区", "1st.", "a\tb", ".."])
def test_new_needs_a_name_that_a_folder_can_have(tmp_path: Path, name: str) -> None:
    done = call("new", tmp_path / name)
    assert done.status == 2
    assert not (tmp_path / name).exists() or name == ".."


def test_schemas_accept_what_the_program_accepts(starter: Path, tmp_path: Path) -> None:
    tiny = write_scenario(tmp_path)
    cases = {
        "scenario": [read(starter / "scenario.yaml"), read(tiny / "scenario.yaml")],
        "rules": [read(starter / "starter-rules.yaml"), read(tiny / "tiny-rules.yaml")],
        "plan": [json.loads(write_plan(tiny).read_text(encoding="utf-8"))],
    }
    for kind, documents in cases.items():
        for document in documents:
            schema(kind).validate(document)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("scenario", {"scenario": "x", "periods": [2026], "layers": {}}),
        (
            "scenario",
            {"scenario": "x", "periods": [2026], "layers": {"a": {"items": "folk", "slots": "groups"}}},
        ),
        ("rules", {"pack": "x", "rules": [{"id": "a", "kind": "avoyd", "on": "posting"}]}),
        ("rules", {"pack": "x", "rules": [{"id": "a", "kind": "max_term", "on": "posting"}]}),
        (
            "rules",
            {
                "pack": "x",
                "rules": [{"id": "a", "kind": "max_term", "on": "p", "periods": 1, "when": "true"}],
            },
        ),
        ("plan", {"format": "allocator-plan/2"}),
    ],
)
def test_schemas_refuse_what_the_program_refuses(kind: str, document: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        schema(kind).validate(document)


def test_rule_schema_has_every_kind() -> None:
    rules = call("schema", "rules").json["properties"]["rules"]["items"]
    assert rules["discriminator"]["propertyName"] == "kind"
    assert list(rules["discriminator"]["mapping"]) == list(all_kinds())
    assert len(rules["oneOf"]) == len(all_kinds())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_kinds_are_listed_with_their_summaries(lang: str) -> None:
    out = " ".join(call("kinds", lang=lang, COLUMNS="300").out.split())
    for name, kind in all_kinds().items():
        assert f"{name} {' '.join(kind.summary(lang).split())}" in out


def test_one_kind_in_full() -> None:
    out = call("kinds", "avoid", COLUMNS="200").out
    assert out.startswith("avoid · recusal")
    assert "a breach names: item, slot, role, period" in out
    assert re.search(r"acquaintance\.above +number 0\.\.1", out)
    assert "0.3" in out and "Greatest number of ties in a path." in out
    assert "    kind: avoid\n    on: turn\n    when: person.native_place == group.place\n" in out
    assert "kept by:   Wang=West@all Li=East@all" in out
    assert "broken by: Wang=East@2027" in out


def test_kind_that_is_hard_only_says_so() -> None:
    with mock.patch.object(Contiguous, "can_be_soft", False):
        assert "levels: hard only" in call("kinds", "contiguous").out
    assert "levels: hard, or 1, 2, 3 ..." in call("kinds", "avoid").out


def test_kinds_as_json() -> None:
    views = {view["name"]: view for view in call("kinds", "--json").json}
    assert list(views) == list(all_kinds())
    fields = {field["name"]: field for field in views["max_term"]["fields"]}
    assert fields["periods"] == {
        "name": "periods",
        "type": {"zh": "整数 1..1000", "en": "whole number 1..1000"},
        "default": "",
        "required": True,
        "meaning": {"zh": "最多连续任职几个周期", "en": "Greatest number of consecutive periods in a slot."},
        "common": False,
    }
    assert fields["level"]["default"] == "hard"
    assert fields["level"]["common"] is True
    assert call("kinds", "max_term", "--json").json == views["max_term"]


def test_unknown_kind_names_the_nearest() -> None:
    done = call("kinds", "max_terms")
    assert (done.status, done.out) == (2, "")
    assert "did you mean 'max_term'?" in done.err
