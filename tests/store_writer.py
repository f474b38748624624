"""A process that adds events to a store, and says of each that it is committed: ``FILE NAME COUNT [SIZE]``.

Run by tests that kill it; a count of 0 goes on until then.
"""

from __future__ import annotations

import sys
from itertools import count

from allocator.store.event_chain import NewEvent
from allocator.store.store import Store


def main() -> None:
    """Add the events."""
    file, name, most, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int((*sys.argv[4:], "10")[0])
    with Store(file, create=True) as store:
        print("ready", flush=True)
        for k in range(most) if most else count():
            [event] = store.record([NewEvent(name, "looked", "x" * size, details={"k": k})])
            print(event.number, event.sha256, flush=True)


if __name__ == "__main__":
    main()
