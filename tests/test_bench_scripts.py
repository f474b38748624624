"""Every script of the benchmarks starts by its path, from any folder, and as a module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "benchmarks").rglob("*.py")
    if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)
#: Asks each script for its help, in one process: loading the libraries anew for each takes half a minute.
ASK = """
import contextlib, io, os, runpy, sys
way, root, *scripts = sys.argv[1:]
kept = sys.path[1:]
for script in scripts:
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]
    path = os.path.join(root, script)
    sys.path[:] = [os.path.dirname(path) if way == "path" else root, *kept]
    sys.argv = [path, "--help"]
    said, status = io.StringIO(), None
    try:
        with contextlib.redirect_stdout(said):
            if way == "path":
                runpy.run_path(path, run_name="__main__")
            else:
                name = script.removesuffix(".py").replace("/", ".")
                runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code or 0
    except Exception as fault:
        status = repr(fault)
    print(script, status, "help" if said.getvalue().startswith("usage: ") else "no help")
"""


def test_there_are_scripts() -> None:
    assert {"benchmarks/table.py", "benchmarks/roster.py", "benchmarks/peers/mip.py"} <= {*SCRIPTS}


@pytest.mark.slow
@pytest.mark.parametrize("way", ["path", "module"])
def test_each_script_gives_its_help(way: str, tmp_path: Path) -> None:
    # HiGHS and CP-SAT do not load in one process.
    by_itself = [script for script in SCRIPTS if script.endswith("/mip.py")]
    for scripts in ([script for script in SCRIPTS if script not in by_itself], by_itself):
        command = [sys.executable, "-E", "-c", ASK, way, str(ROOT), *scripts]
        done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        assert done.stdout.splitlines() == [f"{script} 0 help" for script in scripts], done.stderr


def test_one_is_called_by_its_path_as_people_do(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "years_instance.py")]
    subprocess.run([*command, "8", "2", "3", "1", "made.json"], cwd=tmp_path, check=True)
    assert (tmp_path / "made.json").is_file()
