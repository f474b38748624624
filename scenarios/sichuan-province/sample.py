"""Draws counties, writes each in three modes, solves and verifies them, and prints one table.

    python scenarios/sichuan-province/sample.py --counties 5 --seed 1 --out DIR

`--all` takes all counties and `--no-solve` only writes. A county that is in no table is given by its size
and geography:

    python scenarios/sichuan-province/sample.py --out DIR --name 某县 --code 510999 --townships 20 --width 30
        --agencies 14 --offices 4 --lon 105.1 --lat 30.5

The folders can be opened by `allocator check`, `solve` and `verify` like any other scenario. Exit status: 0
all plans hold, 1 one does not or there is none, 2 the call is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import fields
from pathlib import Path

from county import County, make, read_counties
from modes import MODES, write

from allocator import api

HEADINGS = {
    "zh": ["县（市、区）", "模式", "单位", "乡镇", "派驻机构", "去处", "人员", "状态", "各级代价/下界", "秒"],
    "en": [
        "county",
        "mode",
        "units",
        "townships",
        "agencies",
        "groups",
        "people",
        "status",
        "cost/bound by level",
        "seconds",
    ],
}
#: What becomes of a scenario; `broken` is a plan that its own rules do not confirm.
STATUS = {
    "optimal": {"zh": "最优（已证明）", "en": "optimal (proved)"},
    "feasible": {"zh": "可行", "en": "feasible"},
    "infeasible": {"zh": "无解", "en": "infeasible"},
    "unknown": {"zh": "未定", "en": "unknown"},
    "broken": {"zh": "未通过核验", "en": "not verified"},
}


def solved(folder: Path, seconds: float) -> dict[str, object]:
    """Solve and verify one scenario and return a row of the table."""
    policy = api.bind(api.load(folder))
    plan = api.solve(policy, seconds=seconds, confirm="off")
    if plan.assignments:
        api.write_plan(plan, folder / "plan.json")
    holds = not plan.assignments or api.verify(policy, plan).holds
    organisation = policy.context.scenario.organisation
    return {
        "units": len(organisation.units),
        "groups": len(organisation.groups),
        "people": len(organisation.people),
        "status": plan.status if holds else "broken",
        "levels": [[score.level, score.cost, score.bound] for score in plan.score if score.level != "hard"],
        "seconds": plan.run["seconds"],
    }


def shown(row: dict, lang: str) -> str:
    """Return a row of the table as it is printed."""
    levels = " ".join(f"{level}:{cost}/{bound}" for level, cost, bound in row["levels"])
    mode = MODES[row["mode"]]
    sizes = [row[name] for name in ("units", "townships", "agencies", "groups", "people")]
    status = STATUS[row["status"]][lang]
    cells = [row["county"], mode.zh if lang == "zh" else mode.en, *sizes, status, levels, row["seconds"]]
    return "\t".join(map(str, cells))


def options(arguments: list[str]) -> argparse.Namespace:
    """Read the call."""
    reader = argparse.ArgumentParser(
        prog="sample.py", description="县级方案抽样 · county scenarios in three modes"
    )
    reader.add_argument("--counties", type=int, default=5, help="抽取多少个县 · how many counties")
    reader.add_argument("--seed", type=int, default=1, help="抽样种子 · seed of the draw")
    reader.add_argument("--all", action="store_true", help="全部县 · all counties")
    reader.add_argument(
        "--mode", choices=list(MODES), action="append", help="只做这些模式 · these modes alone"
    )
    reader.add_argument("--out", type=Path, required=True, help="输出文件夹 · folder for the scenarios")
    reader.add_argument("--no-solve", action="store_true", help="只生成 · write only")
    reader.add_argument("--time-limit", type=float, default=60.0, help="每个方案的秒数 · seconds for each")
    reader.add_argument("--lang", choices=["zh", "en"], default="zh", help="语言 · language")
    reader.add_argument("--json", action="store_true", help="逐行 JSON · a line of JSON each")
    own = reader.add_argument_group("另外的县 · a county of your own")
    for one in fields(County):
        kind = {"str": str, "int": int, "float": float}[str(one.type)]
        own.add_argument(f"--{one.name}", type=kind, metavar=one.name.upper())
    return reader.parse_args(arguments)


def chosen(call: argparse.Namespace) -> list[County]:
    """Return the counties that the call asks for.

    Raises:
        ValueError: What is wrong with the call.
    """
    given = {
        one.name: getattr(call, one.name) for one in fields(County) if getattr(call, one.name) is not None
    }
    if given:
        if missing := [f"--{one.name}" for one in fields(County) if one.name not in given]:
            raise ValueError(f"还缺 · missing: {' '.join(missing)}")
        return [County(**given)]
    counties = read_counties()
    if call.all:
        return counties
    if not 1 <= call.counties <= len(counties):
        raise ValueError(f"--counties {call.counties} · 1..{len(counties)}")
    return random.Random(call.seed).sample(counties, call.counties)


def main(arguments: list[str]) -> int:
    """Write, solve, verify and print; return the exit status."""
    call = options(arguments)
    try:
        counties = chosen(call)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    fine = True
    if not (call.json or call.no_solve):
        print("\t".join(HEADINGS[call.lang]))
    for county in counties:
        made = make(county)
        for mode in call.mode or MODES:
            folder = write(county, mode, call.out, made)
            if call.no_solve:
                print(folder)
                continue
            row = {"county": county.name, "code": county.code, "mode": mode, "townships": county.townships,
                   "agencies": county.agencies, **solved(folder, call.time_limit)}  # fmt: skip
            fine = fine and row["status"] in ("optimal", "feasible")
            print(json.dumps(row, ensure_ascii=False) if call.json else shown(row, call.lang), flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
