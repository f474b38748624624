"""Makes the tables of this scenario. Townships are real; agencies are typical; people and tasks are invented.

Run `python scenarios/making.py guanghan-dispatch`; the same tables come out every time. Names, numbers of
villages and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), statistical
codes of 2023; five have no position there and have none here, as nothing is decided by it.

The document has 5 supervision offices and 8 stationed agencies under one task force, and a task list every
month. Which departments host the agencies, the year, and how long the lists are, is our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import NUMERALS, Table, first_of_each_pair, lengthened_name, month_and_day, skills_cell

RANDOM = Random(510681)

TOWNSHIPS = [  # name, villages and communities, lon, lat (centre of the box)
    ("雒城街道", 18, 104.2872, 30.9761), ("汉州街道", 13, "", ""), ("金雁街道", 6, "", ""),
    ("三水镇", 9, 104.3445, 30.9289), ("连山镇", 13, 104.4262, 30.9958), ("高坪镇", 8, "", ""),
    ("向阳镇", 8, "", ""), ("小汉镇", 10, 104.3198, 31.0539), ("金轮镇", 9, 104.2764, 31.1175),
    ("金鱼镇", 10, 104.3524, 31.0147), ("南丰镇", 8, 104.2645, 31.0425), ("三星堆镇", 11, "", ""),
]  # fmt: skip
OFFICES = NUMERALS[:5]
AGENCIES = [  # host unit, field, liaison office, people beside the head, months that it cannot take a task
    ("市委办公室", "党群", "O1", 2, "2025-03"), ("市委政法委", "政法", "O1", 2, "2025-11"),
    ("市公安局", "政法", "O2", 3, "2025-02"), ("市财政局", "经济", "O2", 2, "2025-01;2025-12"),
    ("市住房和城乡建设局", "建设", "O3", 2, "2025-06"), ("市教育局", "民生", "O4", 2, "2025-09"),
    ("市卫生健康局", "民生", "O4", 1, "2025-04"), ("市农业农村局", "农业", "O5", 2, "2025-05;2025-10"),
]  # fmt: skip
TASKS = {  # field -> departments that a task may concern, and what it is about
    "党群": ["市委组织部", "市总工会"], "政法": ["市司法局", "市人民法院"],
    "经济": ["市国资金融局", "市审计局"], "建设": ["市自然资源和规划局", "市交通运输局"],
    "民生": ["市民政局", "市医疗保障局"], "农业": ["市水利局", "市供销社"],
}  # fmt: skip
SUPERVISION = ["违规吃喝专项监督", "营商环境监督", "项目资金监督", "作风纪律检查"]
CASEWORK = ["收受礼金", "工程招投标", "补助资金发放", "违规经商"]
LISTS = [4, 4, 5, 4, 5, 4, 4, 5, 4, 5, 4, 4]  # tasks on the list of each month
RETIRING = {"P05": "1965-05-20", "P25": "1965-08-12"}  # a deputy and a member who leave a gap in the year
SCHOOLS = ["四川警察学院", "四川大学", "西南财经大学", "四川省委党校"]
SKILLS = ["审查调查", "财务审计", "法律", "信访"]


def units() -> list[dict]:
    """Return the committee, offices, agencies, townships and the departments that tasks concern."""
    rows = [{"id": "C00", "name": "市纪委监委", "kind": "committee"}]
    for k, numeral in enumerate(OFFICES, start=1):
        rows.append({"id": f"O{k}", "name": f"第{numeral}纪检监察室", "kind": "office", "parent": "C00",
                     "office": f"O{k}", "headcount": 3})  # fmt: skip
    # All departments sit in the county town: a place that they share says nothing of who knows whom.
    for k, (host, field, office, members, away) in enumerate(AGENCIES, start=1):
        rows.append({"id": f"A{k}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00",
                     "domain": field, "office": office, "headcount": members + 1, "away": away})  # fmt: skip
    for k, (name, villages, lon, lat) in enumerate(TOWNSHIPS, start=1):
        rows.append({"id": f"T{k:02}", "name": name, "kind": "township", "place": name,
                     "workload": villages, "lon": lon, "lat": lat})  # fmt: skip
    departments = [(name, field) for field, names in TASKS.items() for name in names]
    for k, (name, field) in enumerate(departments, start=1):
        rows.append({"id": f"D{k:02}", "name": name, "kind": "department", "domain": field})
    return rows


def people() -> list[dict]:
    """Return the members of offices and agencies; who retires within the year leaves a gap."""
    posts = [(f"O{k}", grade) for k in range(1, len(OFFICES) + 1) for grade in ("head", "deputy", "cadre")]
    for k, (*_, members, _) in enumerate(AGENCIES, start=1):
        posts += [(f"A{k}", "head"), *[(f"A{k}", "cadre")] * members]
    roots = [name for name, villages, *_ in TOWNSHIPS for _ in range(villages)]
    rows: list[dict] = []
    for k, (unit, grade) in enumerate(posts, start=1):
        born = RANDOM.randint(*{"head": (1966, 1982), "deputy": (1972, 1988), "cadre": (1980, 1999)}[grade])
        title = {"head": "室主任", "deputy": "副主任", "cadre": "科员"}[grade]
        if unit.startswith("A"):
            title = "纪检监察组组长" if grade == "head" else "纪检监察组组员"
        day = month_and_day(RANDOM)
        if birthday := RETIRING.get(f"P{k:02}"):
            born, day = int(birthday[:4]), birthday[5:]
        best, other = RANDOM.sample(SKILLS, 2)
        skills = {best: RANDOM.randint(3, 5), other: RANDOM.randint(2, 4)}
        if unit.startswith("O") and grade != "cadre":
            skills["审查调查"] = RANDOM.randint(3, 5)
        name = lengthened_name(RANDOM, [row["name"] for row in rows])
        native = RANDOM.choice(roots) if RANDOM.random() < 0.6 else "什邡市"
        rows.append({"id": f"P{k:02}", "name": name, "grade": grade, "title": title, "unit": unit,
                     "native_place": native, "born": f"{born}-{day}",
                     "retires": f"{born + 60}-{day}" if born + 60 <= 2026 else "",
                     "skills": skills_cell(skills),
                     "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.4 else "",
                     "graduated": born + 22})  # fmt: skip
    return rows


def tasks(bodies: list[dict]) -> list[dict]:
    """Return the lists of the twelve months: supervision together, or a case investigated together."""
    departments = [unit for unit in bodies if unit["kind"] == "department"]
    roots = [name for name, villages, *_ in TOWNSHIPS for _ in range(villages)]
    rows = []
    for month, size in enumerate(LISTS, start=1):
        # At most eight agencies a month: two tasks of a list may ask for two of them.
        double = RANDOM.sample(range(size), RANDOM.choice([1, 1, 2]))
        for k in range(size):
            concerned = RANDOM.choice(departments)
            kind = RANDOM.choice(["supervision", "casework"])
            about = RANDOM.choice(SUPERVISION if kind == "supervision" else CASEWORK)
            skills = {"审查调查": 3} if kind == "casework" else {}
            if RANDOM.random() < 0.2:
                skills[RANDOM.choice(["财务审计", "法律"])] = 3
            number = len(rows) + 1
            rows.append({"id": f"K{number:02}", "title": f"{concerned['name']}{about}{number:02}号任务",
                         "unit": concerned["id"], "place": RANDOM.choice(roots),
                         "domain": concerned["domain"], "received": f"2025-{month:02}-01",
                         "due": f"2025-{month:02}-28",
                         "effort": RANDOM.choice([1, 2, 2, 3, 3, 4]) + (k in double),
                         "skills": skills_cell(skills),
                         "parties": f"当事人{number:02}" if kind == "casework" else "",
                         "kind": kind, "agencies": 1 + (k in double)})  # fmt: skip
    return rows


def postings(staff: list[dict], bodies: list[dict]) -> list[dict]:
    """Return former posts: half of the people have served in a department or an office."""
    others = [unit["id"] for unit in bodies if unit["kind"] == "department"]
    rows = []
    for person in staff:
        if RANDOM.random() < 0.5:
            year = RANDOM.randint(2012, 2018)
            rows.append({"person": person["id"], "group": RANDOM.choice(others), "from": f"{year}-01-01",
                         "to": f"{year + RANDOM.randint(1, 4)}-12-31"})  # fmt: skip
    return rows


def ties(staff: list[dict], lists: list[dict], bodies: list[dict]) -> list[dict]:
    """Return kin and classmates among the people, and who knows a party or has kin in a department."""
    home = {person["id"]: person["unit"] for person in staff}
    ids, parties = list(home), [task["parties"] for task in lists if task["parties"]]
    others = [unit["id"] for unit in bodies if unit["kind"] == "department"]
    pairs = []
    for kind, count in (("spouse", 2), ("kin", 6), ("classmate", 10)):
        pairs += [(*sorted(RANDOM.sample(ids, 2)), kind) for _ in range(count)]
    # Kin do not serve in one office or agency as it is.
    pairs = [(a, b, kind) for a, b, kind in pairs if home[a] != home[b]]
    for kind, count in (("kin", 10), ("friend", 24), ("neighbour", 24)):
        pairs += [(RANDOM.choice(ids), RANDOM.choice(parties), kind) for _ in range(count)]
    pairs += [(RANDOM.choice(ids), RANDOM.choice(others), "kin") for _ in range(10)]
    return first_of_each_pair(pairs)


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies, staff = units(), people()
    lists = tasks(bodies)
    yield Table("units", "id,name,kind,parent,place,domain,workload,headcount,lon,lat,office,away", bodies)
    yield Table("groups", "id,name,kind,parent",
          [{"id": "F1", "name": "“派驻监督”工作专班", "kind": "task-force", "parent": "C00"}])  # fmt: skip
    yield Table(
        "people",
        "id,name,grade,title,unit,native_place,born,retires,skills,school,graduated",
        staff,
    )
    task = "id,title,unit,place,domain,received,due,effort,skills,parties,kind,agencies"
    yield Table("cases", task, lists)
    yield Table("postings", "person,group,role,from,to", postings(staff, bodies))
    yield Table("ties", "source,target,kind", ties(staff, lists, bodies))
    yield Table("links", "source,target,kind",
          [{"source": office, "target": f"A{k}", "kind": "liaises"}
           for k, (_, _, office, *_) in enumerate(AGENCIES, start=1)])  # fmt: skip
