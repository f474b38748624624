"""Makes the tables of this scenario. Places are real; people, ties, postings and work are invented.

Run `python scenarios/making.py yantan-zones`; the same tables come out every time. Names, codes, numbers of
villages and positions of the 12 townships and streets: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both
MIT), statistical codes of 2023; today's list has as many as the document counts. Two positions are ours and
are marked `estimate`. The document counts 4 offices and 11 agencies; which departments the agencies sit in,
which office liaises with which agency and township today, and the year 2024 are our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Row, Table, flat_distance, gabriel_neighbours, invented_names, month_and_day, skills_cell

RANDOM = Random(510311)
DISTANCE = flat_distance(29.25)

TOWNSHIPS = [  # id, name, code, lon, lat, villages and communities, whose position, its liaison office today
    ("T01", "卫坪街道", "510311001", 104.8313, 29.3147, 21, "box centre", "O1"),
    ("T02", "邓关街道", "510311002", 104.9189, 29.1536, 6, "box centre", "O3"),
    ("T03", "沿滩镇", "510311100", 104.8844, 29.2525, 13, "box centre", "O2"),
    ("T04", "兴隆镇", "510311102", 104.7650, 29.2250, 7, "estimate", "O4"),
    ("T05", "富全镇", "510311105", 104.7146, 29.1892, 6, "box centre", "O4"),
    ("T06", "永安镇", "510311106", 104.9650, 29.2250, 13, "estimate", "O3"),
    ("T07", "联络镇", "510311107", 104.7815, 29.1825, 6, "box centre", "O4"),
    ("T08", "王井镇", "510311109", 104.9026, 29.2034, 7, "box centre", "O2"),
    ("T09", "黄市镇", "510311110", 104.8366, 29.2494, 8, "box centre", "O1"),
    ("T10", "瓦市镇", "510311111", 104.9394, 29.2916, 13, "box centre", "O3"),
    ("T11", "仙市镇", "510311112", 104.8839, 29.3404, 17, "box centre", "O1"),
    ("T12", "九洪乡", "510311204", 104.8605, 29.1774, 9, "box centre", "O2"),
]
HOSTS = [  # host unit, domain, its workload, its liaison office today
    ("区委办公室", "党群", 6, "O1"), ("区委组织部", "党群", 6, "O1"), ("区委政法委", "政法", 8, "O2"),
    ("公安分局", "政法", 11, "O2"), ("区财政局", "经济", 10, "O3"), ("区发展改革局", "经济", 9, "O3"),
    ("区教育体育局", "社会", 12, "O4"), ("区卫生健康局", "社会", 11, "O4"),
    ("区住房城乡建设局", "建设", 9, "O1"), ("区农业农村局", "农业", 10, "O4"),
    ("区市场监管局", "经济", 8, "O3"),
]  # fmt: skip
ZONES = [  # id, name, its office, the place of its seat
    ("Z1", "第一作战片区", "O1", "卫坪街道"), ("Z2", "第二作战片区", "O2", "沿滩镇"),
    ("Z3", "第三作战片区", "O3", "永安镇"), ("Z4", "第四作战片区", "O4", "联络镇"),
]  # fmt: skip
LEADERS = [  # the office that each is in charge of, native place, a unit that each has served in
    ("O1", "仙市镇", "A03"), ("O2", "富顺县", "T03"), ("O3", "富顺县", "T12"),
    ("O4", "贡井区", "A05"), ("", "大安区", "T07"), ("", "黄市镇", "A01"),
]  # fmt: skip
OUTSIDE = ["富顺县", "贡井区", "大安区", "自流井区"]
SEATS = {  # grade, title and the age band of the seats of a unit of each kind
    "office": [("head", "室主任"), ("deputy", "副主任"), ("cadre", "纪检监察员"), ("cadre", "纪检监察员")],
    "agency": [("head", "纪检监察组组长"), ("deputy", "副组长"), ("cadre", "干部")],
    "township": [("head", "纪（工）委书记"), ("deputy", "纪（工）委副书记"), ("cadre", "纪检干部")],
}
BORN = {"head": (1966, 1982), "deputy": (1972, 1988), "cadre": (1980, 1998)}
SKILLS = ["审查调查", "审理", "财务审计", "信访", "监督检查"]
WORK = [  # kind, what it is called, how many, the least and the greatest effort
    ("case", "案件", 12, 3, 4), ("letter", "信访件", 12, 1, 2), ("inspection", "专项监督", 8, 2, 3),
]  # fmt: skip
SUBJECTS = ["违规收受礼品礼金", "惠民补贴发放", "工程招投标", "集体资金管理", "执法不公", "项目验收把关"]
TOPICS = ["高标准农田建设", "校园餐", "医保基金", "农村集体三资", "安全生产", "乡村振兴资金"]
SCHOOLS = ["四川大学", "西南政法大学", "四川轻化工大学", "四川省委党校", "西南财经大学"]


def neighbours() -> list[Row]:
    """Return which townships adjoin."""
    points = {township[0]: township[3:5] for township in TOWNSHIPS}
    return gabriel_neighbours(points, DISTANCE)


def units() -> list[dict]:
    """Return the committee, its offices, the townships and the stationed agencies."""
    rows: list[dict] = [{"id": "C00", "name": "区纪委监委机关", "kind": "committee", "place": "沿滩镇"}]
    for k, numeral in enumerate("一二三四", start=1):
        rows.append({"id": f"O{k}", "name": f"第{numeral}纪检监察室", "kind": "office", "parent": "C00",
                     "workload": 12, "liaison": f"O{k}"})  # fmt: skip
    for key, name, code, lon, lat, villages, source, office in TOWNSHIPS:
        rows.append({"id": key, "name": name, "kind": "township", "parent": "C00", "place": name,
                     "workload": villages, "lon": lon, "lat": lat, "code": code, "position": source,
                     "liaison": office})  # fmt: skip
    for k, (host, domain, workload, office) in enumerate(HOSTS, start=1):
        rows.append({"id": f"A{k:02}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00",
                     "domain": domain, "workload": workload, "liaison": office})  # fmt: skip
    return rows


def person(key: str, name: str, grade: str, title: str, unit: dict) -> dict:
    """Return one person; offices are good at cases, townships at letters."""
    born = RANDOM.randint(*BORN[grade])
    day = month_and_day(RANDOM)
    skills = {skill: RANDOM.randint(2, 4) for skill in RANDOM.sample(SKILLS, 3)}
    best = {"office": "审查调查", "township": "信访"}.get(unit["kind"])
    if best:
        skills[best] = RANDOM.randint(3, 5)
    near = RANDOM.random() < 0.4
    return {
        "id": key,
        "name": name,
        "grade": grade,
        "title": title,
        "unit": unit["id"],
        "native_place": RANDOM.choice(TOWNSHIPS)[1] if near else RANDOM.choice(OUTSIDE),
        "born": f"{born}-{day}",
        "retires": f"{born + 58}-{day}" if born + 58 <= 2025 else "",
        "skills": skills_cell(skills),
        "capacity": {"head": 4, "deputy": 6, "cadre": 7}[grade],
        "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.3 else "",
        "graduated": born + 22,
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the leadership and the people of each unit; every fourth agency has a vacancy."""
    fresh = iter(invented_names(RANDOM, 120, given_first=True))
    rows = []
    for k, (office, native, served) in enumerate(LEADERS, start=1):
        leader = person(f"L{k}", next(fresh), "head", "委班子成员", bodies[0])
        rows.append({**leader, "native_place": native, "retires": "", "in_charge": office, "served": served})
    for unit in bodies[1:]:
        seats = SEATS[unit["kind"]]
        if unit["kind"] == "agency" and int(unit["id"][1:]) % 4 == 0:
            seats = seats[:-1]
        for grade, title in seats:
            rows.append(person(f"P{len(rows) - len(LEADERS) + 1:03}", next(fresh), grade, title, unit))
    return rows


