"""Small rotas as folders: people, groups, consecutive days, a history, and rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from allocator import api
from allocator.model.plan import Plan
from allocator.rules.policy import Policy

FIRST = date(2026, 3, 2)


def days(count: int, first: date = FIRST) -> list[str]:
    """Return the ids of so many days on end."""
    return [(first + timedelta(days=k)).isoformat() for k in range(count)]


def rota(
    tmp_path: Path,
    rules: str,
    *,
    people: Sequence[str] = ("Ann", "Ben"),
    groups: Sequence[str] = ("Night",),
    periods: int | Sequence[object] = 4,
    take: str = "0-1",
    roles: str = "",
    tables: Mapping[str, str] | None = None,
) -> Policy:
    """Write a scenario of one layer ``duty`` with its rules, and bind it.

    Args:
        tmp_path: Where it is written.
        rules: The rules of its pack, one a line in flow style; their layer is ``duty``.
        people: Ids of its people.
        groups: Ids of its groups.
        periods: How many days from Monday 2 March 2026 on, or the periods themselves.
        take: How many groups one takes.
        roles: Its roles, if any: ``lead, member``.
        tables: Further tables by file name.
    """
    home = tmp_path / "scenarios" / "rota"
    home.mkdir(parents=True)
    spans = (
        [f"{{id: '{day}', from: {day}, to: {day}}}" for day in days(periods)]
        if isinstance(periods, int)
        else [str(period) for period in periods]
    )
    lines = [
        "scenario: rota",
        "today: 2026-03-02",
        f"periods: [{', '.join(spans)}]",
        "roles: {lead: {zh: 组长, en: lead}, member: {zh: 组员, en: member}}",
        "layers:",
        f"  duty: {{items: people, slots: groups, take: {take}{f', roles: [{roles}]' if roles else ''}}}",
        "levels: {1: {zh: 意愿, en: wishes}}",
        "rules: [pack]",
    ]
    (home / "scenario.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    (home / "people.csv").write_text("id\n" + "".join(f"{name}\n" for name in people), "utf-8")
    (home / "groups.csv").write_text("id\n" + "".join(f"{name}\n" for name in groups), "utf-8")
    for name, text in (tables or {}).items():
        (home / name).write_text(text, "utf-8")
    packed = "".join(f"  - {line.strip()}\n" for line in rules.strip().splitlines())
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "pack.yaml").write_text(f"pack: pack\nrules:\n{packed}", "utf-8")
    return api.bind(api.load(home))


def solved(policy: Policy, status: str = "optimal") -> Plan:
    """Return the plan of a rota; its status and the verdict of the judge must be as they should."""
    plan = api.solve(policy, seconds=20, workers=1)
    assert plan.status == status
    if plan.status == "optimal":
        verdict = api.verify(policy, plan)
        assert not verdict.disagreements
    return plan


def in_order(plan: Plan, slot: str = "Night") -> list[str]:
    """Return who is in a slot, period by period."""
    chosen = sorted((str(one.period), one.item) for one in plan.assignments if one.slot == slot)
    return [item for _, item in chosen]
