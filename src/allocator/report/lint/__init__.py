"""Lints: each module that is not private looks at a bound policy for one kind of doubt.

A lint is one file with a function ``doubts(policy) -> Iterator[Fault]``. It is found by its presence.
"""