def work(bodies: list[dict], staff: list[dict]) -> list[dict]:
    """Return the year's cases, letters and inspections; some parties are kin or friends of the staff."""
    where = [unit for unit in bodies if unit["kind"] in ("township", "agency")]
    rows: list[dict] = []
    for kind, title, count, least, most in WORK:
        for unit in RANDOM.sample(where, count):
            number = len(rows) + 1
            host = unit["name"].removeprefix("派驻").removesuffix("纪检监察组")
            about = RANDOM.choice(TOPICS if kind == "inspection" else SUBJECTS)
            month = 6 * (number % 2) + RANDOM.randint(1, 6)
            party = "" if kind == "inspection" else f"当事人{number:02}"
            rows.append({
                "id": f"K{number:02}",
                "title": f"{host}{about}{title}",
                "unit": unit["id"],
                "place": unit.get("place", ""),
                "received": f"2024-{month:02}-{RANDOM.randint(1, 28):02}",
                "effort": RANDOM.randint(least, most),
                "skills": {"case": "审查调查:3", "letter": "信访:3", "inspection": "监督检查:3"}[kind],
                "parties": party,
                "kind": kind,
            })  # fmt: skip
    return rows


def ties(staff: list[dict], files: list[dict]) -> list[dict]:
    """Return couples and kin among the staff, and who knows a party."""
    known = [row["id"] for row in staff]
    pairs = RANDOM.sample(known, 24)
    rows = [{"source": pairs[k], "target": pairs[k + 1], "kind": "spouse" if k < 8 else "kin"}
            for k in range(0, 24, 2)]  # fmt: skip
    parties = [row["parties"] for row in files if row["parties"]]
    for kind in ("kin", "friend", "classmate", "neighbour"):
        rows += [{"source": who, "target": RANDOM.choice(parties), "kind": kind}
                 for who in RANDOM.sample(known, 16)]  # fmt: skip
    return list({(row["source"], row["target"]): row for row in rows}.values())


