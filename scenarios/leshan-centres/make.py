"""Makes the tables of this scenario. Places are real; units, people, ties, postings and cases are invented.

Run `python scenarios/making.py leshan-centres`; the same tables come out every time. Names, codes, numbers of
villages and positions of the 17 townships and streets: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both
MIT), codes of 2023; six positions are ours and are marked `estimate`. The document counts 4 case centres.
That there are 8 offices and 20 agencies, which departments these sit in, which office liaises with which
agency, that four offices inspect and four investigate, and the year 2024 are our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_names, month_and_day, skills_cell

RANDOM = Random(511102)

TOWNSHIPS = [  # name, code, lon, lat, villages and communities, whose position
    ("大佛街道", "511102004", 103.7675, 29.5643, 17, "box centre"),
    ("通江街道", "511102006", 103.7229, 29.6176, 11, "box centre"),
    ("海棠街道", "511102008", 103.7590, 29.5700, 17, "estimate"),
    ("绿心街道", "511102009", 103.7400, 29.5850, 11, "estimate"),
    ("全福街道", "511102010", 103.8242, 29.6119, 10, "box centre"),
    ("牟子镇", "511102101", 103.7763, 29.6266, 10, "box centre"),
    ("土主镇", "511102102", 103.7900, 29.6900, 8, "estimate"),
    ("白马镇", "511102103", 103.8300, 29.6600, 17, "estimate"),
    ("茅桥镇", "511102104", 103.8851, 29.5251, 12, "box centre"),
    ("青平镇", "511102105", 103.9300, 29.6055, 8, "box centre"),
    ("苏稽镇", "511102106", 103.6466, 29.5924, 23, "box centre"),
    ("水口镇", "511102107", 103.6300, 29.5200, 9, "estimate"),
    ("安谷镇", "511102108", 103.6825, 29.5123, 16, "box centre"),
    ("棉竹镇", "511102109", 103.7058, 29.6376, 6, "box centre"),
    ("平兴镇", "511102116", 103.6089, 29.5564, 8, "box centre"),
    ("悦来镇", "511102117", 103.8400, 29.7400, 5, "estimate"),
    ("剑峰镇", "511102118", 103.8608, 29.7131, 7, "box centre"),
]
HOSTS = [  # host unit, domain, its workload, its liaison office
    ("区委办公室", "党群", 6, "O1"), ("区委组织部", "党群", 6, "O1"), ("区委宣传部", "党群", 5, "O1"),
    ("区人大机关", "党群", 5, "O1"), ("区总工会", "党群", 5, "O1"), ("区文化旅游局", "社会", 8, "O1"),
    ("区教育局", "社会", 10, "O1"), ("区委政法委", "政法", 7, "O2"), ("公安分局", "政法", 12, "O2"),
    ("区司法局", "政法", 7, "O2"), ("区民政局", "社会", 9, "O2"), ("区财政局", "经济", 10, "O3"),
    ("区发展改革局", "经济", 9, "O3"), ("区国资中心", "经济", 10, "O3"), ("区市场监管局", "经济", 9, "O3"),
    ("区住房城乡建设局", "建设", 11, "O4"), ("区交通运输局", "建设", 10, "O4"),
    ("区农业农村局", "建设", 11, "O4"), ("区水务局", "建设", 8, "O4"), ("区卫生健康局", "社会", 11, "O4"),
]  # fmt: skip
INVESTIGATING = {  # an investigating office, and the inspecting offices that it has worked with, most first
    "O5": ["O1", "O2"], "O6": ["O1", "O3"], "O7": ["O4", "O3"], "O8": ["O4"],
}  # fmt: skip
LEADERS = [  # the office in the charge of each, an agency that each has served in, native place
    ("O1", "A07", "苏稽镇"), ("O2", "A13", "峨眉山市"), ("O3", "A02", "五通桥区"),
    ("O4", "A09", "沙湾区"), ("", "A16", "青平镇"), ("", "A05", "夹江县"),
]  # fmt: skip
OUTSIDE = ["峨眉山市", "五通桥区", "沙湾区", "夹江县", "井研县"]
SEATS = {  # grade and title of the seats of a unit of each kind
    "office": [("head", "室主任"), ("deputy", "副主任"), ("cadre", "纪检监察员"), ("cadre", "纪检监察员")],
    "agency": [("head", "纪检监察组组长"), ("deputy", "副组长"), ("cadre", "干部")],
}
BORN = {"head": (1966, 1982), "deputy": (1972, 1988), "cadre": (1980, 1998)}
SKILLS = ["审查调查", "财务审计", "法律", "信访", "监督检查"]
SUBJECTS = ["违规收受礼品礼金", "公车私用", "工作失职", "违规发放津补贴", "违规吃喝"]
MAJOR = ["A04", "A09", "A12", "A14", "A16", "A18", "A20", "A07"]


def units() -> list[dict]:
    """Return the committee, its inspecting and investigating offices, the agencies and the townships."""
    rows: list[dict] = [{"id": "C00", "name": "区纪委监委机关", "kind": "committee", "place": "海棠街道"}]
    for k, numeral in enumerate("一二三四五六七八", start=1):
        rows.append({"id": f"O{k}", "name": f"第{numeral}纪检监察室", "kind": "office", "parent": "C00",
                     "domain": "监督检查" if k <= 4 else "审查调查", "workload": 12})  # fmt: skip
    for k, (host, domain, workload, office) in enumerate(HOSTS, start=1):
        rows.append({"id": f"A{k:02}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00",
                     "domain": domain, "workload": workload, "liaison": office})  # fmt: skip
    for k, (name, code, lon, lat, villages, source) in enumerate(TOWNSHIPS, start=1):
        rows.append({"id": f"T{k:02}", "name": name, "kind": "township", "parent": "C00", "place": name,
                     "workload": villages, "lon": lon, "lat": lat, "code": code,
                     "position": source})  # fmt: skip
    return rows


def person(key: str, name: str, grade: str, title: str, unit: dict) -> dict:
    """Return one person; those of the investigating offices are good at investigations."""
    born = RANDOM.randint(*BORN[grade])
    day = month_and_day(RANDOM)
    skills = {skill: RANDOM.randint(2, 4) for skill in RANDOM.sample(SKILLS, 3)}
    if unit.get("domain") == "审查调查":
        skills["审查调查"] = RANDOM.randint(4, 5)
    near = RANDOM.random() < 0.5
    return {
        "id": key,
        "name": name,
        "grade": grade,
        "title": title,
        "unit": unit["id"],
        "native_place": RANDOM.choice(TOWNSHIPS)[0] if near else RANDOM.choice(OUTSIDE),
        "born": f"{born}-{day}",
        "retires": f"{born + 58}-{day}" if born + 58 <= 2025 else "",
        "skills": skills_cell(skills),
        "capacity": {"head": 5, "deputy": 6, "cadre": 7}[grade],
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the leadership and the people of offices and agencies; every sixth agency has a vacancy."""
    fresh, rows = iter(invented_names(RANDOM, 120, given_first=True)), []
    for k, (office, served, native) in enumerate(LEADERS, start=1):
        leader = person(f"L{k}", next(fresh), "head", "委班子成员", bodies[0])
        rows.append({**leader, "native_place": native, "retires": "", "in_charge": office, "served": served})
    for unit in bodies:
        vacant = unit["kind"] == "agency" and int(unit["id"][1:]) % 6 == 0
        seats = SEATS.get(unit["kind"], [])
        for grade, title in seats[: len(seats) - vacant]:
            rows.append(person(f"P{len(rows) - len(LEADERS) + 1:03}", next(fresh), grade, title, unit))
    return rows


