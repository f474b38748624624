"""Many faults: no sort hides another, each is counted, and joined errors list and count the same."""

from __future__ import annotations

from allocator.errors import Fault, fault_lines
from allocator.model.reading.fault_list import MOST_FAULTS, SHOWN_OF_SORT, FaultList, input_error
from allocator.model.text import Text


def faults(column: str, count: int, more: int = 0) -> list[Fault]:
    """Return so many faults of one sort."""
    message = Text(zh=f"{column} 有误", en=f"{column} is wrong")
    return [Fault(message, "people.csv", row, column, f"v{row}", more=more) for row in range(2, count + 2)]


def lines(found: list[Fault]) -> list[str]:
    return list(fault_lines(input_error(found).faults, "en"))


def test_eighty_of_a_sort_are_one_line_with_their_number() -> None:
    assert lines(faults("born", 80)) == [
        "people.csv:born: born is wrong; 80 of this sort, such as row 2 'v2', row 3 'v3', row 4 'v4'"
    ]
    assert len(lines(faults("born", 3))) == 3


def test_no_sort_hides_another_and_none_is_miscounted() -> None:
    said = lines([*faults("born", 500), *faults("unit", 300), *faults("grade", 2)])
    assert [line.split(";")[1].split(" of")[0] for line in said[:2]] == [" 500", " 300"]
    assert said[2:] == [
        "people.csv:2:grade: grade is wrong; found 'v2'",
        "people.csv:3:grade: grade is wrong; found 'v3'",
    ]


def test_all_stay_counted_when_errors_are_joined() -> None:
    once = input_error([*faults("born", 500), *faults("unit", 300)]).faults
    assert len(once) == MOST_FAULTS + SHOWN_OF_SORT and once[0].more == 500 - MOST_FAULTS
    assert sum(fault.count for fault in once) == 800
    again = input_error(once).faults
    assert again == once


def test_what_is_of_no_sort_is_listed_up_to_a_bound_and_then_counted() -> None:
    single = [Fault(Text(zh=f"第 {n} 处", en=f"place {n}"), "scenario.yaml") for n in range(1000)]
    found = input_error(single).faults
    assert len(found) == 2 * MOST_FAULTS + 1
    assert found[-1].message.en == "and 600 more faults that are not listed" and found[-1].is_remainder
    joined = input_error([*found, *found]).faults
    assert joined[-1].message.en == "and 1600 more faults that are not listed"


def test_doubts_told_beside_faults_say_how_many_are_not_listed_once() -> None:
    kept, doubts = FaultList(), FaultList()
    kept.extend(faults("born", 1))
    doubts.extend(Fault(Text(zh="存", en=f"d{n}"), "x.csv") for n in range(500))
    told = kept.with_doubts(doubts).faults
    assert told[1].message.en == "in doubt: d0" and told[-1].message.en.startswith("and 100 more")
