"""Cycles in a chain of command: who, step by step, would stand above themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def cycles(parents: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield each cycle of ``parents`` once, from its first member in the order of the mapping.

    Args:
        parents: For each id the id above it; ids that are no key of the mapping stand at the top.
    """
    order = {one: position for position, one in enumerate(parents)}
    done: set[str] = set()
    for start in parents:
        walk: dict[str, int] = {}
        here = start
        while here in parents and here not in done and here not in walk:
            walk[here] = len(walk)
            here = parents[here]
        done.update(walk)
        if here in walk:
            members = list(walk)[walk[here] :]
            first = members.index(min(members, key=order.__getitem__))
            yield tuple(members[first:] + members[:first])
