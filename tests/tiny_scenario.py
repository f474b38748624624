"""A small scenario, written to a folder: two zones, two teams, eight people, two years, two cases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

SCENARIO = """
    scenario: tiny
    title: {zh: 小场景, en: Tiny}
    synthetic: true
    periods: [2026, 2027]
    roles:
      lead: {zh: 组长, en: lead}
      member: {zh: 组员, en: member}
      chief: {zh: 主办, en: chief}
    layers:
      zoning:
        title: {zh: 片区划分, en: Zones}
        items: units
        slots: groups where group.kind == "zone"
        periods: once
      posting:
        title: {zh: 人员编组, en: Postings}
        items: people
        slots: groups where group.kind == "team"
        roles: [lead, member]
      casework:
        title: {zh: 案件分办, en: Cases}
        items: people
        slots: cases
        roles: [chief]
        take: any
    levels:
      1: {zh: 人员稳定, en: few moves}
    rules: [tiny-rules]
"""

RULES = """
    pack: tiny-rules
    rules:
      - {id: two-a-zone, kind: capacity, on: zoning, atleast: 1, atmost: 1}
      - id: staffing
        kind: composition
        on: posting
        exactly: 1组长+3组员
        why: {zh: 一长三员, en: one and three}
      - {id: lead-grade, kind: eligible, on: posting, role: lead, when: person.grade == "head"}
      - {id: lead-yearly, kind: max_term, on: posting, role: lead, periods: 1}
      - id: native
        kind: avoid
        on: posting
        when: person.native_place == group.place
        why: {zh: 地域回避, en: not at home}
      - {id: kin, kind: apart, on: posting, ties: kin}
      - {id: one-chief, kind: composition, on: casework, exactly: 1 chief}
      - {id: keep, kind: stability, on: posting, level: 1, weight: 2}
    waive:
      - {rule: native, items: P7, slots: G2, reason: {zh: 无人可替, en: nobody else}, until: 2027-12-31}
"""

TABLES = {
    "units.csv": """
        id,name,kind,place,workload
        U1,城东街道,township,城东,30
        U2,驻财政局组,agency,城西,20
    """,
    "people.csv": """
        id,name,grade,unit,native_place,born
        P1,王建国,head,U1,城东,1975-03-12
        P2,李秀英,head,U2,河口,1978-07-01
        P3,张伟,head,U1,城西,1982-11-23
        P4,刘洋,head,U2,城东,1984-05-05
        P5,陈静,cadre,U1,河口,1990-01-30
        P6,杨帆,cadre,U2,河口,1992-09-17
        P7,赵磊,cadre,U1,城西,1988-04-08
        P8,黄丽,cadre,U2,河口,
    """,
    "groups.csv": """
        id,name,kind,parent,place
        Z1,第一片区,zone,,城东
        Z2,第二片区,zone,,城西
        G1,第一组,team,Z1,城东
        G2,第二组,team,Z2,城西
    """,
    "cases.csv": """
        id,title,unit,received,effort
        C1,财务案,U1,2026-03-01,2
        C2,工程案,U2,2027-03-01,3
    """,
    "postings.csv": """
        person,group,role,from,to
        P5,G1,member,2025-01-01,
        P7,G2,member,2024-01-01,
    """,
    "ties.csv": """
        source,target,kind,weight
        P6,P8,kin,0.9
    """,
    "links.csv": """
        source,target,kind
        U1,U2,adjacent
    """,
}

#: A plan for the scenario in which every hard rule holds; nobody of the history has moved.
PLAN = """
    U1=Z1 U2=Z2
    P3=G1/lead@2026 P2=G1/member@2026 P5=G1/member@2026 P6=G1/member@2026
    P1=G2/lead@2026 P4=G2/member@2026 P7=G2/member@2026 P8=G2/member@2026
    P2=G1/lead@2027 P3=G1/member@2027 P5=G1/member@2027 P6=G1/member@2027
    P4=G2/lead@2027 P1=G2/member@2027 P7=G2/member@2027 P8=G2/member@2027
    P1=C1/chief@2026 P4=C2/chief@2027
"""


def write_scenario(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write the scenario into ``folder`` (its name is ``tiny``), with other contents for some files."""
    place = folder / "scenarios" / "tiny"
    place.mkdir(parents=True, exist_ok=True)
    contents = {"scenario.yaml": SCENARIO, "tiny-rules.yaml": RULES, **TABLES, **(changes or {})}
    for name, text in contents.items():
        (place / name).write_text(dedent(text).lstrip(), encoding="utf-8")
    return place
