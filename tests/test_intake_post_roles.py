"""The roles of a scenario that posts name: taken where the title is one, asked about where it nearly is."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.intake.post_roles import PostRoles
from allocator.model.text import Text
from roster_files import answer, imported, table

ROLES = PostRoles(
    {
        "lead": Text(zh="组长", en="team lead"),
        "deputy": Text(zh="副组长", en="deputy lead"),
        "head": Text(zh="主任", en="head"),
        "director": Text(zh="室主任", en="office director"),
    }
)


@pytest.mark.parametrize(
    ("unit", "title", "sure", "likely"),
    [
        ("驻教育局组", "组长", {"lead"}, set()),
        ("驻教育局组", "副组长、四级调研员", {"deputy"}, set()),
        ("驻教育局组", "组长（正科级）", {"lead"}, set()),
        ("驻教育局组", "Team Lead", {"lead"}, set()),
        ("驻教育局组", "县纪委驻教育局组组长", {"lead"}, set()),
        ("第一监督检查室", "主任", {"director"}, set()),
        ("办公厅", "主任", {"head"}, set()),
        ("第一监督检查室", "副主任", set(), set()),
        ("驻教育局组", "常务副组长", set(), {"deputy"}),
        ("驻教育局组", "副组长（主持工作）", set(), {"deputy"}),
        ("县纪委", "第一监督检查室主任", set(), {"head", "director"}),
        ("驻教育局组", "组长兼主任", {"lead", "head"}, set()),
        ("驻教育局组", "一级主任科员", set(), set()),
        ("驻教育局组", "党组成员", set(), set()),
        ("", "", set(), set()),
    ],
)
def test_a_role_is_named_nearly_named_or_not(unit: str, title: str, sure: set[str], likely: set[str]) -> None:
    assert ROLES.named(unit, title) == (sure, likely)


def test_the_posting_of_an_imported_person_has_its_role(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    header = ("姓名", "出生年月", "所在单位", "现任职务", "简历")
    rows = [
        header,
        ("张一", "1975.08", "驻教育局组", "组长", "2012.05--2015.08  驻教育局组副组长"),
        ("张二", "1976.08", "驻教育局组", "常务副组长", ""),
        ("张三", "1977.08", "驻教育局组", "干部", ""),
        ("张四", "1978.08", "驻教育局组", "常务副组长", ""),
    ]
    assert not imported(folder, rows).questions
    assert "role" not in table(folder, "postings")[0]
    roles = "roles: {lead: {zh: 组长, en: lead}, deputy: {zh: 副组长, en: deputy}}\n"
    scenario = folder / "scenario.yaml"
    scenario.write_text(scenario.read_text("utf-8") + roles, "utf-8")
    [question] = imported(folder, rows).questions
    assert (question.row, question.found, question.count) == (3, "常务副组长", 1)
    assert question.detail.strip() == '"r.csv:role=驻教育局组常务副组长": "副组长"  # | "skip"'
    found = {(row["person"], row["from"]): row["role"] for row in table(folder, "postings")}
    assert found == {
        ("P001", "2012-05-01"): "deputy",
        ("P001", ""): "lead",
        ("P002", ""): "",
        ("P003", ""): "",
        ("P004", ""): "",
    }
    answer(folder, question)
    again = imported(folder, rows)
    assert not again.questions and not again.remarks
    assert [row["role"] for row in table(folder, "postings")] == ["deputy", "lead", "deputy", "", "deputy"]
    assert api.load(folder).organisation.postings[1].role == "lead"
