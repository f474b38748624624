"""Other ways to solve the same problems, each a program of its own that is called as ``rotation.py`` is.

``python -m benchmarks.peers.NAME --instance FILE.json --objective sq|mm --time-limit S --out out.json``
writes ``{"assign": [group of each person], "bound": number, "trace": [[seconds, cost], ...]}``, null for what
it does not have.
Seconds count from the start of the program; the limit counts from when the solver begins, which spares each
peer what it takes to load and to build its model.
"""
