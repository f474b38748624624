"""Plans who serves where for supervision bodies: zones, postings and casework, with proofs and reasons.

    import allocator

    policy = allocator.bind(allocator.load("scenarios/neijiang-zones"))
    plan = allocator.solve(policy, seconds=60)

``allocator.api`` has every use case and every type. Some are offered here too and loaded from there when they
are first asked for; ``verify`` and ``explain`` are not, since packages bear these names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.api import (
        InputError,
        InternalError,
        Plan,
        Policy,
        Scenario,
        bind,
        commit,
        draws,
        export,
        load,
        read_plan,
        replay,
        resume,
        reveal,
        solve,
        write_plan,
    )

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "InternalError",
    "Plan",
    "Policy",
    "Scenario",
    "__version__",
    "bind",
    "commit",
    "draws",
    "export",
    "load",
    "read_plan",
    "replay",
    "resume",
    "reveal",
    "solve",
    "write_plan",
]


def __getattr__(name: str) -> Any:
    """Load a name of the public interface when it is first asked for."""
    if name in __all__:
        from allocator import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
