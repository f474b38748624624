"""``allocator rules`` prints a scenario's rules as numbered sentences, with reasons and exceptions."""

from __future__ import annotations

import json
from pathlib import Path

from allocator.api import bind, load, rule_sentences
from allocator.report.score_view import rule_reasons
from cli_world import call
from tiny_scenario import write_scenario

ROOT = Path(__file__).resolve().parent.parent


def test_rules_are_numbered_sentences_by_pack_and_level() -> None:
    out = call("rules", str(ROOT / "scenarios" / "neijiang-zones"), lang="zh").out
    lines = out.splitlines()
    assert lines[0] == "片区式（来源：001_a91aee6116dda842.txt）"
    assert lines[1] == "  硬规则"
    assert "    9. 人员配置：组长在同一组连任不超过 1 期（必须）  [leader-yearly]" in lines
    assert lines[
        lines.index("    9. 人员配置：组长在同一组连任不超过 1 期（必须）  [leader-yearly]") + 1
    ] == ("       缘由：组长每年轮换")
    assert "  3 少调动、少流失经验" in lines
    assert any(line.startswith("各层的规定") for line in lines)
    numbers = [int(line.split(".")[0]) for line in lines if line[:4].isspace() and line[4:5].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_rules_in_english_and_as_json() -> None:
    place = str(ROOT / "scenarios" / "neijiang-zones")
    assert (
        "Posting: any lead stays in one group for at most 1 period(s) on end (must)"
        in call("rules", place, lang="en").out
    )
    packs = json.loads(call("rules", place, "--json").out)
    stated = [rule for pack in packs for level in pack["levels"] for rule in level["rules"]]
    assert {"number", "id", "kind", "level", "sentence", "why", "exceptions"} == stated[0].keys()
    assert packs[0]["file"] == "zone-mode.yaml"
    assert packs[-1]["file"] == ""


def test_an_exception_stands_under_its_rule(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    lines = call("rules", place, lang="zh").out.splitlines()
    native = next(k for k, line in enumerate(lines) if line.endswith("[native]"))
    assert lines[native + 1 : native + 3] == [
        "       缘由：地域回避",
        "       豁免：赵磊、第二组，至 2027-12-31：无人可替",
    ]
    assert "exception: 赵磊, 第二组, until 2027-12-31: nobody else" in call("rules", place).out


def test_a_rule_without_a_reason_is_reported_by_its_sentence(tmp_path: Path) -> None:
    policy = bind(load(write_scenario(tmp_path)))
    reasons = rule_reasons(policy)
    assert reasons["lead-yearly"].zh == "组长在同一组连任不超过 1 期"
    assert reasons["lead-yearly"].en == "any lead stays in one team for at most 1 period(s) on end"
    assert reasons["native"].zh == "地域回避"


def test_the_api_has_every_rule_as_a_sentence(tmp_path: Path) -> None:
    policy = bind(load(write_scenario(tmp_path)))
    said = rule_sentences(policy)
    assert list(said) == [rule.id for rule in policy.rules]
    assert said["keep"].zh == "人员编组：人员留在原组（尽量，第 1 级，权重 2）"


def test_a_kind_shows_its_sentence() -> None:
    assert "写作：【对象】在同一【去处】连任不超过【期数】期" in call("kinds", "max_term", lang="zh").out
    assert "sentence: Any 【item】 stays in one 【slot】" in call("kinds", "max_term", lang="en").out
