"""A second check of every kind of rule, written from its documentation alone.

No module below ``oracles.kinds`` imports the program under test. Each file there has one kind: ``fields``
draws a rule of the kind as plain data, ``breaches`` counts its breaches in a plan, ``NAMES`` lists the parts
of a breach's subject. ``oracles.build`` makes the same world, rule and plan for the program.
"""