def postings(bodies: list[dict], staff: list[dict]) -> list[dict]:
    """Return former posts: those of the leadership, and one for every second of the others."""
    others = [unit["id"] for unit in bodies if unit["kind"] in ("township", "agency")]
    rows = []
    for row in staff:
        former = row.get("served") or (RANDOM.choice(others) if RANDOM.random() < 0.5 else "")
        if former and former != row["unit"]:
            start = RANDOM.randint(2012, 2017)
            until = start + RANDOM.randint(2, 4)
            rows.append(
                {"person": row["id"], "group": former, "from": f"{start}-01-01", "to": f"{until}-12-31"}
            )
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    staff = people(bodies)
    files = work(bodies, staff)
    zones = [{"id": key, "name": name, "kind": "zone", "office": office, "place": place}
             for key, name, office, place in ZONES]  # fmt: skip
    liaisons = [{"source": unit["liaison"], "target": unit["id"], "kind": "liaises"}
                for unit in bodies if unit.get("liaison", unit["id"]) != unit["id"]]  # fmt: skip
    columns = "id,name,kind,parent,place,domain,workload,lon,lat,code,position,liaison"
    yield Table("units", columns, bodies)
    columns = "id,name,grade,title,unit,native_place,born,retires,skills,capacity,school,graduated"
    yield Table("people", columns + ",in_charge,served", staff)
    yield Table("groups", "id,name,kind,place,office", zones)
    yield Table("cases", "id,title,unit,place,received,effort,skills,parties,kind", files)
    yield Table("links", "source,target,kind", neighbours() + liaisons)
    yield Table("ties", "source,target,kind", ties(staff, files))
    yield Table("postings", "person,group,role,from,to", postings(bodies, staff))
