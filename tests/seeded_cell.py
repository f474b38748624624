"""A cell that takes a moment and answers by its seed: ``python -m seeded_cell``, in place of a solve."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allocator.study.cell_process import Tell, run_cell

#: Seconds that a cell takes.
SECONDS = 0.8


def work(request: Mapping[str, Any], tell: Tell) -> Mapping[str, Any]:
    tell({"event": "progress", "bounds": [0], "process": os.getpid()})
    time.sleep(SECONDS)
    cost = 10 + request["seed"] + sum(map(len, Path(request["scenario"], "scenario.yaml").read_text("utf-8")))
    score = [{"level": "hard", "cost": 0, "bound": 0}, {"level": 1, "cost": cost, "bound": 1}]
    return {
        "outcome": "solved", "status": "feasible", "stopped": "work", "plan_text": f'{{"cost": {cost}}}\n',
        "criteria": [{"criterion": "level:1", "cost": cost, "bound": 1}], "score": score, "seconds": 0.5,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_cell(work))
