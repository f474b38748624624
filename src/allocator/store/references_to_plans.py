"""References to kept plans: ``name``, ``name@version``, the beginning of a hash."""

from __future__ import annotations

import re
from collections.abc import Sequence

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.text import Text
from allocator.store.plan_states import PlanVersion

#: Least digits of a hash that a reference may give.
LEAST_DIGITS = 7
_HASH = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},64}}")
_VERSIONED = re.compile(r"(?P<name>.+)@(?P<version>[1-9][0-9]{0,8})")
#: Most names that a fault lists.
_MOST_LISTED = 12


def find_versions(versions: Sequence[PlanVersion], reference: str) -> list[PlanVersion]:
    """Return the versions that a reference means: one, or all those that hold one and the same plan.

    Args:
        versions: All versions of the store.
        reference: A name (its newest version is meant), a name with a version, or the beginning of a hash.

    Raises:
        InputError: There is none, with the nearest; or it may mean several plans.
    """
    found = _named(versions, reference)
    by_hash = (
        [one for one in versions if one.plan.startswith(reference)] if _HASH.fullmatch(reference) else []
    )
    found = list({id(one): one for one in (*found, *by_hash)}.values())
    if not found:
        raise InputError([_unknown(versions, reference)])
    if len({one.plan for one in found}) > 1:
        message = Text(zh="可指多个方案，请写得更明确", en="may mean several plans: be more precise")
        raise InputError([Fault(message, found=shorten(reference), allowed=_listed(found))])
    return found


def find_version(versions: Sequence[PlanVersion], reference: str) -> PlanVersion:
    """Return the one version that a reference means.

    Raises:
        InputError: There is none, or it may mean several versions.
    """
    found = find_versions(versions, reference)
    if len(found) > 1:
        message = Text(
            zh="同一方案以几个名称存入，请写明名称和版本",
            en="this plan is kept under several names: give name and version",
        )
        raise InputError([Fault(message, found=shorten(reference), allowed=_listed(found))])
    return found[0]


def _named(versions: Sequence[PlanVersion], reference: str) -> list[PlanVersion]:
    if of_version := _VERSIONED.fullmatch(reference):
        key = (of_version["name"], int(of_version["version"]))
        return [one for one in versions if (one.name, one.version) == key]
    of_name = [one for one in versions if one.name == reference]
    return of_name[-1:]


def _unknown(versions: Sequence[PlanVersion], reference: str) -> Fault:
    message = Text(zh="方案库中没有此方案", en="the store has no such plan")
    names = list(dict.fromkeys(one.name for one in versions))
    known = [*names, *(one.reference for one in versions)]
    close = nearest(reference, known)
    if not close and _HASH.fullmatch(reference):
        close = nearest(reference, [one.plan[: len(reference)] for one in versions])
    if not close and (found := _VERSIONED.fullmatch(reference)):
        close = next((one.reference for one in reversed(versions) if one.name == found["name"]), "")
    allowed = ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")
    return Fault(message, found=shorten(reference), allowed=allowed, nearest=close)


def _listed(found: Sequence[PlanVersion]) -> str:
    lines = [f"{one.reference} ({one.plan[:LEAST_DIGITS]})" for one in found[:_MOST_LISTED]]
    return ", ".join(lines) + (" …" if len(found) > _MOST_LISTED else "")
