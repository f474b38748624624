"""Rules that ask for nothing, and rows of tables that no rule reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from allocator.errors import Fault, nearest, shorten
from allocator.graph.ties import KNOWN_KINDS
from allocator.model.tables import Link, Tie
from allocator.model.text import Text
from allocator.rules.kinds.cooldown import Cooldown
from allocator.rules.kinds.wishes import Wishes
from allocator.rules.policy import Policy

#: People with unread wishes who are named at most.
_WISHES_SHOWN = 3


def vacuous_rules(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule whose ``items``, ``slots`` or ``ties`` select nothing.

    Mostly a value is written differently in the table.
    """
    for rule in policy.rules:
        for key, text in rule.vacuous_selectors(policy.scopes[rule.id]):
            message = Text(
                zh=f"规则 {rule.id} 不涉及任何对象（{key}）",
                en=f"the rule {rule.id} is about nothing ({key})",
            )
            yield policy.rule_fault(rule, message, key, found=shorten(text))


def short_cooldowns(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule of kind ``cooldown`` with ``periods: 1``, which stays keep anyway."""
    for rule in policy.rules:
        if isinstance(rule, Cooldown) and rule.periods == 1:
            message = Text(
                zh="两段任职之间本来就至少相隔 1 个周期，此规则不起作用；次期不得回任请写 2",
                en="two stays are always a period apart, so that this asks for nothing; to bar a return "
                "after one period away write 2",
            )
            yield policy.rule_fault(rule, message, "periods", found="1")


def unknown_tie_kinds(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each kind that is neither known nor named by a rule, in the order of the rows.

    Mostly it is a misspelling.
    """
    scenario = policy.context.scenario
    organisation = scenario.organisation
    named = {kind for rule in policy.rules for kind in rule.tie_kinds()}
    tables: dict[str, tuple[Tie | Link, ...]] = {"ties": organisation.ties, "links": organisation.links}
    for table, rows in tables.items():
        first = {row.kind: row for row in reversed(rows)}
        known = sorted(KNOWN_KINDS[table] | named)
        for kind, count in Counter(row.kind for row in rows).items():
            if kind not in known:
                message = _kind_message(first[kind], count)
                near = nearest(kind, known)
                file, header = scenario.table_place(table, "kind")
                yield Fault(message, file, column=header, found=shorten(kind), nearest=near)


def _kind_message(first: Tie | Link, count: int) -> Text:
    where = f"{shorten(first.source)} – {shorten(first.target)}"
    return Text(
        zh=f"没有规则提到这类关系（{count} 行，首见于 {where}）",
        en=f"no rule names this kind (rows: {count}, first {where})",
    )


def unread_wishes(policy: Policy) -> Iterator[Fault]:
    """Yield one doubt about all the wishes that no rule of kind ``wishes`` is about."""
    rules = [rule for rule in policy.rules if isinstance(rule, Wishes)]
    read = {wish for rule in rules for wish, _ in rule.asked(policy.scopes[rule.id])}
    left = [wish for wish in policy.context.scenario.organisation.wishes if wish not in read]
    if left:
        names = ", ".join(dict.fromkeys(shorten(wish.item, 30) for wish in left[:_WISHES_SHOWN]))
        message = Text(
            zh=f"没有规则读取的意愿 {len(left)} 行（如 {names}）；请用 kind: wishes 的规则",
            en=f"no rule reads {len(left)} of the wishes (such as of {names}): use a rule of kind: wishes",
        )
        yield Fault(message, policy.context.scenario.table_place("wishes", "")[0])
