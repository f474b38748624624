"""Makes the tables of this scenario. Townships are real; agencies are typical; people and cases are invented.

Run `python scenarios/making.py yilong-embedded`; the same tables come out every time. Names, numbers of
villages and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), statistical
codes of 2023; 37 are listed. Positions marked `estimate` are ours.

The document has 19 stationed agencies and 6 township zones, and names neither. Which departments host the
agencies, which six townships are the seats, and that a township belongs to the nearest seat, is our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import (
    NUMERALS,
    Table,
    first_of_each_pair,
    flat_distance,
    invented_names,
    month_and_day,
    skills_cell,
)

RANDOM = Random(511324)
DISTANCE = flat_distance(31.45)

TOWNSHIPS = [  # name, villages and communities, lon, lat; without a source the centre of the box
    ("度门街道", 16, 106.2356, 31.2864), ("金城镇", 32, 106.39, 31.54, "estimate"),
    ("新政镇", 35, 106.3339, 31.2645), ("马鞍镇", 27, 106.61, 31.50, "estimate"),
    ("永乐镇", 23, 106.44, 31.39, "estimate"), ("日兴镇", 25, 106.4758, 31.5155),
    ("土门镇", 14, 106.36, 31.65, "estimate"), ("复兴镇", 16, 106.48, 31.62, "estimate"),
    ("观紫镇", 13, 106.3498, 31.5851), ("先锋镇", 8, 106.2824, 31.6169),
    ("三蛟镇", 14, 106.4025, 31.5949), ("回春镇", 16, 106.3042, 31.5115),
    ("柳垭镇", 14, 106.6959, 31.4817), ("义路镇", 18, 106.6562, 31.5357),
    ("立山镇", 20, 106.8157, 31.4367), ("三河镇", 19, 106.77, 31.45, "estimate"),
    ("瓦子镇", 8, 106.8068, 31.5107), ("大寅镇", 25, 106.6386, 31.3729),
    ("二道镇", 13, 106.4595, 31.2896), ("赛金镇", 11, 106.3841, 31.3937),
    ("丁字桥镇", 16, 106.5451, 31.4621), ("大仪镇", 9, 106.2763, 31.5739),
    ("张公镇", 9, 106.4057, 31.6379), ("五福镇", 8, 106.4205, 31.4358),
    ("杨桥镇", 10, 106.34, 31.45, "estimate"), ("保平镇", 11, 106.5060, 31.3700),
    ("文星镇", 11, 106.45, 31.66, "estimate"), ("双胜镇", 13, 106.4053, 31.3357),
    ("永光镇", 11, 106.5897, 31.3193), ("思德镇", 11, 106.7527, 31.4933),
    ("铜鼓乡", 9, 106.74, 31.40, "estimate"), ("凤仪乡", 9, 106.21, 31.33, "estimate"),
    ("福临乡", 6, 106.5620, 31.5241), ("来仪乡", 6, 106.5121, 31.5519),
    ("板桥乡", 8, 106.56, 31.58, "estimate"), ("芭蕉乡", 6, 106.70, 31.58, "estimate"),
    ("柴井乡", 11, 106.2720, 31.3469),
]  # fmt: skip
SEATS = ["新政镇", "永乐镇", "金城镇", "日兴镇", "马鞍镇", "三河镇"]
HOSTS = [  # host unit, domain
    ("县委办公室", "党群政法"), ("县委组织部", "党群政法"), ("县委宣传部", "党群政法"),
    ("县委政法委", "党群政法"), ("县公安局", "党群政法"), ("县人民法院", "党群政法"),
    ("县政府办公室", "经济建设"), ("县发展和改革局", "经济建设"), ("县财政局", "经济建设"),
    ("县自然资源和规划局", "经济建设"), ("县住房和城乡建设局", "经济建设"), ("县交通运输局", "经济建设"),
    ("县教育科技和体育局", "民生农业"), ("县民政局", "民生农业"), ("县人力资源和社会保障局", "民生农业"),
    ("县农业农村局", "民生农业"), ("县水务局", "民生农业"), ("县卫生健康局", "民生农业"),
    ("县医疗保障局", "民生农业"),
]  # fmt: skip
SCHOOLS = ["西南政法大学", "四川大学", "西华师范大学", "川北医学院", "四川省委党校"]
OUTSIDE = ["南部县", "阆中市", "蓬安县", "平昌县"]
SKILLS = ["审查调查", "财务审计", "法律", "信访"]
SUBJECTS = {
    "党群政法": ["村干部选任", "执法不公", "违规吃喝"],
    "经济建设": ["村道工程招投标", "土地占补", "集体资金管理"],
    "民生农业": ["惠农补贴发放", "高标准农田建设", "低保评定"],
}


def zone_of(name: str) -> str:
    """Return the zone whose seat is nearest to a township; '' for a place outside the county."""
    where = {row[0]: row[2:4] for row in TOWNSHIPS}
    if name not in where:
        return ""
    nearest = min(SEATS, key=lambda seat: DISTANCE(where[name], where[seat]))
    return f"Z{SEATS.index(nearest) + 1}"


def townships() -> list[dict]:
    """Return the townships with the zone that each has been in."""
    return [
        {"id": f"T{k:02}", "name": name, "kind": "township", "parent": "C00", "place": name,
         "workload": villages, "lon": lon, "lat": lat, "zone": zone_of(name),
         "position": (source or ["box centre"])[0]}
        for k, (name, villages, lon, lat, *source) in enumerate(TOWNSHIPS, start=1)
    ]  # fmt: skip


def agencies() -> list[dict]:
    """Return the agencies: how many members each has, and the zones where its field has most to do.

    All host units sit in the county town: a place that they share says nothing of who knows whom.
    """
    rows = []
    for k, (host, domain) in enumerate(HOSTS, start=1):
        # Field work gathers in the same few zones, so that not every agency can go where it has most to do.
        first, second = RANDOM.sample(["Z1", "Z3", "Z3", "Z5", "Z5", "Z6", "Z2", "Z4"], 2)
        focus = first if first == second else f"{first};{second}"
        rows.append({"id": f"A{k:02}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00",
                     "domain": domain, "workload": RANDOM.randint(4, 9), "headcount": 4,
                     "members": RANDOM.choice([1, 2, 2, 3, 3]), "focus": focus})  # fmt: skip
    return rows


def zones(towns: list[dict], offices: list[dict]) -> list[dict]:
    """Return the zones, with the members that each needs by its villages, and its desks."""
    villages = sum(town["workload"] for town in towns)
    members = sum(agency["members"] for agency in offices)
    rows = []
    for k, seat in enumerate(SEATS, start=1):
        own = [town for town in towns if town["zone"] == f"Z{k}"]
        need = round(members * sum(town["workload"] for town in own) / villages)
        rows.append({"id": f"Z{k}", "name": f"第{NUMERALS[k - 1]}协作片区", "kind": "zone", "parent": "C00",
                     "place": seat, "townships": ";".join(town["id"] for town in own), "need": need,
                     "desks": max(need + 2, 6)})  # fmt: skip
    return rows


def people(towns: list[dict], offices: list[dict]) -> list[dict]:
    """Return the head and the members of each agency, and two of each township."""
    fresh = iter(invented_names(RANDOM, 200))
    posts = [(agency["id"], "head", "纪检监察组组长") for agency in offices]
    for agency in offices:
        posts += [
            (agency["id"], "deputy" if k == 2 else "cadre", "纪检监察组组员")
            for k in range(agency["members"])
        ]
    posts += [(town["id"], "head", "乡镇纪委书记") for town in towns]
    posts += [(town["id"], "cadre", "纪检专干") for town in towns]
    # Roots lie where most people live, so that the zones with most work are those to keep away from.
    roots = [name for name, villages, *_ in TOWNSHIPS for _ in range(villages)]
    rows = []
    for k, (unit, grade, title) in enumerate(posts, start=1):
        born = RANDOM.randint(*{"head": (1966, 1982), "deputy": (1972, 1988), "cadre": (1980, 1999)}[grade])
        native = RANDOM.choice(roots) if RANDOM.random() < 0.6 else RANDOM.choice(OUTSIDE)
        day = month_and_day(RANDOM)
        best, other = RANDOM.sample(SKILLS, 2)
        skills = {best: RANDOM.randint(3, 5), other: RANDOM.randint(2, 4)}
        if unit.startswith("A"):
            skills.setdefault("审查调查", RANDOM.randint(2, 3))
        rows.append({"id": f"P{k:03}", "name": next(fresh), "grade": grade, "title": title, "unit": unit,
                     "native_place": native, "native_zone": zone_of(native), "born": f"{born}-{day}",
                     "retires": f"{born + 60}-{day}" if born + 60 <= 2027 else "",
                     "skills": skills_cell(skills),
                     "capacity": {"head": 4, "deputy": 6, "cadre": 6}[grade],
                     "school": RANDOM.choice(SCHOOLS) if RANDOM.random() < 0.4 else "",
                     "graduated": born + 22})  # fmt: skip
    return rows


def postings(everyone: list[dict], towns: list[dict]) -> list[dict]:
    """Return former posts in townships: a third of the agencies' people, a quarter of the townships'."""
    rows = []
    for person in everyone:
        if RANDOM.random() < (0.33 if person["unit"].startswith("A") else 0.25):
            former = RANDOM.choice([town["id"] for town in towns if town["id"] != person["unit"]])
            year = RANDOM.randint(2013, 2019)
            rows.append({"person": person["id"], "group": former, "from": f"{year}-01-01",
                         "to": f"{year + RANDOM.randint(1, 3)}-12-31"})  # fmt: skip
    return rows


def cases(towns: list[dict]) -> list[dict]:
    """Return the matters of the year; the graver and the technical ones need an agency head to join in."""
    places = [town for town in towns for _ in range(town["workload"])]
    domains = [domain for _, domain in HOSTS]
    rows = []
    for k in range(1, 49):
        town, domain = RANDOM.choice(places), RANDOM.choice(domains)
        severity = RANDOM.choice([1, 1, 2, 2, 3, 3, 4, 5])
        skills = {"审查调查": 2} | ({RANDOM.choice(["财务审计", "法律"]): 2} if k % 3 == 0 else {})
        quarter = (k - 1) // 12
        rows.append({"id": f"K{k:02}", "title": f"{town['name']}{RANDOM.choice(SUBJECTS[domain])}问题",
                     "unit": town["id"], "place": town["place"], "domain": domain,
                     "received": f"2025-{3 * quarter + RANDOM.randint(1, 2):02}-{RANDOM.randint(1, 28):02}",
                     "effort": RANDOM.randint(1, 3), "severity": severity, "parties": f"当事人{k:02}",
                     "skills": skills_cell(skills),
                     "heads": int(severity >= 3)})  # fmt: skip
    return rows


def ties(everyone: list[dict], files: list[dict], towns: list[dict]) -> list[dict]:
    """Return kin and friends among the people, and who knows the parties or the township of a case."""
    home = {person["id"]: person["unit"] for person in everyone}
    ids = list(home)
    pairs = []
    for kind, count in (("spouse", 5), ("kin", 12), ("classmate", 16)):
        pairs += [(*RANDOM.sample(ids, 2), kind) for _ in range(count)]
    # Kin do not serve in one agency or township as it is.
    pairs = [(a, b, kind) for a, b, kind in pairs if home[a] != home[b]]
    for kind, count in (("kin", 40), ("friend", 120), ("neighbour", 120)):
        pairs += [(RANDOM.choice(ids), RANDOM.choice(files)["parties"], kind) for _ in range(count)]
    pairs += [(RANDOM.choice(ids), RANDOM.choice(towns)["id"], "kin") for _ in range(16)]
    ordered = [(*sorted((a, b)), kind) if b.startswith("P") else (a, b, kind) for a, b, kind in pairs]
    return first_of_each_pair(ordered)


def tables() -> Iterator[Table]:
    """Yield every table."""
    towns, offices = townships(), agencies()
    committee = {"id": "C00", "name": "县纪委监委", "kind": "committee"}
    areas = zones(towns, offices)
    hosts = [{"id": f"H{agency['id'][1:]}", "name": f"{HOSTS[k][0]}（驻在单位）", "kind": "host",
              "parent": agency["id"]} for k, agency in enumerate(offices)]  # fmt: skip
    everyone, files = people(towns, offices), cases(towns)
    units = "id,name,kind,parent,place,domain,workload,headcount,lon,lat,zone,focus,members,position"
    yield Table("units", units, [committee, *towns, *offices])
    yield Table("groups", "id,name,kind,parent,place,townships,need,desks", [*areas, *hosts])
    person = "id,name,grade,title,unit,native_place,native_zone,born,retires,skills,capacity,school,graduated"
    yield Table("people", person, everyone)
    yield Table("postings", "person,group,role,from,to", postings(everyone, towns))
    yield Table("cases", "id,title,unit,place,domain,received,effort,severity,skills,parties,heads", files)
    yield Table("ties", "source,target,kind", ties(everyone, files, towns))
