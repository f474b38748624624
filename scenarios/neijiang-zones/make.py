"""Makes the tables of this scenario. Places are real; people, ties, postings and cases are invented.

Run `python scenarios/making.py neijiang-zones`; the same tables come out every time. Names, codes and
positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), statistical codes of 2023.
The document counts 12 townships and streets where 15 are listed, some of them run by development zones;
which 12 is our choice (left out: 乐贤街道, 交通镇, 靖民镇). Positions marked `estimate` are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import (
    NUMERALS,
    Row,
    Table,
    flat_distance,
    gabriel_neighbours,
    invented_names,
    month_and_day,
    skills_cell,
)

RANDOM = Random(511002)
DISTANCE = flat_distance(29.55)

TOWNSHIPS = [  # id, name, lon, lat, villages and communities, whose position
    ("T01", "城东街道", 105.068, 29.583, 8, "estimate"),
    ("T02", "城西街道", 105.045, 29.571, 5, "estimate"),
    ("T03", "玉溪街道", 105.0474, 29.5778, 6, "box centre"),
    ("T04", "牌楼街道", 105.0589, 29.5700, 6, "box centre"),
    ("T05", "壕子口街道", 105.0336, 29.5887, 6, "box centre"),
    ("T06", "白马镇", 105.020, 29.520, 16, "estimate"),
    ("T07", "史家镇", 104.9799, 29.6489, 11, "box centre"),
    ("T08", "凌家镇", 104.8781, 29.4804, 17, "box centre"),
    ("T09", "朝阳镇", 104.930, 29.560, 11, "estimate"),
    ("T10", "永安镇", 104.940, 29.500, 16, "estimate"),
    ("T11", "全安镇", 104.9074, 29.5989, 13, "box centre"),
    ("T12", "龙门镇", 105.007, 29.440, 9, "estimate"),
]
HOSTS = [  # host unit, domain
    ("区委办公室", "党群"),
    ("区委组织部", "党群"),
    ("区委宣传部", "党群"),
    ("区委统战部", "党群"),
    ("区人大机关", "党群"),
    ("区政协机关", "党群"),
    ("区委政法委", "政法"),
    ("区人民法院", "政法"),
    ("区人民检察院", "政法"),
    ("公安分局", "政法"),
    ("区政府办公室", "综合"),
    ("区发展改革局", "经济"),
    ("区经济信息化局", "经济"),
    ("区财政局", "经济"),
    ("区国资局", "经济"),
    ("区审计局", "经济"),
    ("区教育体育局", "社会"),
    ("区卫生健康局", "社会"),
    ("区民政局", "社会"),
    ("区人社局", "社会"),
    ("区住房城乡建设局", "建设"),
    ("区交通运输局", "建设"),
    ("区自然资源分局", "建设"),
    ("区农业农村局", "农业"),
]
SCHOOLS = ["西南政法大学", "四川大学", "西南财经大学", "四川师范大学", "内江师范学院", "四川省委党校"]
SKILLS = ["审查调查", "审理", "财务审计", "法律", "信访", "宣教"]
EXPERTS = {
    "财务审计": 5,
    "法律": 5,
}  # how many people have the skill at its highest level: few, so that they are missed
ZONES = [
    ("Z1", "第一协作片区", "玉溪街道"),
    ("Z2", "第二协作片区", "史家镇"),
    ("Z3", "第三协作片区", "永安镇"),
]
OUTSIDE = ["资中县", "威远县", "东兴区"]


def neighbours() -> list[Row]:
    """Return which townships adjoin."""
    points = {township[0]: township[2:4] for township in TOWNSHIPS}
    return gabriel_neighbours(points, DISTANCE)


def units() -> list[dict]:
    """Return the committee, its offices, the townships and the stationed agencies."""
    rows = [
        {
            "id": "C00",
            "name": "区纪委监委机关",
            "kind": "committee",
            "place": "玉溪街道",
            "workload": 0,
            "headcount": 7,
        }
    ]
    for k in range(9):
        name = f"第{NUMERALS[k]}纪检监察室"
        rows.append(
            {
                "id": f"O{k + 1}",
                "name": name,
                "kind": "office",
                "parent": "C00",
                "place": "玉溪街道",
                "domain": "监督检查" if k < 5 else "审查调查",
                "workload": 10 + k % 3,
                "headcount": 3,
            }
        )
    for code, name, lon, lat, villages, source in TOWNSHIPS:
        rows.append(
            {
                "id": code,
                "name": name,
                "kind": "township",
                "parent": "C00",
                "place": name,
                "workload": villages,
                "headcount": 3,
                "lon": lon,
                "lat": lat,
                "position": source,
            }
        )
    urban = ["城东街道", "城西街道", "玉溪街道", "牌楼街道", "壕子口街道"]
    for k, (host, domain) in enumerate(HOSTS):
        rows.append(
            {
                "id": f"A{k + 1:02d}",
                "name": f"派驻{host}纪检监察组",
                "kind": "agency",
                "parent": "C00",
                "place": urban[k % 5],
                "domain": domain,
                "workload": 6 + (k * 7) % 5,
                "headcount": 3,
            }
        )
    return rows


def seats_of(unit: dict) -> list[tuple[str, str]]:
    """Return grade and title of each person of a unit; some agencies have a vacancy."""
    if unit["kind"] == "committee":
        return [("head", "委班子成员")] * 7
    if unit["kind"] == "office":
        return [("head", "室主任"), ("deputy", "副主任"), ("cadre", "科员")]
    if unit["kind"] == "township":
        return [("head", "纪委书记"), ("deputy", "纪委副书记"), ("cadre", "纪检专干")]
    vacant = int(unit["id"][1:]) % 4 == 0
    return [("head", "纪检监察组组长"), ("cadre", "干部")] + ([] if vacant else [("cadre", "干部")])


def people(all_units: list[dict]) -> list[dict]:
    """Return the people with native place, age, skills and capacity for casework."""
    fresh = iter(invented_names(RANDOM, 200, given_first=True))
    places = [township[1] for township in TOWNSHIPS]
    rows: list[dict] = []
    for unit in all_units:
        for grade, title in seats_of(unit):
            born = RANDOM.randint(
                *{"head": (1967, 1982), "deputy": (1973, 1988), "cadre": (1980, 1999)}[grade]
            )
            native = RANDOM.choice(places) if RANDOM.random() < 0.45 else RANDOM.choice(OUTSIDE)
            day = month_and_day(RANDOM)
            first, *others = RANDOM.sample(SKILLS, 3)
            strong = {"office": 1, "agency": 0, "township": 0, "committee": 1}[unit["kind"]]
            skills = {
                first: min(5, RANDOM.randint(2, 4) + strong),
                **{s: RANDOM.randint(2, 4) for s in others},
            }
            if unit.get("domain") == "审查调查":
                skills["审查调查"] = RANDOM.randint(4, 5)
            graduated = born + 22
            rows.append(
                {
                    "id": f"P{len(rows) + 1:03d}",
                    "name": next(fresh),
                    "grade": grade,
                    "title": title,
                    "unit": unit["id"],
                    "native_place": native,
                    "born": f"{born}-{day}",
                    "retires": f"{born + 60}-{day}" if born + 60 <= 2029 else "",
                    "skills": skills_cell(skills),
                    "capacity": {"head": 8, "deputy": 10, "cadre": 12}[grade],
                    "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.5 else "",
                    "graduated": graduated,
                }
            )
    for skill in EXPERTS:
        make_experts(rows, skill)
    return rows


def make_experts(rows: list[dict], skill: str) -> None:
    """Raise good people who stay in service to experts until there are enough, spread over the units."""
    missing = EXPERTS[skill] - sum(f"{skill}:5" in row["skills"] for row in rows)
    good = [row for row in rows if f"{skill}:4" in row["skills"] and not row["retires"]]
    for row in good[:: len(good) // missing][:missing]:
        row["skills"] = row["skills"].replace(f"{skill}:4", f"{skill}:5")


def groups() -> list[dict]:
    """Return the zones and in each a daily-supervision and a special-case group."""
    rows = [{"id": z, "name": name, "kind": "zone", "place": place} for z, name, place in ZONES]
    for z, name, place in ZONES:
        rows.append(
            {
                "id": f"{z}-daily",
                "name": f"{name}日常监督组",
                "kind": "daily",
                "parent": z,
                "place": place,
                "seats": "1组长+2副组长+14-24组员",
            }
        )
        rows.append(
            {
                "id": f"{z}-case",
                "name": f"{name}专案查办组",
                "kind": "case",
                "parent": z,
                "place": place,
                "seats": "1组长+2副组长+14-24组员",
            }
        )
    return rows


def liaisons(all_units: list[dict]) -> list[Row]:
    """Return which supervision office liaises with which agencies: by domain, about five each."""
    agencies = [unit["id"] for unit in all_units if unit["kind"] == "agency"]
    return [{"source": f"O{k * 5 // len(agencies) + 1}", "target": agency, "kind": "liaises"}
            for k, agency in enumerate(agencies)]  # fmt: skip


def history(everyone: list[dict], zoned: dict[str, str]) -> list[Row]:
    """Return former posts in other units, and the seats in the groups that are held now."""
    rows: list[Row] = []
    bodies = sorted({person["unit"] for person in everyone} - {"C00"})
    for person in everyone:
        if RANDOM.random() < 0.5:
            start = RANDOM.randint(2014, 2018)
            former = RANDOM.choice([body for body in bodies if body != person["unit"]])
            rows.append({"person": person["id"], "group": former, "from": f"{start}-01-01",
                         "to": f"{start + RANDOM.randint(1, 4)}-12-31"})  # fmt: skip
    leads = [p for p in everyone if p["title"] in ("委班子成员", "室主任")][:6]
    outsiders = [p for p in everyone if p["native_place"] in OUTSIDE]
    fit = [
        p
        for p in outsiders
        if p["title"] in ("副主任", "纪委副书记", "纪委书记", "室主任") and p not in leads
    ]
    deputies = RANDOM.sample(fit, 12)
    slots = [f"{z}-{kind}" for z, _, _ in ZONES for kind in ("daily", "case")]
    chosen = {p["id"]: (slots[k], "lead", 2025) for k, p in enumerate(leads)}
    chosen |= {p["id"]: (slots[k % 6], "deputy", RANDOM.choice([2024, 2025])) for k, p in enumerate(deputies)}
    for k, person in enumerate(person for person in everyone if person["id"] not in chosen):
        home = zoned.get(person["unit"], "Z1")
        zone = home if RANDOM.random() < 0.85 else RANDOM.choice([z for z, _, _ in ZONES if z != home])
        # Entries are staggered, as after some years of rotation: about a third of each group a year.
        chosen[person["id"]] = (f"{zone}-{RANDOM.choice(['daily', 'case'])}", "member", 2023 + k % 3)
    for person in everyone:
        slot, role, since = chosen[person["id"]]
        rows.append({"person": person["id"], "group": slot, "role": role, "from": f"{since}-01-01"})
    return rows


def present_zones(all_units: list[dict]) -> dict[str, str]:
    """Return the zone that each unit is in now: townships by the nearest seat, agencies by their office."""
    seats = {z: next(t for t in TOWNSHIPS if t[1] == place) for z, _, place in ZONES}
    zoned = {t[0]: min(seats, key=lambda z: DISTANCE(t[2:4], seats[z][2:4])) for t in TOWNSHIPS}
    zoned |= {f"O{k + 1}": f"Z{k % 3 + 1}" for k in range(9)}
    for liaison in liaisons(all_units):
        zoned[liaison["target"]] = zoned[liaison["source"]]
    return zoned


def ties(everyone: list[dict]) -> list[Row]:
    """Return kin, spouses and classmates among the people, and kin of people in units."""
    rows: list[Row] = []
    ids = [person["id"] for person in everyone]
    couples = RANDOM.sample(ids, 36)
    for k in range(0, 8, 2):
        rows.append({"source": couples[k], "target": couples[k + 1], "kind": "spouse"})
    for k in range(8, 36, 2):
        rows.append({"source": couples[k], "target": couples[k + 1], "kind": "kin"})
    for a, b in zip(RANDOM.sample(ids, 20), RANDOM.sample(ids, 20), strict=True):
        if a != b:
            rows.append({"source": a, "target": b, "kind": "classmate"})
    for person in RANDOM.sample(ids, 12):
        unit = RANDOM.choice(TOWNSHIPS)[0]
        rows.append({"source": person, "target": unit, "kind": "kin", "weight": 0.5})
    return rows


def cases(all_units: list[dict], everyone: list[dict]) -> list[dict]:
    """Return the cases pending at the turn of the year, with parties that some people know."""
    subjects = [
        "违规收受礼金",
        "工程招投标",
        "惠民补贴发放",
        "违规吃喝",
        "集体资金管理",
        "项目验收把关",
        "公车私用",
        "执法不公",
    ]
    where = [unit for unit in all_units if unit["kind"] in ("township", "agency")]
    RANDOM.shuffle(where)
    rows = []
    for k in range(44):
        unit = where[k % len(where)]
        needs = {"审查调查": 2}
        if k % 3 == 0:
            needs[RANDOM.choice(["财务审计", "法律"])] = 2
        parties = [f"当事人{k + 1:02d}"]
        if RANDOM.random() < 0.3:
            parties.append(RANDOM.choice(everyone)["id"])
        host = unit["name"].removeprefix("派驻").removesuffix("纪检监察组")
        rows.append(
            {
                "id": f"K{k + 1:02d}",
                "title": f"{host}{subjects[k % 8]}问题",
                "unit": unit["id"],
                "place": unit["place"],
                "domain": unit.get("domain", ""),
                "received": f"2025-{RANDOM.randint(9, 12):02d}-{RANDOM.randint(1, 14):02d}",
                "due": f"2026-{RANDOM.randint(4, 12):02d}-28",
                "effort": RANDOM.randint(1, 4),
                "severity": RANDOM.randint(1, 5),
                "skills": skills_cell(needs),
                "parties": ";".join(parties),
            }
        )
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    all_units = units()
    everyone = people(all_units)
    yield Table("units", "id,name,kind,parent,place,domain,workload,headcount,lon,lat,position", all_units)
    yield Table(
        "people",
        "id,name,grade,title,unit,native_place,born,retires,skills,capacity,school,graduated",
        everyone,
    )
    yield Table("groups", "id,name,kind,parent,place,domain,seats", groups())
    yield Table(
        "cases",
        "id,title,unit,place,domain,received,due,effort,severity,skills,parties",
        cases(all_units, everyone),
    )
    zoned = present_zones(all_units)
    members = [{"source": unit, "target": zone, "kind": "member_of"} for unit, zone in zoned.items()]
    yield Table("links", "source,target,kind,weight", [*neighbours(), *liaisons(all_units), *members])
    yield Table("ties", "source,target,kind,weight,since,until", ties(everyone))
    yield Table("postings", "person,group,role,from,to", history(everyone, zoned))
