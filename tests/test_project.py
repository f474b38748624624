"""The project's own promises: the files of the repository, the locks and the version."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import allocator

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted((ROOT / "src" / "allocator").rglob("__init__.py"))
LOCKS = ("requirements.lock", "requirements-cluster.lock", "requirements-dev.lock")

# Written in pieces, so that no pattern finds this file.
HOST = "|".join(
    (
        r"py" + r"pi\.(?:org|io|python)",
        r"python" + r"hosted\.",
        r"npm" + r"js\.",
        r"deb" + r"ian\.org",
        r"(?:mirrors?|artifactory|nexus)\.[a-z]+\.[a-z]",
        r"file" + r"://",
    )
)
PRIVATE_FOLDERS = ("home", "opt", "root", "tmp", "Users", "work")
PRIVATE_PATH = rf"(?<![\w.*-])/(?:{'|'.join(PRIVATE_FOLDERS)})/|\.\./sha" + r"red/|\.lib" + r"rary/"
FORBIDDEN = re.compile(f"{HOST}|{PRIVATE_PATH}")


def repository_files() -> list[str]:
    """Return the files that are in the repository, or would be after adding everything."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


def leaks(text: str) -> list[str]:
    """Return ``line: text`` for every line that names a registry or a path of somebody's machine."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{number}: {line.strip()[:100]}" for number, line in lines if FORBIDDEN.search(line)]


def pyproject() -> dict[str, dict[str, str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_repository_names_no_registry_and_no_private_path() -> None:
    found = {
        name: leaks((ROOT / name).read_text(encoding="utf-8", errors="replace"))
        for name in repository_files()
    }
    assert found, "git lists no file"
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://py" + "pi.org/simple",
        "--find-links file:" + "///srv/wheels",
        "read from /" + "home/wang/plan.json",
        "see ../" + "shared/data",
        "path = '/" + "tmp/x'",
    ],
)
def test_a_leak_would_be_found(line: str) -> None:
    assert leaks(f"first\n{line}") == [f"2: {line}"]


@pytest.mark.parametrize(
    "line", ["docs/work/plan.md", "#!/usr/bin/env bash", "tests/tmp/x", "person.home/work"]
)
def test_ordinary_lines_are_no_leak(line: str) -> None:
    assert leaks(line) == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.parent.name)
def test_every_package_says_what_it_is_for(package: Path) -> None:
    assert ast.get_docstring(ast.parse(package.read_text(encoding="utf-8")))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_says_what_to_install_and_never_where_from(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|^\s*-(?!-hash=sha256:[0-9a-f]{64})", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_every_package_exactly_with_hashes(lock: str) -> None:
    text = re.sub(r"^#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if entry.strip()]
    assert len(entries) > 20
    entry = re.compile(r"[a-z0-9-]+==[^\s;]+(?: ; [^\\]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n*")
    assert [text for text in entries if not entry.fullmatch(text)] == []


def test_development_lock_holds_every_pin_of_the_runtime_lock() -> None:
    pins = [set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(), re.M)) for lock in LOCKS]
    runtime, cluster, development = pins
    assert runtime - cluster == cluster - development == set()


def test_version_is_the_same_everywhere() -> None:
    version = pyproject()["project"]["version"]
    assert allocator.__version__ == version
    assert importlib.metadata.version("allocator") == version
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
