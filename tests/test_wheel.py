"""The program installed from a wheel, without a checkout: its scenarios are listed, copied and solved."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml"))
#: Copies and checks every scenario in one process: to start the program anew for each would take a minute.
COPY_AND_CHECK = """
import sys
from allocator.cli.main import run
for name in sys.argv[1:]:
    status = run(["new", name + "-copy", "--like", name]) or run(["check", name + "-copy"])
    assert status == 0, (name, status)
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel, and a folder to work in."""

    programs: Path
    packages: Path
    desk: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the folder; it sees nothing of the checkout."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        settings = {**kept, "LC_ALL": "C.UTF-8", "COLUMNS": "200"}
        program = [str(self.programs / arguments[0]), *arguments[1:]]
        return subprocess.run(
            program, cwd=self.desk, env=settings, capture_output=True, encoding="utf-8", check=False
        )

    def told(self, *arguments: str) -> str:
        """Return what ``allocator ARGUMENTS`` prints; it must end well."""
        done = self.run("allocator", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(place), str(ROOT)]
    subprocess.run(build, check=True)
    [wheel] = place.glob("*.whl")
    venv.create(place / "env", with_pip=False)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": place / "env", "platbase": place / "env"}))
    programs = Path(sysconfig.get_path("scripts", "venv", {"base": place / "env"}))
    python = str(programs / "python")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", "--no-index", str(wheel)], check=True)
    # The libraries are those of this environment; a path file is not read there, so its checkout is not seen.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (place / "desk").mkdir()
    return Installed(programs, packages, place / "desk")


def test_it_is_the_package_of_the_wheel(installed: Installed) -> None:
    asked = "import allocator.api as api; print(api.__file__, *api.bundled_scenarios().values())"
    done = installed.run("python", "-c", asked)
    paths = [Path(one) for one in done.stdout.split()]
    assert len(paths) == 1 + len(NAMES), done.stderr
    # The temporary folder may lie within the checkout: where the files must be says more than where not.
    assert all(path.is_relative_to(installed.packages) for path in paths)


def test_it_has_what_a_solve_reads_and_no_scripts(installed: Installed) -> None:
    data = installed.packages / "allocator" / "bundled"
    here = {path.name for path in (ROOT / "rules").glob("*.yaml")}
    assert {path.name for path in (data / "rules").iterdir()} == here
    for name in NAMES:
        there = {path.name for path in (data / "scenarios" / name).iterdir()}
        tables = {path.name for path in (ROOT / "scenarios" / name).glob("*.csv")}
        assert there == {"scenario.yaml", *tables}


def test_it_has_the_style_and_the_script_of_web_pages(installed: Installed) -> None:
    packaged = installed.packages / "allocator" / "report" / "page"
    for path in (ROOT / "src" / "allocator" / "report" / "page").glob("page.*"):
        assert (packaged / path.name).read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_it_lists_every_scenario(installed: Installed) -> None:
    listed = json.loads(installed.told("scenarios", "--json"))
    assert [one["id"] for one in listed] == NAMES
    assert all(one["title"]["zh"] and one["title"]["en"] and one["rules"] > 0 for one in listed)


def _are_sound(installed: Installed, *names: str) -> None:
    done = installed.run("python", "-c", COPY_AND_CHECK, *names)
    assert done.returncode == 0, done.stdout + done.stderr
    last = [line for line in done.stdout.splitlines() if re.match(r"ok($|, with )", line)]
    assert len(last) == len(names)


def test_a_scenario_is_copied_and_checked(installed: Installed) -> None:
    _are_sound(installed, "jizhou-terms")


@pytest.mark.slow
def test_every_other_scenario_is_copied_and_checked(installed: Installed) -> None:
    _are_sound(installed, *(name for name in NAMES if name != "jizhou-terms"))


def _goes_all_the_way(installed: Installed, like: str, seconds: str) -> str:
    """Copy a scenario, solve it, and return what is shown of the plan, which must hold."""
    name, plan = f"我的方案-{like}", f"我的方案-{like}/plan.json"
    assert name in installed.told("new", name, "--like", like)
    assert installed.told("check", name).splitlines()[-1].startswith("ok")
    installed.told("solve", name, "-o", plan, "--time-limit", seconds, "--lang", "zh")
    assert installed.told("verify", name, plan).splitlines()[-1].startswith("holds")
    done = installed.run("allocator", "show", plan, "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_a_benchmark_script_of_the_checkout_starts_with_the_installed_program(installed: Installed) -> None:
    done = installed.run("python", str(ROOT / "benchmarks" / "roster.py"), "--help")
    assert done.returncode == 0 and done.stdout.startswith("usage: "), done.stderr


@pytest.mark.slow
def test_a_copy_is_solved_shown_and_verified(installed: Installed) -> None:
    assert "optimal (proved" in _goes_all_the_way(installed, "jizhou-terms", "120")


@pytest.mark.slow
def test_a_copy_of_the_demo_is_solved_shown_and_verified(installed: Installed) -> None:
    assert "Neijiang" in _goes_all_the_way(installed, "neijiang-zones", "60")
