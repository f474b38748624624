"""Numbers of rules that come to more than can be counted with, though each by itself may be said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from allocator.model.text import Text
from allocator.rules.rule import Rule

TOO_LARGE = Text(
    zh="数值过大：负荷、代价与权重合计起来可能超出可计算的范围（2^60），请改用较大的单位或较小的权重",
    en="its numbers are too large: loads, costs and weights may come to 2^60 or more; use a larger unit or "
    "smaller weights",
)


#: A share in percent multiplies what it is of.
_PERCENT = 100


def reach(rule: Rule, given: int, places: int) -> int:
    """Return what a rule's sums never come to more than; most rules stay far below it.

    Args:
        rule: The rule.
        given: The largest number that its expressions give.
        places: How many places its layer has; no sum has many more terms.
    """
    largest = max([1, given, *map(abs, _numbers(rule))]) * max(1, places) * _PERCENT
    return rule.weight * (largest**2 if getattr(rule, "measure", "") == "squares" else largest)


def _numbers(value: object) -> Iterator[int]:
    """Yield every whole number that a rule, or a part of it, holds; its weight is counted apart."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name != "weight":
                yield from _numbers(getattr(value, name))
    elif isinstance(value, Mapping):
        yield from (number for one in value.values() for number in _numbers(one))
    elif isinstance(value, tuple | list):
        yield from (number for one in value for number in _numbers(one))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
