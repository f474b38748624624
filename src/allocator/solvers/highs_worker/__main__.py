"""Run one job of HiGHS: ``python -m allocator.solvers.highs_worker JOB``.

A job is a module ``JOB_job`` of this package with a function ``run``. The worker reads its arrays (numpy's
``.npz``) from standard input and writes its messages, lines of JSON, to standard output.
"""

from __future__ import annotations

import sys
from importlib import import_module

from allocator.solvers.highs_worker.model import read_arrays

JOBS = ("branch_and_cut", "districting", "lexicographic", "refutation")


def main() -> None:
    """Run the job that the command line names."""
    [job] = sys.argv[1:]
    if job not in JOBS:
        raise SystemExit(f"no such job: {job}")
    import_module(f"allocator.solvers.highs_worker.{job}_job").run(read_arrays())


if __name__ == "__main__":
    main()
