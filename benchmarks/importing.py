"""Measures the import of rosters: people of 14 columns from a workbook and from a CSV file.

Each goes into a new folder; the workbook also into a new workbook, and into that one again.

Run: python benchmarks/importing.py [--people 5000] [--times 3]
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import xlsxwriter

HEADERS = (
    "序号 姓名 性别 出生年月 民族 籍贯 参加工作时间 "
    "学历 所在单位 现任职务 任现职时间 身份证号 联系电话 家庭成员"
)
HEADER = HEADERS.split()
SURNAMES, GIVEN = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗",
    "建国志远晓东海燕文博思源雨晴俊峰佳怡明超霞平刚桂英玉兰春梅",
)


def rows(count: int) -> list[list[str]]:
    """Return ``count`` people; the relatives have a surname that none of them has."""
    random = Random(14)
    made = []
    for number in range(1, count + 1):
        year, month = random.randint(1966, 1998), random.randint(1, 12)
        name = random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=3)) + GIVEN[number % len(GIVEN)]
        made.append(
            [
                str(number),
                name[:4],
                random.choice("男女"),
                f"{year}.{month:02}",
                "汉族",
                random.choice(("四川内江", "湖北宜昌", "重庆万州")),
                f"{year + 22}.07",
                "大学本科",
                f"第{number % 200 + 1}纪检监察室",
                random.choice(("主任", "副主任", "干部")),
                f"{random.randint(2015, 2024)}.{random.randint(1, 12):02}",
                f"999999{year}{month:02}15{number % 1000:03}X",
                f"138{number:08}",
                f"妻子：欧阳{GIVEN[number % 9]}{GIVEN[number % 7]}，县第一中学教师",
            ]
        )
    return made


def write(folder: Path, people: Sequence[Sequence[str]]) -> list[Path]:
    """Write the people as a workbook and as a CSV file."""
    book = xlsxwriter.Workbook(folder / "roster.xlsx")
    sheet = book.add_worksheet("花名册")
    for row, cells in enumerate((HEADER, *people)):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
    book.close()
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((HEADER, *people))
    return [folder / "roster.xlsx", folder / "roster.csv"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for path in write(Path(place), rows(given.people)):
            seconds = min(measure(path, Path(place) / f"{path.suffix}-{n}") for n in range(given.times))
            print(f"import of {given.people} people x {len(HEADER)} columns, {path.name}: {shown(*seconds)}")
        book = Path(place) / "scenario.xlsx"
        for what in ("a new workbook", "the same workbook again"):
            print(f"roster.xlsx into {what}: {shown(*measure(Path(place) / 'roster.xlsx', book))}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"peak memory of an import: {peak} MiB")


def shown(seconds: float, worked: float) -> str:
    return f"{seconds:.2f} s ({worked:.2f} s of work)"


def measure(path: Path, target: Path) -> tuple[float, float]:
    """Return the seconds of one import and its processor time, the start of the program included."""
    start, before = time.perf_counter(), worked()
    command = [str(Path(sys.executable).with_name("allocator")), "import", str(path), "--into", str(target)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start, worked() - before


def worked() -> float:
    """Return the processor time of all ended children in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
