"""Adapters of the solvers: the only package that imports OR-Tools, HiGHS or ``scipy.optimize``."""
