"""Words of pictures in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.text import Language, Text
from allocator.report.rendering.console import number, pick

_COUNTED: Mapping[str, tuple[str, str, str]] = {
    "people": ("人", "person", "people"),
    "units": ("个单位", "unit", "units"),
    "groups": ("个组", "group", "groups"),
    "cases": ("件", "case", "cases"),
    "": ("项", "item", "items"),
}
WORKLOAD: Mapping[str, Text] = {
    "units": Text(zh="工作量", en="workload"),
    "cases": Text(zh="工作量", en="effort"),
}
APPROXIMATE = Text(
    zh="各点为近似位置，仅供示意，不是行政区划边界",
    en="positions are approximate and show no boundaries",
)


def counted(count: int, table: str, language: Language) -> str:
    """Return how many rows of a table, such as ``12 people``."""
    zh, one, many = _COUNTED.get(table, _COUNTED[""])
    return pick(language, f"{number(count)} {zh}", f"{number(count)} {one if count == 1 else many}")


def more(count: int, table: str, language: Language) -> str:
    """Return that so many more are left out."""
    zh = _COUNTED.get(table, _COUNTED[""])[0]
    return pick(language, f"… 还有 {number(count)} {zh}", f"… and {number(count)} more")


def weighed(total: int, table: str, language: Language) -> str:
    """Return the weight of so many rows of a table; empty if they have none."""
    word = WORKLOAD.get(table)
    return f"{word(language)} {number(total)}" if word and total else ""


def listed(parts: list[str]) -> str:
    """Return what there is of the parts of a line."""
    return " · ".join(filter(None, parts))
