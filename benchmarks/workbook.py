"""Measures the workbook of a scenario with 5,000 people: written, read, and checked with a marked copy.

python benchmarks/workbook.py
"""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
import time
from pathlib import Path
from random import Random

import openpyxl

from allocator import api

PEOPLE = 5_000
#: One person in so many has a faulty cell.
FAULTY_EVERY = 50
HEADERS = "id,name,grade,title,unit,native_place,born,joins,retires,skills,capacity,school,party,note"
SCENARIO = "scenario: desk\nperiods: [2026]\nlayers: {posting: {items: people, slots: units, take: any}}\n"


def write_folder(folder: Path) -> None:
    """Write a scenario of 5,000 people with 14 columns, some of whom have a fault."""
    random = Random(1)
    people = io.StringIO()
    rows = csv.writer(people, lineterminator="\n")
    rows.writerow(HEADERS.split(","))
    for number in range(PEOPLE):
        born = f"{random.randint(1966, 2000)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        unit = f"U{random.randint(1, 200):03}"
        person = [
            f"P{number:04}",
            f"人员{number}",
            random.choice(["正", "副", "干部"]),
            "科员",
            unit,
            "城东区",
        ]
        rows.writerow([*person, born, "", "", "审理:3;法律:2", "4", "某大学", "中共党员", "虚构"])
    (folder / "people.csv").write_text(people.getvalue(), encoding="utf-8")
    units = "".join(f"U{number:03},单位{number},office\n" for number in range(1, 201))
    (folder / "units.csv").write_text(f"id,name,kind\n{units}", encoding="utf-8")
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")


def spoil(content: bytes, path: Path) -> None:
    """Write the workbook with a date that is none in every fiftieth row."""

    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["人员"]
    place = [cell.value for cell in page[1]].index("出生") + 1
    for row in range(2, PEOPLE + 2, FAULTY_EVERY):
        page.cell(row, place).value = "1975.1"
    book.save(path)


def main() -> None:
    """Print the seconds of each step."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "desk"
        folder.mkdir()
        write_folder(folder)
        start = time.perf_counter()
        content = api.scenario_workbook(folder, language="zh").content
        print(f"written in {time.perf_counter() - start:.2f} s, {len(content) / 2**20:.1f} MiB")
        sound = Path(name) / "sound.xlsx"
        sound.write_bytes(content)
        start = time.perf_counter()
        scenario = api.load(sound)
        print(f"read in {time.perf_counter() - start:.2f} s: {len(scenario.organisation.people)} people")
        faulty = Path(name) / "faulty.xlsx"
        spoil(content, faulty)
        start, begun = time.perf_counter(), time.process_time()
        checked = api.check_workbook(faulty, language="zh")
        seconds, worked = time.perf_counter() - start, time.process_time() - begun
        taken = sum(checked.taken.values())
        print(f"checked and marked in {seconds:.2f} s ({worked:.2f} s of work)")
        print(f"{len(checked.faults)} faults, {taken} rows taken")


if __name__ == "__main__":
    main()
