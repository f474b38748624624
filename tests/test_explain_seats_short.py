"""Eight people and ten seats: two members are short, and nobody is asked to be in two places."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.report.impossible_view import impossible_view
from allocator.report.rendering.impossible_text import render_impossible, render_supply
from allocator.solvers.observer import StopReason, StopRequest
from cli_world import call

PEOPLE = ["李秀英", "张伟", "王建国", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"]
FILES = {
    "scenario.yaml": """\
scenario: ten-seats
periods: [2026]
roles:
  lead: {zh: 组长, en: lead}
  member: {zh: 组员, en: member}
layers:
  posting:
    title: {zh: 人员编组, en: Postings}
    items: people
    slots: groups
    roles: [lead, member]
rules: [ten-seats]
""",
    "ten-seats.yaml": """\
pack: ten-seats
rules:
  - id: staffing
    kind: composition
    on: posting
    exactly: 1组长+4组员
    why: {zh: 每组一名组长、四名组员, en: a lead and four members in each group}
""",
    "groups.csv": "id,name\nG1,第一组\nG2,第二组\n",
    "people.csv": "id,name,grade\n" + "".join(f"P{k},{name},cadre\n" for k, name in enumerate(PEOPLE)),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("ten")
    for name, text in FILES.items():
        (place / name).write_text(text, "utf-8")
    return place


def test_two_are_short_and_nobody_is_asked_to_be_in_two_places(folder: Path) -> None:
    policy = api.bind(api.load(folder))
    diagnosis = api.diagnose(policy, seconds=10)
    view = impossible_view(policy, diagnosis)
    [conflict] = diagnosis.found.conflicts
    assert conflict.rules == ("staffing",) and conflict.facts == ("posting",)
    text = "\n".join((*render_supply(view.supply, "zh"), *render_impossible(view, "zh", every=True)))
    assert "需 10 人，有 8 人，缺 2 人" in text
    assert "这是事实，无从放宽" in text
    solved = call("solve", folder, "--time-limit", "10", lang="zh")
    assert solved.status == 1 and "每个对象的位置数" not in solved.out
    assert not any(f"{name} · 2026" in solved.out for name in PEOPLE)


class StopAfter(StopRequest):
    """A request to stop that comes when it has been looked for so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def stop_reason(self) -> StopReason | None:
        self.looks -= 1
        return "asked" if self.looks < 0 else None


@pytest.mark.parametrize("looks", [0, 2, 8])
def test_a_stop_keeps_what_is_known(folder: Path, looks: int) -> None:
    policy = api.bind(api.load(folder))
    diagnosis = api.diagnose(policy, seconds=10, observer=StopAfter(looks))
    assert diagnosis.found.cut_short and not diagnosis.found.is_complete
    view = impossible_view(policy, diagnosis)
    assert view.status == "impossible", "counting says so, without a search"
    assert "缺 2 人" in view.supply[0].zh
