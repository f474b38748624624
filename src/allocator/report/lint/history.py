"""A history that can be read in several ways, while a rule counts the periods before the horizon."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault, shorten
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.roster import History, history_of, past_of

FILE = "scenario.yaml"


def history_readings(policy: Policy) -> Iterator[Fault]:
    """Yield one doubt if the readings of the history differ in the stays that a rule counts."""
    scenario = policy.context.scenario
    history = history_of(scenario)
    readers = [rule for rule in policy.rules if rule.reads_history and not policy.layer_of(rule).once]
    if len(history.steps) < 2 or not readers:
        return
    layers = {rule.on: policy.layer_of(rule) for rule in readers}
    differing = {
        name
        for name, layer in layers.items()
        if any(past_of(layer, scenario, step).stays != layer.past.stays for step in history.steps[1:])
    }
    asking = [rule.id for rule in readers if rule.on in differing]
    if asking:
        yield Fault(_question(history, asking), FILE, column="history", allowed=_answers())


def _question(history: History, rules: list[str]) -> Text:
    taken, others = history.step.title, [step.title for step in history.steps[1:]]
    named = shorten(", ".join(rules))
    return Text(
        zh=f"以往各周期如何接续无法判定，而规则 {named} 计入以往任职：现按“{taken('zh')}”，"
        f"也可能是“{'”“'.join(other('zh') for other in others)}”",
        en="how the periods before the horizon follow one another cannot be told, and they count for "
        f"{named}: taken as {taken('en')}, perhaps {', '.join(other('en') for other in others)}",
    )


def _answers() -> str:
    return "history: days | workdays | weeks | months | quarters | half-years | years | [list of periods]"
