"""Benchmarks: the cost and the time of plans, compared with those of other solvers (``docs/benchmarks.md``).

``table`` runs the comparison. ``rows`` has a file for each kind of problem, ``peers`` a file for each other
solver. Each of the other scripts measures one problem and runs by itself.
"""