def cases(bodies: list[dict]) -> list[dict]:
    """Return a routine case for each agency, some more, and the major ones."""
    agencies = {unit["id"]: unit for unit in bodies if unit["kind"] == "agency"}
    routine = [*agencies, *RANDOM.sample(list(agencies), 8)]
    rows: list[dict] = []
    for kind, unit in [("routine", unit) for unit in routine] + [("major", unit) for unit in MAJOR]:
        number = len(rows) + 1
        host = agencies[unit]["name"].removeprefix("派驻").removesuffix("纪检监察组")
        month = RANDOM.randint(1, 6) + 6 * (number % 2)
        about = "系列腐败" if kind == "major" else RANDOM.choice(SUBJECTS)
        rows.append({
            "id": f"K{number:02}",
            "title": f"{host}{about}案" if kind == "major" else f"{host}{about}问题",
            "unit": unit,
            "place": RANDOM.choice(TOWNSHIPS)[0],
            "received": f"2024-{month:02}-{RANDOM.randint(1, 28):02}",
            "effort": 4 if kind == "major" else RANDOM.randint(1, 2),
            "skills": "审查调查:4;财务审计:3;法律:3" if kind == "major" else "",
            "parties": f"当事人{number:02}",
            "kind": kind,
        })  # fmt: skip
    return rows


