"""Makes the tables of this scenario. The document leaves its county unnamed: townships too are invented.

Run `python scenarios/making.py henan-cooperation`; the same tables come out every time. The document writes
“XX个乡镇划分为XX个协作区”: 20 townships, 4 zones and as many inspection offices is our choice, as are names
and positions (a grid with some scatter, on a plain). What is said in the document is the order of things: who
is head and who is deputy of a zone, cases handled away from home, and the focus of each quarter.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import (
    NUMERALS,
    Table,
    first_of_each_pair,
    flat_distance,
    gabriel_neighbours,
    lengthened_name,
    month_and_day,
    skills_cell,
)

RANDOM = Random(410000)

NAMES = [
    "柳河镇", "东岗镇", "白庙乡", "石桥镇", "桃园乡",
    "双井镇", "城关镇", "南关街道", "大营镇", "枣林乡",
    "杨集镇", "官渡镇", "新华街道", "牛屯镇", "沙窝乡",
    "古城镇", "青龙镇", "马店乡", "清水镇", "高庄镇",
]  # fmt: skip
SEATS = ["东岗镇", "石桥镇", "官渡镇", "牛屯镇"]
STRENGTHS = ["审查调查", "财务审计", "信访", "法律"]  # what a township's committee is known for
FIELDS = ["扶贫领域", "环保领域", "民生领域"]
FOCUS = [  # the quarter's focus, what it is called, how many tasks
    ("业务培训和队伍建设", "业务培训班", 4), ("专项检查和整治行动", "专项检查", 12),
    ("总结评估和整改落实", "整改落实评估", 6), ("经验总结和成果推广", "经验推广会", 4),
]  # fmt: skip
ROUTINE = ["日常监督走访", "廉政谈话", "台账核查"]
QUARTERS = ["Q1", "Q2", "Q3", "Q4"]
SCHOOLS = ["郑州大学", "河南大学", "河南财经政法大学", "河南省委党校"]


def townships() -> list[dict]:
    """Return the townships on a grid of five by four, each some 9 km from the next and scattered a little."""
    rows = []
    strengths = STRENGTHS * (len(NAMES) // len(STRENGTHS))
    RANDOM.shuffle(strengths)
    for k, name in enumerate(NAMES):
        lon = 113.80 + 0.10 * (k % 5) + RANDOM.uniform(-0.03, 0.03)
        lat = 34.00 + 0.08 * (k // 5) + RANDOM.uniform(-0.02, 0.02)
        rows.append({"id": f"T{k + 1:02}", "name": name, "kind": "township", "parent": "C00", "place": name,
                     "domain": strengths[k], "workload": RANDOM.randint(10, 30), "headcount": 3,
                     "lon": round(lon, 4), "lat": round(lat, 4)})  # fmt: skip
    return rows


def people(towns: list[dict]) -> list[dict]:
    """Return the leadership, the directors of the inspection offices, and three people of each township."""
    posts = [("C00", "leader", "县纪委班子成员")] * 6
    posts += [(f"O{k}", "director", "监督检查室主任") for k in range(1, 5)]
    titles = [("secretary", "乡镇纪委书记"), ("deputy", "乡镇纪委副书记"), ("cadre", "乡镇纪委委员")]
    posts += [(town["id"], *title) for town in towns for title in titles]
    rows: list[dict] = []
    for k, (unit, grade, title) in enumerate(posts, start=1):
        old = {"leader": 1965, "director": 1968, "secretary": 1968, "deputy": 1974, "cadre": 1980}[grade]
        born = RANDOM.randint(old, old + 16)
        day = month_and_day(RANDOM)
        domain = next((town["domain"] for town in towns if town["id"] == unit), "审查调查")
        skills = {domain: RANDOM.randint(3, 5)}
        skills.setdefault(RANDOM.choice(STRENGTHS), RANDOM.randint(2, 3))
        name = lengthened_name(RANDOM, [row["name"] for row in rows])
        senior = grade in ("leader", "director")
        rows.append({"id": f"P{k:02}", "name": name, "grade": grade, "title": title, "unit": unit,
                     "native_place": RANDOM.choice(NAMES) if RANDOM.random() < 0.7 else "外县",
                     "born": f"{born}-{day}",
                     "retires": f"{born + 60}-{day}" if born + 60 <= 2026 and not senior else "",
                     "skills": skills_cell(skills),
                     "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.4 else "",
                     "graduated": born + 22,
                     "served": RANDOM.choice(towns)["id"] if senior and RANDOM.random() < 0.7 else "",
                     })  # fmt: skip
    return rows


def cases(towns: list[dict]) -> list[dict]:
    """Return the cases of each quarter; the graver ones ask for a skill besides investigation."""
    places = [town for town in towns for _ in range(town["workload"])]
    rows = []
    for k in range(1, 37):
        town, quarter = RANDOM.choice(places), (k - 1) // 9
        severity = RANDOM.randint(1, 5)
        skill = RANDOM.choice(STRENGTHS if severity >= 3 else STRENGTHS[:1])
        about = RANDOM.choice(["惠民资金发放", "工程项目招标", "集体资产处置", "违规吃喝"])
        rows.append({"id": f"K{k:02}", "title": f"{town['name']}{about}问题", "unit": town["id"],
                     "place": town["place"], "kind": "case",
                     "received": f"2025-{3 * quarter + RANDOM.randint(1, 2):02}-{RANDOM.randint(1, 28):02}",
                     "effort": RANDOM.randint(1, 3), "severity": severity, "skills": f"{skill}:2",
                     "parties": f"当事人{k:02}"})  # fmt: skip
    return rows


def tasks(towns: list[dict]) -> list[dict]:
    """Return the tasks of the year's plan: those of a quarter's focus, and routine ones for any quarter."""
    rows = []
    for quarter, (focus, called, count) in zip(QUARTERS, FOCUS, strict=True):
        for k in range(count):
            inspected = RANDOM.choice(towns) if called in ("专项检查", "整改落实评估") else None
            about = f"{inspected['name']}{FIELDS[k % 3]}{called}" if inspected else f"{called}{k + 1}"
            rows.append({"title": about, "unit": inspected["id"] if inspected else "", "kind": "task",
                         "focus": quarter, "domain": focus, "effort": RANDOM.randint(1, 3)})  # fmt: skip
    for k in range(18):
        rows.append({"title": f"{RANDOM.choice(ROUTINE)}{k + 1}", "kind": "task", "domain": "日常监督",
                     "effort": RANDOM.randint(1, 3)})  # fmt: skip
    return [{"id": f"W{k:02}", "received": "2025-01-01", **row} for k, row in enumerate(rows, start=1)]


def ties(staff: list[dict], files: list[dict]) -> list[dict]:
    """Return kin and classmates among the people, and who knows the parties of a case."""
    home = {person["id"]: person["unit"] for person in staff}
    ids, parties = list(home), [case["parties"] for case in files]
    pairs = []
    for kind, count in (("spouse", 3), ("kin", 8), ("classmate", 10)):
        pairs += [(*sorted(RANDOM.sample(ids, 2)), kind) for _ in range(count)]
    # Kin do not serve in one office or township as it is.
    pairs = [(a, b, kind) for a, b, kind in pairs if home[a] != home[b]]
    for kind, count in (("kin", 20), ("friend", 60), ("neighbour", 60)):
        pairs += [(RANDOM.choice(ids), RANDOM.choice(parties), kind) for _ in range(count)]
    return first_of_each_pair(pairs)


def tables() -> Iterator[Table]:
    """Yield every table."""
    towns = townships()
    staff, files = people(towns), cases(towns)
    committee = {"id": "C00", "name": "县纪委监委", "kind": "committee"}
    offices = [{"id": f"O{k}", "name": f"第{numeral}监督检查室", "kind": "office", "parent": "C00"}
               for k, numeral in enumerate(NUMERALS[:4], start=1)]  # fmt: skip
    areas = [{"id": f"Z{k}", "name": f"第{NUMERALS[k - 1]}协作区", "kind": "zone", "parent": "C00",
              "place": seat} for k, seat in enumerate(SEATS, start=1)]  # fmt: skip
    unit = "id,name,kind,parent,place,domain,workload,headcount,lon,lat"
    yield Table("units", unit, [committee, *offices, *towns])
    yield Table("groups", "id,name,kind,parent,place", areas)
    person = "id,name,grade,title,unit,native_place,born,retires,skills,school,graduated,served"
    yield Table("people", person, staff)
    case = "id,title,unit,place,domain,received,effort,severity,skills,parties,kind,focus"
    yield Table("cases", case, [*files, *tasks(towns)])
    yield Table("ties", "source,target,kind", ties(staff, files))
    points = {town["id"]: (town["lon"], town["lat"]) for town in towns}
    yield Table("links", "source,target,kind", gabriel_neighbours(points, flat_distance(34.1)))
