"""The demo in a fresh clone, which leaves no files outside the clone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from test_project import ROOT, repository_files


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder that holds what a clone of the repository would, and no more."""
    folder = tmp_path / "clone"
    for name in repository_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_demo_works_at_once_and_leaves_nothing_outside(clone: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    places = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(outside))
    # pip asks for rustc's version, and where rustup provides it, rustup then writes down its settings.
    places["RUSTUP_HOME"] = str(clone / ".cache" / "rustup")
    done = subprocess.run(
        ["make", "demo"],
        cwd=clone,
        env=os.environ | places,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((clone / "plan.json").read_text(encoding="utf-8"))["status"] in {"optimal", "feasible"}
    assert len(re.findall(r"Score by level|按级别", done.stdout)) == 1
    steps = re.findall(r"^  (\.venv/bin/allocator .+)$", done.stdout, re.MULTILINE)
    assert [step.split()[1] for step in steps] == ["new", "check", "solve"]
    for step in steps[:2]:
        subprocess.run(step.split(), cwd=clone, env=os.environ | places, check=True, capture_output=True)
    assert list(outside.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clone", "outside"]
