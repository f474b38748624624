"""Writes the study of the province: counties in three modes, for so many seeds, and the study file.

    python scenarios/sichuan-province/study.py --out build/province [--counties 20] [--seeds 3] [--limit 10]
    allocator study build/province/study.yaml

Without `--counties` all 183 are written. A seed invents other departments, people, ties and work; where the
county lies and how large it is stays. `templates/study.yaml` has the figures by which modes are compared.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from pathlib import Path

from county import County, make, read_counties
from modes import HERE, MODES, write

COLUMNS = ("scenario", "title", "units", "townships", "agencies", "offices", "width", "lon", "lat")


def chosen(number: int | None, seed: int) -> list[County]:
    """Return so many counties drawn at random, in the order of their codes; all of them for None."""
    counties = read_counties()
    if number is None:
        return counties
    if not 1 <= number <= len(counties):
        raise ValueError(f"--counties {number} · 1..{len(counties)}")
    return sorted(random.Random(seed).sample(counties, number), key=lambda county: county.code)


def facts(county: County) -> list[object]:
    """Return what is known of a county, as a row of the study's table."""
    units = 1 + county.townships + county.agencies + county.offices
    numbers = (county.townships, county.agencies, county.offices, county.width)
    return [county.code, county.name, units, *numbers, county.lon, county.lat]


def write_study(counties: list[County], seeds: int, limit: float, folder: Path) -> Path:
    """Write the counties in all modes, what is known of them, and the study file, which is returned."""
    for county in counties:
        for seed in range(1, seeds + 1):
            made = make(county, seed)
            for mode in MODES:
                write(county, mode, folder / "counties" / county.code / str(seed), made, mode)
    with (folder / "counties.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(facts(county) for county in counties)
    scenarios = "".join(f"  - counties/{county.code}\n" for county in counties)
    text = (HERE / "templates" / "study.yaml").read_text(encoding="utf-8")
    file = folder / "study.yaml"
    file.write_text(f"{text}seeds: 1-{seeds}\nlimits: {limit:g}\nscenarios:\n{scenarios}", encoding="utf-8")
    return file


def main(arguments: list[str]) -> int:
    """Write the study and print the name of its file; return the exit status."""
    reader = argparse.ArgumentParser(prog="study.py", description="全省比选 · the study of the province")
    reader.add_argument("--out", type=Path, required=True, help="输出文件夹 · folder")
    reader.add_argument("--counties", type=int, help="抽取多少个县 · how many counties; all")
    reader.add_argument("--draw", type=int, default=1, help="抽样种子 · seed of the draw of counties")
    reader.add_argument("--seeds", type=int, default=3, help="种子数 · number of seeds")
    reader.add_argument("--limit", type=float, default=10.0, help="每次求解的秒数 · seconds of a solve")
    call = reader.parse_args(arguments)
    try:
        counties = chosen(call.counties, call.draw)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not (1 <= call.seeds <= 1000 and call.limit > 0):
        print(f"--seeds {call.seeds} --limit {call.limit}", file=sys.stderr)
        return 2
    print(write_study(counties, call.seeds, call.limit, call.out))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
