"""Memory of large tables: a county has thousands of people, a hostile file half a million."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.reading.files import read_bytes
from allocator.rules.expressions.axes import Columns, joined
from small_folder import folder

PEOPLE = 5_000
#: Bytes at the peak for each person, rules bound and every expression evaluated: 500,000 stay under 1 GiB.
MOST = 1_500

PACK = """\
pack: main
rules:
  - {id: home, kind: avoid, on: posting, when: person.native_place == group.place}
  - {id: heads, kind: eligible, on: posting, role: lead, when: person.grade == 'head'}
"""


def big(tmp_path: Path, count: int = PEOPLE) -> Path:
    base = folder(tmp_path, {"main": PACK})
    rows = (
        f"P{k},王建国{k},cadre,North,{('Northton', 'Southton')[k % 2]},19{60 + k % 40}-03-{1 + k % 28:02},"
        f"2040-01-01,law:{1 + k % 5},中共党员\n"
        for k in range(count)
    )
    with (base / "people.csv").open("a", encoding="utf-8") as file:
        file.writelines(rows)
    return base


@pytest.mark.unmeasured
def test_a_person_takes_little_memory(tmp_path: Path) -> None:
    # What is loaded once and for all is no part of it.
    api.bind(api.load(big(tmp_path / "few", 10))).check_expressions()
    base = big(tmp_path / "many")
    gc.collect()
    tracemalloc.start()
    try:
        policy = api.bind(api.load(base))
        policy.check_expressions()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(policy.context.scenario.organisation.people) == PEOPLE + 3
    assert peak / PEOPLE < MOST


def test_equal_skills_are_one_mapping_and_each_person_keeps_his_own(tmp_path: Path) -> None:
    people = api.load(big(tmp_path, 10)).organisation.people
    assert people["P0"].skills is people["P5"].skills
    assert (people["P0"].skills, people["P1"].skills) == ({"law": 1}, {"law": 2})
    assert people["P0"].model_fields_set >= {"id", "skills"}
    assert people["P0"].model_fields_set == people["P1"].model_fields_set


def test_a_column_is_made_once_and_only_when_it_is_read() -> None:
    made: list[str] = []

    def make(name: str) -> list[str]:
        made.append(name)
        return [name]

    columns = Columns(["a", "b"], make)
    both = joined(columns, {"b": ["other"], "c": ["c"]})
    assert (list(both), len(both), made) == (["a", "b", "c"], 3, [])
    assert (both["a"], both["a"], columns["a"]) == (["a"], ["a"], ["a"])
    assert (both["b"], made) == (["other"], ["a"])
    with pytest.raises(KeyError):
        columns["d"]


def test_a_file_that_hides_its_size_is_read_whole() -> None:
    status = Path("/proc/self/status")  # a regular file of size 0, as the system says
    if not status.is_file():
        pytest.skip("this system has no such files")
    assert read_bytes(status, "status", 2**20).startswith(b"Name:")
    with pytest.raises(InputError):
        read_bytes(status, "status", 10)


def test_tables_are_measured_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = folder(tmp_path)
    api.load(base)
    monkeypatch.setattr(
        "allocator.model.reading.scenario_sources.TABLE_BYTES", 400
    )  # each of the tables has less
    with pytest.raises(InputError) as caught:
        api.load(base)
    assert "合计超过" in caught.value.faults[0]("zh")
    assert caught.value.faults[0].file.endswith(".csv")
