"""The layer of a rule whose row leaves it empty: the only one of the scenario that suits the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from allocator.errors import Fault
from allocator.model.reading import YamlDocument, validate_yaml
from allocator.model.text import Text
from allocator.rules.rule import Rule
from allocator.rules.rule_blanks import rule_from_blanks
from allocator.rules.wordbook import Wordbook

#: Whether a rule fits its layer.
Suits = Callable[[Rule], bool]


def only_layer(
    kind: type[Rule], values: Mapping[str, str], book: Wordbook, suits: Suits | None
) -> tuple[str, list[Fault]]:
    """Return the layer that a rule must be about, and the faults if that cannot be told.

    Args:
        kind: The kind of the rule.
        values: The text of each filled blank, without the layer.
        book: The words of the scenario.
        suits: Tells whether a rule fits its layer; None if the scenario has faults: then the first layer in
            which its blanks can be read is taken.
    """
    layers = list(book.layers)
    if len(layers) < 2:
        return "".join(layers), []
    found: list[str] = []
    refused: list[list[Fault]] = []
    for layer in layers:
        fields, faults = rule_from_blanks(kind, {**values, "on": layer}, book)
        refused.append(faults)
        if not faults and (suits is None or suits(validate_yaml(YamlDocument("", fields, {}, b""), kind))):
            found.append(layer)
    if len(found) == 1 or (found and suits is None):
        return found[0], []
    every = [fault for fault in refused[0] if all(fault in faults for faults in refused)]
    shown = [book.layer(name) for name in found or layers]
    zh, en = "、".join(text.zh for text in shown), ", ".join(text.en for text in shown)
    message = Text(
        zh=f"几层都适合这条规则，请选一层：{zh}", en=f"several layers suit the rule, choose one: {en}"
    )
    if not found:
        message = Text(
            zh=f"看不出针对哪一层，请选一层：{zh}", en=f"no layer certainly suits, choose one: {en}"
        )
    return "", [Fault(message, column="on"), *every]
