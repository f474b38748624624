"""How good and how fast plans are found, beside other ways to find them: ``docs/benchmarks.md``.

``table`` compares; ``rows`` has a file for each kind of problem, ``peers`` one for each other solver. The
other scripts measure one thing each and run by themselves.
"""
