"""The people of a county, their kin, and the work that waits for them: all invented."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from county import Made

Row = dict[str, object]

SEATS = {  # grade and title of the seats of a unit of each kind
    "office": [("head", "室主任"), ("deputy", "副主任"), ("cadre", "纪检监察员"), ("cadre", "纪检监察员")],
    "agency": [("head", "纪检监察组组长"), ("deputy", "副组长"), ("cadre", "干部"), ("cadre", "干部")],
}
SKILLS = ["监督检查", "综合文稿", "审查调查", "财务审计", "法律"]
#: A task force may have no other who knows these: nothing bars those who do from an investigation.
SCARCE = ("审查调查", "财务审计")
#: How many people a task force needs for its three subgroups.
FORCE = 13
BORN = {"head": (1968, 1982), "deputy": (1974, 1988), "cadre": (1980, 1999)}
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志远晓东海燕文博思源雨晴俊峰佳怡子涵天佑"
SUBJECTS = ["违规吃喝", "工程招投标", "补贴发放", "项目验收", "集体资金管理"]
OUTSIDE = "外县"


def _person(draw: random.Random, key: str, seat: tuple[str, str], unit: object, best: str = "") -> Row:
    """Return one person, fair at a few things and good at one."""
    grade, title = seat
    born = f"{draw.randint(*BORN[grade])}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    skills = {skill: draw.randint(1, 3) for skill in draw.sample(SKILLS, 3)}
    if best:
        skills[best] = draw.randint(4, 5)
    return {
        "id": key, "name": draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice([1, 2, 2]))),
        "grade": grade, "title": title, "unit": unit, "native_place": OUTSIDE, "born": born,
        "skills": ";".join(f"{skill}:{level}" for skill, level in skills.items()),
    }  # fmt: skip


def task_forces(made: Made) -> list[tuple[list[str], int]]:
    """Return the offices of each task force and how many people they and their agencies have.

    There are as many task forces as have enough people each, at most one for each office.
    """
    offices = [str(row["id"]) for row in made.units("office")]
    people = dict.fromkeys(offices, 0)
    for unit in [*made.units("office"), *made.units("agency")]:
        people[str(unit["liaison"])] += len(_seats(unit))
    for number in range(len(offices), 0, -1):
        tied = [offices[k::number] for k in range(number)]
        found = [(own, sum(people[office] for office in own)) for own in tied]
        if all(size >= FORCE for _, size in found):
            break
    return found


def people(made: Made, draw: random.Random) -> list[Row]:
    """Return the leadership, one for each office and group at least, and the staff of all bodies."""
    rows = [*_leaders(made, draw), *_staff(made, draw)]
    # The packs call a leader's former post by two names.
    return [{**row, "served": row.get("served_at", "")} for row in rows]


def _leaders(made: Made, draw: random.Random) -> Iterator[Row]:
    """Yield leaders with the office and the sectors in their charge, and a former post that bars neither."""
    offices, sectors = made.units("office"), made.sectors
    for k in range(max(len(offices), len(sectors)) + 1):
        office = str(offices[k]["id"]) if k < len(offices) else ""
        fields = [sectors[k % len(sectors)], sectors[(k + 1) % len(sectors)]]
        zone = next((zone["agencies"] for zone in made.zones if office in zone["offices"]), [])
        force = next((own for own, _ in task_forces(made) if office in own), [])
        free = [
            one["id"]
            for one in made.units("agency")
            if one["liaison"] not in force
            and one["id"] not in zone
            and made.joined[str(one["id"])] not in fields
        ]
        yield {
            **_person(draw, f"L{k + 1}", ("head", "委班子成员"), "C00"),
            "in_charge": office,
            "field": ";".join(fields),
            "served_at": draw.choice(free) if free else "",
        }


def _staff(made: Made, draw: random.Random) -> Iterator[Row]:
    """Yield the people of offices and agencies: heads know investigation, the others of an office's circle
    each one thing in turn, so that every task force finds what it needs."""
    number, native = 0, [OUTSIDE, *(str(one["name"]) for one in made.units("township"))]
    for office in made.units("office"):
        circle = [office, *(row for row in made.units("agency") if row["liaison"] == office["id"])]
        turn = cycle(SKILLS)
        for unit in circle:
            for grade, title in _seats(unit):
                number += 1
                best = "审查调查" if grade == "head" else next(turn)
                row = _person(draw, f"P{number:03}", (grade, title), unit["id"], best)
                if best not in SCARCE and grade == "cadre":
                    row["native_place"] = draw.choice(native)
                if best not in SCARCE and grade == "deputy" and draw.random() < 0.5:
                    row["served_at"] = draw.choice([key for key in made.joined if key != unit["id"]])
                yield row


def _seats(unit: Row) -> list[tuple[str, str]]:
    """Return the seats of a unit; every fourth agency has a vacancy."""
    seats = SEATS[str(unit["kind"])]
    return seats[:-1] if unit["kind"] == "agency" and int(str(unit["id"])[1:]) % 4 == 0 else seats


def kin(made: Made, draw: random.Random) -> list[Row]:
    """Return kin and couples whose agencies the plan made first has in different groups."""
    staff = [row for row in made.tables["people"] if row["unit"] in made.joined]
    found: list[Row] = []
    while len(found) < len(made.joined) // 2:
        a, b = draw.sample(staff, 2)
        if made.joined[str(a["unit"])] != made.joined[str(b["unit"])]:
            found.append(
                {"source": a["id"], "target": b["id"], "kind": "kin" if len(found) % 3 else "spouse"}
            )
    return found


def cases(made: Made, draw: random.Random) -> list[Row]:
    """Return inspections and cases, three for every two agencies; somebody of the staff may know a party."""
    staff = [str(row["id"]) for row in made.tables["people"] if row["unit"] in made.joined]
    agencies, rows = made.units("agency"), []
    for k in range(1, len(agencies) * 3 // 2 + 1):
        agency, inspection = draw.choice(agencies), k % 3 == 0
        host = str(agency["name"]).removeprefix("派驻").removesuffix("纪检监察组")
        about = "专项监督检查" if inspection else f"{draw.choice(SUBJECTS)}问题"
        rows.append({
            "id": f"K{k:02}", "title": f"{host}{about}", "unit": agency["id"], "domain": agency["domain"],
            "received": "2024-07-05", "effort": draw.randint(1, 4),
            "kind": "inspection" if inspection else "case",
            "parties": "" if inspection else f"当事人{k:02}",
            "known_to": "" if inspection or draw.random() < 0.5 else draw.choice(staff),
        })  # fmt: skip
    return rows
