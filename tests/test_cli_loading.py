"""A command loads only the modules it needs: a check loads no graph, no solver and no other command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from allocator.cli.command_group import COMMANDS
from tiny_scenario import write_scenario


def test_a_check_loads_no_graph_and_no_other_command(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    commands = {name: load().callback.__module__ for name, load in COMMANDS.items()}
    others = ["networkx", "ortools", *(module for name, module in commands.items() if name != "check")]
    assert "allocator.cli.solve" in others and "allocator.cli.check" not in others
    code = (
        "import sys\nfrom allocator.cli.main import run\n"
        f"assert run(['check', {str(scenario)!r}]) == 0\n"
        f"assert [name for name in {others!r} if name in sys.modules] == []\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)
