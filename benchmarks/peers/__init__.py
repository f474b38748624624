"""Peers: other solvers of the same problems, each a program that is called as ``rotation.py`` is.

``python -m benchmarks.peers.NAME --instance FILE.json --objective sq|mm --time-limit S --out out.json``
writes ``{"assign": [group of each person], "bound": number, "trace": [[seconds, cost], ...]}``, with null for
a missing plan or bound.
Seconds count from the start of the program. The time limit counts from the start of the solver: a peer's
imports and its building of a model are not charged.
"""
