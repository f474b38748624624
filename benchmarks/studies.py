"""How much memory a study's runner takes, and how long its cells take beside their solving.

Run: python benchmarks/studies.py [--trivial 2000] [--cells 24] [--limit 2] [--cluster]

The trivial cells are a stub that answers at once; the others solve ``jizhou-terms`` for all of their limit.
With ``--cluster`` they run on workers of Dask on this machine: on one, on two, and the trivial ones on two.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUB = (
    "import json,sys;sys.stdin.buffer.readline();"
    "print(json.dumps({'event':'answer','outcome':'solved','status':'feasible','stopped':'work','plan_text':'{}',"
    "'criteria':[{'criterion':'level:1','cost':3,'bound':1}],'score':[{'level':1,'cost':3,'bound':1}]}))"
)
CHILD = """
import sys, time
from pathlib import Path
from allocator import api

loaded = api.load_study(sys.argv[1])
workers, stub = int(sys.argv[2]), sys.argv[3]
arguments = ("-I", "-S", "-c", stub) if stub else ("-m", "allocator.api.study_cell")
runner = api.ProcessRunner([sys.executable, *arguments], 2)
if workers:
    from allocator.study.dask_link import DaskLink
    from allocator.study.dask_local import LocalWorkers
    from allocator.study.dask_runner import DaskRunner
    local = LocalWorkers(workers)
    runner = DaskRunner(DaskLink(local.address, local.security), arguments, 0, local.close)
began = time.monotonic()
results = api.run_study(loaded, runner=runner)
took = time.monotonic() - began
loaded.view(results)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
solving = sum(one.seconds for one in results.values())
print(len(results), round(took, 1), round(solving, 1), int(status["VmHWM"].split()[0]) // 1024)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trivial", type=int, default=2_000)
    parser.add_argument("--cells", type=int, default=24)
    parser.add_argument("--limit", type=float, default=2.0)
    parser.add_argument("--cluster", action="store_true")
    asked = parser.parse_args()
    print("cells | wall s | solving s | peak of the runner, MiB")
    for workers in (1, 2) if asked.cluster else (0,):
        print(" | ".join(measured("jizhou-terms", asked.cells, asked.limit, "", workers)), flush=True)
    print(" | ".join(measured("first-plan", asked.trivial, 1.0, STUB, 2 * asked.cluster)))


def measured(scenario: str, count: int, limit: float, stub: str, workers: int) -> list[str]:
    """Run a study of so many cells in a process of its own; return what it says of itself."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "docs" / "first-plan", Path(place) / "first-plan")
        file = Path(place) / "study.yaml"
        seeds = min(count, 1_000)
        limits = [limit + k for k in range(-(-count // seeds))]
        file.write_text(
            f"study: bench\nscenarios: {scenario}\nseeds: {list(range(seeds))}\nlimits: {limits}\n",
            encoding="utf-8",
        )
        words = [sys.executable, "-c", CHILD, str(file), str(workers), stub]
        done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout.split()


if __name__ == "__main__":
    main()
