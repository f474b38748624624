"""Every block of rules of ``docs/rotas.md`` is bound and solved in the rota of that page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator.report.lint import find_doubts
from rota import rota, solved

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rotas.md"
BLOCKS = re.findall(r"^```yaml rota\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
STAFFED = "{id: night, kind: capacity, on: duty, slots: group.id == 'Night', atleast: 1, atmost: 1}\n"
TABLES = {
    "postings.csv": "person,group,from,to\nAnn,Night,2026-03-01,2026-03-01\n",
    "wishes.csv": "item,slot,role,period,weight\nAnn,,,2026-03-04,-2\n",
}
WISHES = "{id: own-wishes, kind: wishes, on: duty, level: 2}\n"


@pytest.mark.parametrize("block", BLOCKS)
def test_the_rules_of_the_page_can_be_solved(tmp_path: Path, block: str) -> None:
    rules = "".join(f"{line.removeprefix('- ')}\n" for line in block.splitlines())
    extra = "" if "kind: wishes" in rules else WISHES
    policy = rota(
        tmp_path,
        STAFFED + rules + extra,
        people=("Ann", "Ben", "Cid", "Dot"),
        groups=("Night", "Early"),
        periods=5,
        tables=TABLES,
    )
    assert not find_doubts(policy)
    solved(policy)


def test_the_page_has_every_kind_that_it_is_about() -> None:
    named = set(re.findall(r"kind: (\w+)", "".join(BLOCKS)))
    assert named == {"cooldown", "frequency", "succession", "partners", "choice", "wishes"}
