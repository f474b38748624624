"""A second reading of every kind of rule: what it asks, written from its documentation alone.

Nothing below ``oracles.kinds`` imports the program under test. Each file there is one kind: ``fields``
draws a rule of it as plain data, ``breaches`` says what the rule finds in a plan, ``NAMES`` what a breach
names. ``oracles.build`` makes the same world, rule and plan for the program.
"""
