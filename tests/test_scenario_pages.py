"""Every scenario has a page, a line in the index, and a picture that a command on its page makes."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from allocator.cli.command_group import COMMANDS
from picture_tools import NS

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "scenarios"
NAMES = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
SHOWN = re.compile(r"^!\[[^\]]{20,}\]\((pictures/[^)]+\.svg)\)$", re.MULTILINE)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def script() -> dict[str, object]:
    return runpy.run_path(str(ROOT / "docs" / "pictures.py"))


def exported(name: str) -> dict[str, list[str]]:
    """Return the commands of a page that make pictures, by the picture's place in the project."""
    commands = script()["commands"](page(name))
    assert commands[0][:3] == ["allocator", "solve", f"scenarios/{name}"]
    assert all(words[1] in COMMANDS for words in commands)
    return {words[words.index("--to") + 1]: words for words in commands if words[1] == "export"}


def test_every_folder_has_a_page_and_every_page_a_folder() -> None:
    stems = [path.stem.removesuffix(".zh") for path in PAGES.glob("*.md")]
    assert sorted({*stems} - {"README"}) == NAMES


def test_the_index_names_every_scenario_once() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[`([\w-]+)`\]\(([\w-]+)\.md\) \|(.*)\|$", index, re.MULTILINE)
    assert [name for name, _, _ in rows] == NAMES
    for name, link, cells in rows:
        assert name == link
        assert all(cell.strip() for cell in cells.split("|")) and cells.count("|") == 5


@pytest.mark.parametrize("name", NAMES)
def test_the_index_says_what_the_scenario_says(name: str) -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    [line] = [line for line in index.splitlines() if line.startswith(f"| [`{name}`]")]
    spec = yaml.safe_load((ROOT / "scenarios" / name / "scenario.yaml").read_text(encoding="utf-8"))
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[4] == ", ".join(f"`{layer}`" for layer in spec["layers"])
    assert cells[2] == spec["source"][:3]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_shows_pictures_that_its_commands_make(name: str) -> None:
    shown = [f"docs/scenarios/{place}" for place in SHOWN.findall(page(name))]
    assert f"docs/scenarios/pictures/{name}.svg" in shown
    assert list(exported(name)) == shown
    assert [place for place in shown if not (ROOT / place).is_file()] == []


@pytest.mark.parametrize("file", sorted((PAGES / "pictures").iterdir()), ids=lambda file: file.name)
def test_every_picture_is_shown_small_and_whole(file: Path) -> None:
    shown = {Path(place).name for name in NAMES for place in SHOWN.findall(page(name))}
    assert file.name in shown
    assert file.stat().st_size < 150_000
    root = ET.parse(file).getroot()
    assert root.tag == f"{NS}svg" and root.get("role") == "img"
    assert len(list(root.iter(f"{NS}text"))) > 20


def test_the_script_finds_the_commands_of_the_last_section_alone() -> None:
    text = (
        "## Before\n```sh\nallocator solve a\n```\n## Picture\n![x](y)\n"
        "```sh\nallocator solve scenarios/b -o plan.json\nmake demo\n"
        "allocator export plan.json \\\n  --to b.svg\n```\n"
    )
    assert script()["commands"](text) == [
        ["allocator", "solve", "scenarios/b", "-o", "plan.json"],
        ["allocator", "export", "plan.json", "--to", "b.svg"],
    ]
