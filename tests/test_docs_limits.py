"""The rules on the page on limits and maps are read, and a plan is found under them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from allocator.api import bind, load
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options

PAGE = Path(__file__).parents[1] / "docs" / "limits-and-maps.md"
DAYS = "".join(f"  - {{id: '2026-03-0{day}', from: 2026-03-0{day}, to: 2026-03-0{day}}}\n" for day in (6, 7))
TABLES = {
    "scenario.yaml": f"""scenario: page
periods:
{DAYS}layers:
  rota: {{items: people, slots: groups where group.kind == "shift", take: 0-1}}
  zoning: {{items: units, slots: groups where group.kind == "zone", periods: once, take: 1}}
rules: [r]
""",
    "people.csv": "id,grade,unit,native_place,skills\n"
    + "".join(f"P{k},{'cadre' if k % 2 else 'head'},U1,{'X' if k < 2 else ''},law:3\n" for k in range(7)),
    "units.csv": "id\nU1\nU2\nU3\nU4\n",
    "groups.csv": "id,kind,parent\nW,ward,\nZ1,zone,\nZ2,zone,\nday,shift,W\nnight,shift,W\n",
    "links.csv": "source,target,kind\nU1,U2,adjacent\nU2,U3,adjacent\nU4,U3,ferry\n"
    "U1,Z1,member_of\nU3,Z1,member_of\n",
    "scores-demand.csv": "shift,2026-03-06,2026-03-07\nday,2,1\nnight,1,\n",
}


def rules() -> list[str]:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("rule", rules())
def test_a_rule_of_the_page_can_be_kept(tmp_path: Path, rule: str) -> None:
    for name, text in {**TABLES, "r.yaml": f"pack: r\nrules:\n  {rule}\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = solve(bind(load(tmp_path)), Options(seconds=10))
    assert found.status == "optimal"
