"""A Chinese column name or full-width punctuation in an expression is named, with the right spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_folder import faults


@pytest.mark.parametrize(
    ("expression", "said", "near", "allowed"),
    [
        ("person.籍贯 == group.place", "plain letters", "person.native_place", ""),
        ("person.政治面貌 == '中共党员'", "plain letters", "", "columns: {people: {政治面貌: NAME}}"),
        ("person.grade == “head”", "full-width '“': write \"", "", ""),
        ("person.grade ＝= 'head'", "full-width '＝': write =", "", ""),
    ],
)
def test_what_to_write_is_offered(
    tmp_path: Path, expression: str, said: str, near: str, allowed: str
) -> None:
    rule = f"rules:\n  - id: one\n    kind: eligible\n    on: posting\n    when: >-\n      {expression}\n"
    (fault,) = faults(tmp_path, rule)
    assert said in fault.message.en and fault.nearest == near and allowed in fault.allowed
    assert fault.detail.endswith("^") and fault.column == "one.when"
