"""The job ``districting``: zones of a map around centres, each connected.

Messages: ``{"bound": b}``; ``{"cost": c, "values": base64 of int64}``; and last ``{"ended": "optimal" or
"infeasible"}``. An answer whose zones are not connected is cut off, and the search goes on.
"""

from __future__ import annotations

import highspy
import numpy as np

from allocator.solvers.highs_worker.connectivity_cuts import SeparatorCuts
from allocator.solvers.highs_worker.model import (
    NOTHING_BETTER,
    Arrays,
    BoundSender,
    model_of,
    packed,
    quiet_solver,
    send,
    send_solution,
    set_cutoff,
    solution_of,
)

#: The gap at the end is none. The cutoff comes from a good plan, so that no time goes into heuristics; bounds
#: come from cuts and many quick nodes (strong branching took 20 s for 5 nodes).
OPTIONS = {
    "mip_abs_gap": 1e-6,
    "mip_pscost_minreliable": 0,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_detect_symmetry": False,
}


def run(model: Arrays) -> None:
    """Solve the model, again after each cut, until its zones are connected."""
    solver = quiet_solver(int(model["seed"]))
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)  # an older version passes over options that it does not know
    solver.passModel(model_of(model, model["cost"], integral=True))
    solver.cbMipImprovingSolution.subscribe(send_solution)
    solver.cbMipInterrupt.subscribe(BoundSender())
    connectivity = SeparatorCuts(model)
    set_cutoff(solver, float(model["cutoff"]))
    while True:
        solver.run()
        status = solver.getModelStatus()
        if status in NOTHING_BETTER:
            send({"ended": "infeasible"})
            return
        if status != highspy.HighsModelStatus.kOptimal:
            return
        send({"bound": solver.getInfo().mip_dual_bound})
        values = np.rint(solution_of(solver)).astype(np.int64)
        cuts = connectivity.violated(values)
        if not cuts:
            send({"cost": solver.getInfo().objective_function_value, "values": packed(values)})
            send({"ended": "optimal"})
            return
        for cols, coefs in cuts:
            solver.addRow(-np.inf, 0.0, len(cols), cols.astype(np.int32), coefs)
