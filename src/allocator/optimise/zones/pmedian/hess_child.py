"""HiGHS on the zones of a map (see ``hess.py``) in a process of its own.

Run as ``python -m allocator.optimise.zones.pmedian.hess_child``: reads one model (numpy's ``.npz``) from
standard input and writes JSON lines: ``{"bound": b}``, ``{"cost": c, "values": base64 of int64}`` and last
``{"ended": "optimal" or "infeasible"}``, once the best answer has connected zones: while it has not, it is
cut off and the search goes on.
"""

from __future__ import annotations

import highspy
import numpy as np

from allocator.optimise.highs import (
    NOTHING,
    BoundsTold,
    model_of,
    packed,
    quiet_solver,
    read_problem,
    tell,
    tell_solution,
)
from allocator.optimise.zones.pmedian.separate import SeparatorCuts

#: Ends only where the gap is so little that it is none. The plan that is known is good, so that nothing is
#: spent on looking for others; bounds come from cuts and many quick nodes (strong branching: 20 s for 5).
OPTIONS = {
    "mip_abs_gap": 1e-6,
    "mip_pscost_minreliable": 0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_detect_symmetry": False,
}


def main() -> None:
    """Solve the model on standard input."""
    model = read_problem()
    solver = quiet_solver(int(model["seed"]))
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)  # what an older version does not know is passed over
    solver.passModel(model_of(model, model["cost"], whole=True))
    solver.cbMipImprovingSolution.subscribe(tell_solution)
    solver.cbMipInterrupt.subscribe(BoundsTold())
    separation = SeparatorCuts(model)
    # Of the plan that is known only the cost is told: HiGHS 1.16 takes a plan to start from for another, of
    # another cost, once presolve has changed the model.
    solver.setOptionValue("objective_bound", float(model["cutoff"]))
    while True:
        solver.run()
        status = solver.getModelStatus()
        if status in NOTHING:
            tell({"ended": "infeasible"})
            return
        if status != highspy.HighsModelStatus.kOptimal:
            return
        tell({"bound": solver.getInfo().mip_dual_bound})
        values = np.rint(np.asarray(solver.getSolution().col_value)).astype(np.int64)
        cuts = separation.cuts(values)
        if not cuts:
            tell({"cost": solver.getInfo().objective_function_value, "values": packed(values)})
            tell({"ended": "optimal"})
            return
        for cols, coefs in cuts:
            solver.addRow(-np.inf, 0.0, len(cols), cols.astype(np.int32), coefs)


if __name__ == "__main__":
    main()