def ties(staff: list[dict], files: list[dict]) -> list[dict]:
    """Return couples and kin among the staff, and who knows the party of a case."""
    known = [row["id"] for row in staff]
    pairs = RANDOM.sample(known, 24)
    rows = [{"source": pairs[k], "target": pairs[k + 1], "kind": "spouse" if k < 8 else "kin"}
            for k in range(0, 24, 2)]  # fmt: skip
    for kind in ("kin", "friend", "classmate", "neighbour"):
        rows += [{"source": who, "target": RANDOM.choice(files)["parties"], "kind": kind}
                 for who in RANDOM.sample(known, 18)]  # fmt: skip
    return list({(row["source"], row["target"]): row for row in rows}.values())


def postings(bodies: list[dict], staff: list[dict]) -> list[dict]:
    """Return former posts in agencies: those of the leadership, and one for two in three of the others."""
    agencies = [unit["id"] for unit in bodies if unit["kind"] == "agency"]
    rows = []
    for row in staff:
        former = row.get("served") or (RANDOM.choice(agencies) if RANDOM.random() < 0.65 else "")
        if former and former != row["unit"]:
            start = RANDOM.randint(2012, 2018)
            dates = {"from": f"{start}-01-01", "to": f"{start + RANDOM.randint(1, 4)}-12-31"}
            rows.append({"person": row["id"], "group": former, **dates})
    return rows


def links(bodies: list[dict]) -> list[dict]:
    """Return which office liaises with which agency, and which offices have worked on cases together."""
    rows = [{"source": unit["liaison"], "target": unit["id"], "kind": "liaises"}
            for unit in bodies if unit.get("liaison")]  # fmt: skip
    rows += [{"source": base, "target": office, "kind": "worked_with"}
             for office, bases in INVESTIGATING.items() for base in bases]  # fmt: skip
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    staff, files = people(bodies), cases(bodies)
    centres = [{"id": f"N{k}", "name": f"第{numeral}办案中心", "kind": "centre", "office": f"O{k}"}
               for k, numeral in enumerate("一二三四", start=1)]  # fmt: skip
    yield Table("units", "id,name,kind,parent,place,domain,workload,lon,lat,code,position,liaison", bodies)
    columns = "id,name,grade,title,unit,native_place,born,retires,skills,capacity,in_charge,served"
    yield Table("people", columns, staff)
    yield Table("groups", "id,name,kind,office", centres)
    yield Table("cases", "id,title,unit,place,received,effort,skills,parties,kind", files)
    yield Table("links", "source,target,kind", links(bodies))
    yield Table("ties", "source,target,kind", ties(staff, files))
    yield Table("postings", "person,group,role,from,to", postings(bodies, staff))
