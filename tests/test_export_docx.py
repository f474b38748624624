"""The proposal in Word: its form by the standard, figures by an oracle, edits read back or refused."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from lxml import etree

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskColumn, DeskTable, Tone, word_cell
from allocator.report.desk.ground_words import dates_in_words, in_quotes, tight
from allocator.report.word.docx_tables import read_docx
from allocator.report.word.persons import way_text
from allocator.report.word.proposal import Proposal, Signing, proposal_of, title_lines
from allocator.report.word.sections import WordBlock
from allocator.report.word.word_reading import names_in
from allocator.report.word.writer import column_widths, document_bytes
from allocator.verify import judge
from cli_world import Called, call, good_plan, write_plan
from desk_oracle import any_plan, held_by_period, laid_out, load_plan_policy, moves
from scenario_tools import folder
from test_desk_views import QUICK, SLOW, Both, of_scenario
from tiny_scenario import write_scenario

Edit = Callable[[Document], None]
READ_QUICKLY = {("jizhou-terms", "zh"), ("wusheng-joint", "en")}
_EVERY = [
    *QUICK[:2],
    *(pytest.param(one, marks=pytest.mark.slow) for one in QUICK[2:]),
    *(pytest.param(one, marks=pytest.mark.slow) for one in SLOW),
]


@pytest.fixture(scope="module")
def written_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tiny scenario, its plan, and the plan as a proposal in Chinese."""
    place = tmp_path_factory.mktemp("desk")
    write_plan(write_scenario(place))
    done = call("export", place / "plan.json", "--to", place / "p.docx", lang="zh")
    assert (done.status, done.err) == (0, "")
    return place


@pytest.fixture
def desk(written_once: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder, for one test to change."""
    shutil.copytree(written_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module", params=_EVERY)
def drawn(request: pytest.FixtureRequest) -> Both:
    """Return a scenario with a plan at random."""
    return of_scenario(request.param)


def verified(place: Path, edit: Edit | None = None, *words: str | Path, lang: str = "en") -> Called:
    """Edit the proposal of a folder and verify it."""
    if edit is not None:
        document = docx.Document(str(place / "p.docx"))
        edit(document)
        document.save(str(place / "p.docx"))
    return call("verify", place / "scenarios" / "tiny", place / "p.docx", *words, lang=lang)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def table_with(document: Document, *titles: str) -> Table:
    """Return the first table whose header has all of some titles."""
    return next(one for one in document.tables if set(titles) <= set(texts(one)[0]))


def place_of(table: Table, row: str, column: str) -> tuple[int, int]:
    rows = texts(table)
    [found] = [k for k, cells in enumerate(rows) if row in "|".join(cells)]
    return found, rows[0].index(column)


def written(row: str, column: str, value: str, *header: str) -> Edit:
    """Return an edit that writes one cell, as somebody who types does: into the paragraph that is there."""

    def edit(document: Document) -> None:
        by_period = ["周期"] if row.startswith("202") else []
        table = table_with(document, column, *by_period, *header)
        at = table.cell(*place_of(table, row, column)).paragraphs[0]
        for run in at.runs:
            run.text = ""
        at.add_run(value)

    return edit


def proposal(both: Both, language: Language = "zh") -> Proposal:
    policy, plan, view = both
    return proposal_of(view, api.plan_view(plan, policy), language)


def section(made: Proposal, number: int) -> list[WordBlock]:
    """Return the blocks of a section, counted from 1."""
    starts = [k for k, one in enumerate(made.blocks) if one.style == "Heading1"]
    ends = [*starts[1:], next((k for k, one in enumerate(made.blocks) if one.style == "AnnexList"), None)]
    return list(made.blocks[starts[number - 1] + 1 : ends[number - 1]])


def told(blocks: Sequence[WordBlock], language: Language = "zh") -> list[str]:
    return [one.text(language) for one in blocks if one.text is not None and one.text(language)]


def figures(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", text)]


# ---------------------------------------------------------------- the form


def parts_of(file: Path) -> Iterator[tuple[str, etree._Element]]:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name.startswith("word/") and name.endswith(".xml"):
                yield name, etree.fromstring(archive.read(name))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_fonts_are_set_in_every_style_and_every_run(desk: Path, language: str) -> None:
    assert call("export", desk / "plan.json", "--to", desk / "f.docx", lang=language).status == 0
    runs = 0
    for name, root in parts_of(desk / "f.docx"):
        sets = [*root.iter(qn("w:r")), *root.iter(qn("w:style")), *root.iter(qn("w:rPrDefault"))]
        sets += [*root.iter(qn("w:lvl"))]
        for one in sets:
            fonts = one.find(f".//{qn('w:rFonts')}")
            assert fonts is not None, (name, etree.tostring(one))
            assert all(fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia")), name
            assert fonts.get(qn("w:ascii")) == "Times New Roman"
            runs += one.tag == qn("w:r")
    assert runs > 100
    [fonts_part] = [root for name, root in parts_of(desk / "f.docx") if name == "word/fontTable.xml"]
    named = {one.get(qn("w:name")): one.find(qn("w:altName")) for one in fonts_part}
    assert {"仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体", "宋体"} <= named.keys()
    instead = named["仿宋_GB2312"]
    assert instead is not None and "FangSong" in str(instead.get(qn("w:val")))


def test_the_page_is_that_of_the_standard(desk: Path) -> None:
    document = docx.Document(str(desk / "p.docx"))
    upright, turned = document.sections
    for one in (upright, turned):
        assert sorted(round(side.mm) for side in (one.page_width, one.page_height)) == [210, 297]
    margins = (upright.top_margin, upright.bottom_margin, upright.left_margin, upright.right_margin)
    assert [round(one.mm) for one in margins] == [37, 35, 28, 26]
    assert turned.orientation == docx.enum.section.WD_ORIENT.LANDSCAPE
    assert document.settings.odd_and_even_pages_header_footer
    odd, even = upright.footer.paragraphs[0], upright.even_page_footer.paragraphs[0]
    assert [one.text for one in (odd, even)] == ["— 1 —", "— 1 —"]
    assert [str(one.alignment).split()[0] for one in (odd, even)] == ["RIGHT", "LEFT"]
    assert "PAGE" in etree.tostring(odd._p, encoding="unicode")
    body = document.styles["Body Text"]
    assert body.font.size.pt == 16 and body.paragraph_format.line_spacing.pt == 28.9
    assert str(body.paragraph_format.line_spacing_rule).startswith("EXACTLY")
    title = document.styles["Title"]
    assert title.font.size.pt == 22 and str(title.paragraph_format.alignment).startswith("CENTER")
    apart = body.element.find(f"{qn('w:rPr')}/{qn('w:spacing')}")
    assert apart is not None and apart.get(qn("w:val")) == "-5"


def test_headings_are_numbered_by_their_styles(desk: Path) -> None:
    document = docx.Document(str(desk / "p.docx"))
    faces = {"Heading 1": "黑体", "Heading 2": "楷体_GB2312", "List Number": "仿宋_GB2312"}
    for level, (name, face) in enumerate(faces.items()):
        style = document.styles[name].element
        number = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:ilvl')}")
        fonts = style.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        assert number is not None and number.get(qn("w:val")) == str(level)
        assert fonts is not None and fonts.get(qn("w:eastAsia")) == face
    numbering = document.part.numbering_part.element
    forms = [one.get(qn("w:val")) for one in numbering.iter(qn("w:lvlText"))]
    assert forms == ["%1、", "（%2）", "%3.", "（%4）"]
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads == ["现状", "方案比选", "推荐方案", "逐人理由及依据", "豁免事项"]
    list_ = [one.text for one in document.paragraphs if one.style.name.startswith("Annex List")]
    assert list_[0].startswith("附件：1.") and [one[:2] for one in list_[1:]] == ["2.", "3.", "4.", "5."]
    marks = [one.text for one in document.paragraphs if one.style.name == "Annex Mark"]
    assert marks == [f"附件{k}" for k in range(1, len(list_) + 1)]


def test_tables_repeat_their_header_and_break_no_row(desk: Path) -> None:
    document = docx.Document(str(desk / "p.docx"))
    assert len(document.tables) >= 6
    for table in document.tables:
        rows = [one._tr.trPr for one in table.rows]
        assert all(one.find(qn("w:cantSplit")) is not None for one in rows)
        assert [one.find(qn("w:tblHeader")) is not None for one in rows] == [True] + [False] * (len(rows) - 1)
        assert table.style.name == "Desk Table"
    shown = "".join(cell for table in document.tables for row in texts(table) for cell in row)
    assert "▲" in shown and "▽" in shown


def test_cautions_stand_first(desk: Path) -> None:
    rules = desk / "scenarios" / "tiny" / "tiny-rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    done = call("export", desk / "plan.json", "--to", desk / "p.docx", lang="zh")
    assert done.status == 0 and "另一版本" in done.err
    first = docx.Document(str(desk / "p.docx")).paragraphs[:3]
    assert [one.style.name for one in first] == ["Caution", "Caution", "Title"]
    assert first[0].text == "警告：名称出自场景的另一版本。" and "虚构" in first[1].text
    assert "another version" in verified(desk).out


def test_the_same_plan_gives_the_same_bytes(desk: Path) -> None:
    for language in ("zh", "en"):
        files = [desk / f"{k}.docx" for k in range(3)]
        for file, dated in zip(files, ([], [], ["--dated", "2026-03-01"]), strict=True):
            assert call("export", desk / "plan.json", "--to", file, *dated, lang=language).status == 0
        assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()
    with zipfile.ZipFile(files[0]) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert "Tiny: proposal" in core and "created" not in core and "modified" not in core


def test_name_and_date_are_only_those_of_the_call(desk: Path) -> None:
    plain = [one.text for one in docx.Document(str(desk / "p.docx")).paragraphs]
    words = ("--signed", "某县纪委监委", "--dated", "2026-03-01")
    assert call("export", desk / "plan.json", "--to", desk / "q.docx", *words, lang="zh").status == 0
    signed = docx.Document(str(desk / "q.docx"))
    lines = [one for one in signed.paragraphs if one.style.name == "Signature"]
    assert [one.text for one in lines] == ["某县纪委监委", "2026年3月1日"]
    indents = [one.paragraph_format.right_indent.twips for one in lines]
    assert min(indents) == 4 * 315 and not [one for one in plain if "年3月" in one]
    done = call("export", desk / "plan.json", "--to", desk / "q.docx", "--dated", "soon")
    assert done.status == 2 and "--dated: is no date; found 'soon'" in done.err
    done = call("export", desk / "plan.json", "--to", desk / "q.xlsx", "--dated", "2026-03-01")
    assert done.status == 2 and "no such option" in done.err


def test_names_become_no_markup(tmp_path: Path) -> None:
    name = '<w:p/>&"]]>'
    people = tiny_scenario.TABLES["people.csv"].replace("张伟", name.replace('"', "'"))
    write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", tmp_path / "plan.json", "--to", tmp_path / "p.docx", lang="zh").status == 0
    shown = docx.Document(str(tmp_path / "p.docx"))
    assert any("<w:p/>&" in cell for row in texts(table_with(shown, "现状")) for cell in row)
    assert verified(tmp_path).status == 0


def test_english_has_an_ordinary_style(desk: Path) -> None:
    assert call("export", desk / "plan.json", "--to", desk / "e.docx").status == 0
    document = docx.Document(str(desk / "e.docx"))
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert heads[0] == "The present state" and heads[-1] == "Exceptions"
    assert document.styles["Body Text"].font.size.pt == 11
    shown = "".join(one.text for one in document.paragraphs) + str([texts(one) for one in document.tables])
    assert not re.search("[０-９，。；：、（）]", re.sub(r"[^\x00-\x7f]*（P\d）", "", shown))


def test_a_title_breaks_in_a_trapezoid_or_a_diamond() -> None:
    assert title_lines("小场景建议方案") == ["小场景建议方案"]
    assert title_lines("天津市蓟州区派驻机构五年任期安排建议方案") == [
        "天津市蓟州区派驻机构", "五年任期安排建议方案",
    ]  # fmt: skip
    lines = title_lines("内江市市中区“片区式”协作片区与轮岗交流以及派驻机构工作专班人员安排建议方案的说明")
    assert len(lines) == 3 and len(lines[1]) > max(len(lines[0]), len(lines[2]))
    assert not [one for one in lines if one[0] in "”的）"]


def test_columns_fill_the_width() -> None:
    titles, rows = ["序号", "姓名", "理由及依据"], [["1", "张伟", "很长的理由" * 9], ["2", "李", ""]]
    widths = column_widths(titles, rows, 8844, 210)
    assert sum(widths) == 8844 and widths[2] > 5 * widths[0] and widths[1] >= 2 * 210
    crowded = column_widths(["标题"] * 30, [["很长的理由" * 9] * 30], 8844, 210)
    assert sum(crowded) == 8844 and min(crowded) > 0
    even = column_widths(["层", "核定", "空缺"], [["人员配置", "102至162", "0"]], 8844, 210)
    assert sum(even) == 8844 and max(even) < 3 * min(even)
    latin = column_widths(["period", "what"], [["1", "很长的理由" * 9]], 4000, 210)
    assert latin[0] >= 6 * 0.62 * 210
    short = column_widths(["a", "b"], [["1", "2"]], 8844, 210)
    assert sum(short) == 8844 and abs(short[0] - short[1]) <= 1
    assert sum(column_widths(["a", "b"], [], 8844, 210)) == 8844


def one_table(tone: Tone) -> Table:
    """Return a table of a document with a row in a tone, and a note below it."""
    columns = tuple(DeskColumn(Text(zh=one, en=one)) for one in ("周期", "依据"))
    rows = ((word_cell("2026", tone=tone), word_cell("很长的理由" * 9)), (word_cell(""), word_cell("短")))
    table = DeskTable("changes", Text(zh="表", en="table"), columns, rows)
    note = WordBlock("TableNote", Text(zh="注：一", en="Note: one"))
    made = Proposal(Text(zh="题", en="title"), (WordBlock("TableText", table=table), note, note), (), "{}")
    return docx.Document(io.BytesIO(document_bytes(made, "zh"))).tables[0]


def test_a_bold_number_has_room_and_notes_stay_with_the_last_row() -> None:
    plain, bold = one_table(""), one_table("total")
    widths = [int(one._tbl.tblGrid.gridCol_lst[0].w) for one in (plain, bold)]
    assert widths[1] > widths[0]
    rows = [one._tr for one in bold.rows]
    kept = [all(p.find(qn("w:keepNext")) is not None for p in one.iter(qn("w:pPr"))) for one in rows]
    assert kept == [True, True, True]
    after = [one for one in bold._tbl.itersiblings() if one.tag == qn("w:p")]
    assert [one.find(f".//{qn('w:keepNext')}") is not None for one in after[:2]] == [True, False]


# ---------------------------------------------------------------- the figures, once more from the plan alone


@pytest.mark.slow
def test_the_present_state_is_counted(drawn: Both) -> None:
    policy, plan, _ = drawn
    lines = told(section(proposal(drawn), 1))
    for layer in policy.context.layers.values():
        title = layer.spec.title.zh
        [line] = [one for one in lines if one.startswith(f"{title}：")]
        said = line.removeprefix(f"{title}：")
        if layer.spec.slots.table == "cases":
            cases = [policy.context.scenario.organisation.cases[one] for one in layer.slots]
            open_ = [
                one for k, one in enumerate(cases) for t in range(len(layer.periods)) if layer.active[k, t]
            ]
            assert figures(said)[0] == len(open_)
            assert figures(said)[1:2] == [sum(one.effort for one in open_)] or not any(
                one.effort for one in open_
            )
            continue
        slots = [k for k in range(len(layer.slots)) if layer.active[k, 0]]
        assert figures(said)[0] == len(slots)
        held = held_by_period(layer, plan)[0]
        names = {layer.slots[k] for k in slots}
        here = sum(slot in names for seats in held.values() for slot, _ in seats)
        if layer.past.at(-1):
            assert f"现有在任席位{here}个" in said
        else:
            assert said.endswith("规划期前没有在任记录。")


def test_the_options_are_judged(drawn: Both) -> None:
    policy, plan, view = drawn
    made = proposal(drawn)
    layers = [one for one in policy.context.layers.values() if one.spec.slots.table != "cases"]
    if not any(one.past.at(-1) for one in layers):
        assert view.options is None and "没有在任记录" in told(section(made, 2))[0]
        return
    assert view.options is not None
    kept = [one for one in plan.assignments if not policy.context.layers[one.layer].past.at(-1)]
    for layer in layers:
        for item, seats in held_by_period(layer, plan)[0].items():
            for t in range(len(layer.periods)):
                kept += [
                    plan.assignments[0].model_copy(
                        update={
                            "layer": layer.name, "item": item, "slot": slot, "role": role,
                            "period": layer.period_id(t),
                        }
                    )
                    for slot, role in seats
                    if layer.present[layer.item_index[item], t] and layer.active[layer.slot_index[slot], t]
                ]  # fmt: skip
    rows = {row[0].text.zh: [row[1].number, row[2].number] for row in view.options.rows}
    both = [judge(policy, one) for one in (kept, plan.assignments)]
    hard = [sum(len(f.breaches) for f in one.findings if f.rule.is_hard) for one in both]
    assert rows["硬规则违反处数"] == hard
    costs = {level: [one.costs[level] for one in both] for level in both[0].costs if level != "hard"}
    assert [value for name, value in rows.items() if name.startswith("代价")] == list(costs.values())
    changes = sum(1 for one in layers if one.past.at(-1) for _ in moves(held_by_period(one, plan)))
    assert rows["变动人次"][1] == changes
    seats = sum(one.layer in {layer.name for layer in layers} for one in plan.assignments)
    assert rows["在任席位（各期合计）"][1] == seats
    assert view.options in [one.table for one in section(made, 2)]


def test_the_plan_in_short_is_counted(drawn: Both) -> None:
    policy, plan, view = drawn
    made = proposal(drawn)
    lines = told(section(made, 3))
    counts = Counter(one.layer for one in plan.assignments)
    for layer in policy.context.layers.values():
        assert f"{layer.spec.title.zh}：共作出安排{counts[layer.name]}项。" in lines
    if view.appointments:
        [line] = [one for one in lines if one.startswith("拟任免共")]
        kinds = Counter(one.kind.zh for one in view.appointments)
        total = sum(
            1
            for one in policy.context.layers.values()
            if one.spec.items.table == "people" and one.spec.slots.table != "cases"
            for _ in moves(held_by_period(one, plan))
        )
        assert figures(line) == [total, *kinds.values()] and sum(kinds.values()) == total
    judgement = judge(policy, plan.assignments)
    hard = sum(len(one.breaches) for one in judgement.findings if one.rule.is_hard)
    [line] = [one for one in lines if "条规则；硬规则" in one]
    assert figures(line) == [len(policy.rules), *([hard] if hard else [])]
    assert ("全部满足" in line) == (hard == 0)
    [scores] = [one.table for one in section(made, 3) if one.table is not None and one.table.id == "scores"]
    levels = [row for row in scores.rows if row[0].tone == "total"]
    assert [row[2].number for row in levels] == list(judgement.costs.values())
    assert [row[2].number for row in scores.rows if row[0].tone != "total"] == [
        found.cost
        for level in judgement.costs
        for found in judgement.findings
        if found.rule.plan_level == level and found.cost
    ]


def test_changes_and_loads_are_counted(drawn: Both) -> None:
    policy, plan, _ = drawn
    lines = told(section(proposal(drawn), 3))
    for layer in policy.context.layers.values():
        held = held_by_period(layer, plan)
        for t in range(len(layer.periods)):
            known = layer.past.at(-1) if t == 0 else True
            if layer.spec.slots.table == "cases" or not known or (len(held) < 3 and not layer.past.at(-1)):
                continue
            was, will = set(held[t]), set(held[t + 1])
            other = sum(held[t][one] != held[t + 1][one] for one in was & will)
            when = f"（{layer.period_id(t)}）" if layer.period_id(t) else ""
            begin = f"{layer.spec.title.zh}{when}：上期"
            [line] = [one for one in lines if one.startswith(begin)]
            expected = [len(was), len(was & will), other, len(will - was), len(was - will), len(will)]
            assert figures(line.removeprefix(begin[:-2]))[:6] == expected
        if counts := [one for one in lines if one.startswith(f"{layer.spec.title.zh}：项数合计")]:
            of_layer = [one for one in plan.assignments if one.layer == layer.name]
            by_item = layer.spec.slots.table == "cases"
            found = Counter((one.item,) if by_item else (one.period, one.slot) for one in of_layer)
            assert figures(counts[0].removeprefix(layer.spec.title.zh))[:2] == [
                len(of_layer), max(found.values(), default=0),
            ]  # fmt: skip


def cited_in(blocks: Sequence[WordBlock]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield each entry of the reasons with its heading, and the sentences of the rules by their numbers."""
    title, rules = "", dict[str, str]()
    for block in blocks:
        text = (block.text or Text()).zh
        if block.style == "Heading2":
            title = text
        elif block.style == "Item":
            yield title, text, rules
        elif text.startswith(("凡适用的任职均已遵守", "其他引用的")):
            listed = re.findall(r"规则(\d+)，(.*?)(?=；规则\d+，|。$)", text)
            if "规则1，" in text:
                rules = {}
            rules = {**rules, **dict(listed)}


def test_every_appointment_has_its_own_reasons(drawn: Both) -> None:
    """Each change stands in one entry, with every ground in full once rules are put for their numbers."""
    policy, _, view = drawn
    blocks = section(proposal(drawn), 4)
    if not view.appointments:
        assert told(blocks) == ["本方案不涉及人员任免。"]
        return
    left = Counter((one.layer, one.period, one.person.id) for one in view.appointments)
    for title, text, rules in cited_in(blocks):
        change, _, reasons = text.partition("。理由及依据：")
        quoted = {number: in_quotes(Text(zh=one, en=one)).zh for number, one in rules.items()}
        full = re.sub(r"规则(\d+)", lambda found, by=quoted: by.get(found[1], found[0]), reasons)
        names = re.split("、|；", change)
        mine = [
            one
            for one in view.appointments
            if title.removesuffix(f"（{one.period}）") == policy.context.layers[one.layer].spec.title.zh
            and (one.period is None or one.period in title)
            and any(name.startswith(one.person.name) for name in names)
            and way_text(one).zh in change.partition("。备注")[0]
            and all(tight(dates_in_words(ground.text.zh)) in full for ground in one.grounds)
        ]  # fmt: skip
        assert mine, text
        for one in mine:
            left[one.layer, one.period, one.person.id] -= 1
            assert all(tight(dates_in_words(remark.zh)) in text for remark in one.remarks)
            assert not one.grounds or full.startswith(tight(dates_in_words(one.grounds[0].text.zh)))
    assert set(left.values()) == {0}


def test_it_is_said_how_many_stay(drawn: Both) -> None:
    policy, plan, _ = drawn
    blocks = section(proposal(drawn), 4)
    for name, layer in policy.context.layers.items():
        if layer.spec.items.table != "people" or layer.spec.slots.table == "cases":
            continue
        held = held_by_period(layer, plan)
        for t in range(len(layer.periods)):
            when = f"（{layer.period_id(t)}）" if layer.period_id(t) else ""
            stay = sum(len(held[t + 1][one]) for one in held[t] if held[t + 1].get(one) == held[t][one])
            changes = len(Counter({*held[t], *held[t + 1]})) - sum(
                held[t + 1].get(one) == held[t][one] for one in held[t]
            )
            at = [
                k for k, one in enumerate(blocks) if (one.text or Text()).zh == f"{layer.spec.title.zh}{when}"
            ]
            said = [figures((blocks[k + 1].text or Text()).zh) for k in at]
            assert said == ([[changes, stay] if stay else [changes]] if changes else []), name


def test_waivers_stand_with_reason_and_expiry(desk: Path) -> None:
    shown = [one.text for one in docx.Document(str(desk / "p.docx")).paragraphs]
    [line] = [one for one in shown if "无人可替" in one]
    assert all(one in line for one in ("地域回避", "赵磊", "第二组", "2027-12-31", "方案中豁免处数：2"))
    assert "本方案共有豁免事项1项。" in shown


# ---------------------------------------------------------------- reading back


@pytest.mark.parametrize(
    ("name", "language"),
    [
        pytest.param(name, language, marks=[] if (name, language) in READ_QUICKLY else pytest.mark.slow)
        for name in (*QUICK, *SLOW)
        for language in ("zh", "en")
    ],
)
def test_plans_of_every_kind_of_layer_are_read_back(name: str, language: Language, tmp_path: Path) -> None:
    policy = load_plan_policy(folder(name))
    plan = any_plan(policy)
    api.export(plan, tmp_path / "p.docx", policy=policy, language=language)
    found = api.read_document(tmp_path / "p.docx", policy).plan
    assert sorted(found.assignments, key=str) == sorted(plan.assignments, key=str)
    assert found.scenario.sha256 == plan.scenario.sha256


def test_a_proposal_is_judged_like_its_plan(desk: Path) -> None:
    done = verified(desk)
    assert done.status == 0 and done.out.splitlines()[-1].startswith("holds")
    done = verified(desk, written("2026|第一片区|第一组|组长", "方案", "▲陈静"))
    assert done.status == 1 and "lead-grade" in done.out


def test_names_may_be_moved_added_and_written_in_many_ways(desk: Path) -> None:
    policy = api.bind(api.load(desk / "scenarios" / "tiny"))
    before = api.read_document(desk / "p.docx", policy).plan.assignments
    edit = written("2026|第一片区|第一组|组员", "方案", "李　秀英，P5 、 杨帆")
    assert verified(desk, edit).status == 0
    read = api.read_document(desk / "p.docx", policy)
    assert (read.added, read.dropped) == (1, 1)
    assert sorted(api.read_document(desk / "p.docx", policy).plan.assignments, key=str) == sorted(
        before, key=str
    )
    assert verified(desk, written("2026|第一片区|第一组|组员", "方案", "李秀英 陈静\n杨帆")).status == 0
    done = verified(desk, written("2026|第一片区|第一组|组员", "方案", "李秀英、陈静"))
    assert done.status == 1 and "staffing" in done.out
    done = verified(desk, written("财务案", "主办", "", "案件"))
    assert done.status == 1 and "one-chief" in done.out


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        ("2026|第一片区|第一组|组长", "方案", "王见国", ":2:方案: .*王见国.*did you mean '王建国'"),
        ("2026|第一片区|第一组|组长", "方案", "张伟、无此人", "无此人"),
        ("2026|第一片区|第一组|组长", "职务", "组民", "职务.*组长、组员"),
        ("2026|第一片区|第一组|组长", "周期", "2029", "2026、2027"),
        ("2026|第一片区|第一组|组长", "单位（机构）", "第三组", "第三组.*did you mean"),
        ("2026|第一片区|第一组|组长", "拟任", "▲陈静", "only columns that are not read back"),
        ("2026|第一片区|第一组|组员", "方案", "李秀英、陈静、陈静", "repeats an earlier row"),
    ],
)
def test_what_is_not_understood_is_refused_at_its_cell(
    desk: Path, row: str, column: str, value: str, said: str
) -> None:
    done = verified(desk, written(row, column, value, "方案"))
    assert done.status == 2 and "p.docx:方案对照表：人员编组" in done.err and "Traceback" not in done.err
    assert re.search(said, done.err), done.err


def test_all_faults_are_said_at_once(desk: Path) -> None:
    def edit(document: Document) -> None:
        written("2026|第一片区|第一组|组长", "方案", "无此人")(document)
        written("财务案", "主办", "也无此人", "案件")(document)

    done = verified(desk, edit)
    assert done.status == 2 and "'无此人'" in done.err and "'也无此人'" in done.err


def test_namesakes_are_asked_about(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("刘洋", "张伟")
    write_plan(write_scenario(tmp_path, {"people.csv": people}))
    assert call("export", tmp_path / "plan.json", "--to", tmp_path / "p.docx", lang="zh").status == 0
    assert verified(tmp_path).status == 0
    done = verified(tmp_path, written("2026|第一片区|第一组|组长", "方案", "张伟"), lang="zh")
    assert done.status == 2 and "有几位同名" in done.err and "张伟（P3）、张伟（P4）" in done.err


def test_tracked_changes_count_as_accepted(desk: Path) -> None:
    def edit(document: Document) -> None:
        table = table_with(document, "方案", "现状", "周期")
        at = table.cell(*place_of(table, "2026|第一片区|第一组|组长", "方案")).paragraphs[0]._p
        old = at.find(qn("w:r"))
        assert old is not None
        moved, new = etree.SubElement(at, qn("w:moveFrom")), etree.SubElement(at, qn("w:ins"))
        moved.append(old)
        etree.SubElement(etree.SubElement(new, qn("w:r")), qn("w:t")).text = "陈静"
        row = table.rows[place_of(table, "2027|第二片区|第二组|组长", "方案")[0]]._tr
        etree.SubElement(row.get_or_add_trPr(), qn("w:del"))

    done = verified(desk, edit)
    assert done.status == 1 and "lead-grade" in done.out and "staffing" in done.out


def test_merged_cells_are_filled(desk: Path) -> None:
    def edit(document: Document) -> None:
        table = table_with(document, "方案", "现状", "周期")
        first, column = place_of(table, "2026|第一片区|第一组|组长", "单位（机构）")
        for k, kind in enumerate(("restart", "continue")):
            cell = table.rows[first + k]._tr.tc_lst[column]
            etree.SubElement(cell.get_or_add_tcPr(), qn("w:vMerge")).set(qn("w:val"), kind)
            if k:
                for text in cell.iter(qn("w:t")):
                    text.text = ""

    assert verified(desk, edit).status == 0


def both_edited(name: str, appointed: str) -> Edit:
    """Return an edit of the comparison and of the list of appointments."""

    def edit(document: Document) -> None:
        written("2026|第一片区|第一组|组长", "方案", name)(document)
        written("2026|第一片区|第一组|组员", "方案", "张伟、陈静、杨帆")(document)
        people = table_with(document, "姓名", "拟任职务", "备注")
        rows = [k for k, row in enumerate(texts(people)) if row[1] in ("李秀英", "张伟") and "2026" in row]
        for k, text in zip(rows, (appointed, "▲第一组组员"), strict=True):
            column = texts(people)[0].index("拟任职务")
            at = people.cell(k, column).paragraphs[0]
            for run in at.runs:
                run.text = ""
            at.add_run(text)

    return edit


def test_the_list_of_appointments_must_agree(desk: Path) -> None:
    other = desk / "other"
    shutil.copytree(desk, other)
    done = verified(desk, both_edited("李秀英", "▲第一组组长"))
    assert done.status == 1 and "lead-yearly" in done.out  # read; the rules then have their say
    done = verified(other, both_edited("李秀英", "▲第二组组长"))
    assert done.status == 2 and "is not what the comparison says" in done.err
    assert "拟任免（轮岗交流）干部名单" in done.err


def test_whoever_is_deleted_from_the_list_must_be_deleted_everywhere(desk: Path) -> None:
    def edit(document: Document) -> None:
        people = table_with(document, "姓名", "拟任职务", "备注")
        for row in [one for one in people.rows if one.cells[1].text == "张伟"]:
            people._tbl.remove(row._tr)

    done = verified(desk, edit, lang="zh")
    assert done.status == 2 and "名单删去了此人" in done.err and "张伟" in done.err


def test_a_change_of_the_register_is_pointed_out_not_taken(desk: Path) -> None:
    done = verified(desk, written("1|王建国", "处理", "豁免", "依据条款"))
    assert done.status == 2 and "is not read back" in done.err and "回避情况表" in done.err
    done = call("export", desk / "plan.json", "--to", desk / "p.docx", lang="zh")
    assert done.status == 0 and verified(desk, written("1|王建国", "审批", "同意", "依据条款")).status == 0


def test_a_lost_table_and_a_lost_column_are_said(desk: Path) -> None:
    def lose(document: Document) -> None:
        team = table_with(document, "案件", "主办")
        team._tbl.getparent().remove(team._tbl)
        zones = table_with(document, "方案", "单位（机构）", "职务")
        at = texts(zones)[0].index("方案")
        zones.cell(0, at).paragraphs[0].runs[0].text = "别的"

    done = verified(desk, lose, lang="zh")
    assert done.status == 2 and "文稿缺少这张表" in done.err and "办案组：案件分办" in done.err
    assert "找不到表头中的这一栏；可用：方案" in done.err


def test_what_the_call_asked_for_is_judged_too(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    plan = good_plan(place)
    asked = plan.model_copy(update={"run": {**plan.run, "asked": {"pin": ["P3=G1@2026"]}}})
    api.export(asked, tmp_path / "p.docx", policy=api.bind(api.load(place)), language="zh")
    assert verified(tmp_path).status == 0
    done = verified(tmp_path, written("2026|第一片区|第一组|组长", "方案", "刘洋"))
    assert done.status == 1 and "pin.1" in done.out


def test_a_blind_copy_names_nobody_and_is_verified(desk: Path) -> None:
    for name in ("copy", "keys"):
        (desk / name).mkdir()
    words = ("--blind", desk / "keys" / "k.csv")
    assert call("export", desk / "plan.json", "--to", desk / "copy" / "p.docx", *words, lang="zh").status == 0
    with zipfile.ZipFile(desk / "copy" / "p.docx") as archive:
        content = "".join(archive.read(one).decode() for one in archive.namelist())
    assert not [name for name in ("张伟", "李秀英", "王建国", "1975") if name in content]
    assert "代号副本" in content and "方案摘要" not in content
    done = call(
        "verify", desk / "scenarios" / "tiny", desk / "copy" / "p.docx", "--key", desk / "keys" / "k.csv"
    )
    assert done.status == 0


def test_other_documents_are_refused(desk: Path) -> None:
    docx.Document().save(str(desk / "p.docx"))
    done = verified(desk)
    assert done.status == 2 and "no document that allocator exported" in done.err
    (desk / "p.docx").write_bytes(b"PK\x03\x04 nothing")
    assert "is no Word document" in verified(desk).err


def with_part(file: Path, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.namelist():
            target.writestr(one, content if one == name else source.read(one))
    return out.getvalue()


_BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("word/document.xml", _BOMB, "DOCTYPE"),
        ("customXml/item1.xml", _BOMB, "DOCTYPE"),
        ("word/document.xml", b"<x>", "well-formed"),
        ("word/document.xml", b"<x>" * 5_000, "well-formed"),
        ("word/document.xml", b"<x/>", "no Word document"),
        ("word/document.xml", b"x" * 61_000_000, "unpacks to too much"),
        ("customXml/item1.xml", b"<x>{}</x>", "no document that allocator exported"),
        ("customXml/item1.xml", b'<x>{"format": "allocator-proposal/1"}</x>', "no document that allocator"),
    ],
)
def test_hostile_documents_are_refused(desk: Path, name: str, content: bytes, said: str) -> None:
    (desk / "p.docx").write_bytes(with_part(desk / "p.docx", name, content))
    done = verified(desk)
    assert done.status == 2 and said in done.err and "Traceback" not in done.err


def test_a_file_without_its_main_part_is_refused(desk: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/other.xml", "<x/>")
    with pytest.raises(InputError, match="no Word document"):
        read_docx(out.getvalue(), "p.docx")


def test_names_with_a_comma_are_taken_whole() -> None:
    known = {"县委办、政府办": ("U1",), "组织部": ("U2",), "张伟": ("P1",), "李秀英": ("P2",)}
    assert names_in("组织部、县委办、政府办；张伟", known) == ["组织部", "县委办、政府办", "张伟"]
    assert names_in("张伟 李秀英", known) == ["张伟", "李秀英"]
    assert names_in("无此人、张伟、", known) == ["无此人", "张伟"]
    assert names_in(" ", known) == []


# ---------------------------------------------------------------- other programs


def converted(file: Path, kind: str, into: Path) -> Path:
    """Convert a file by LibreOffice."""
    program = shutil.which("soffice")
    if program is None or shutil.which("pdftotext") is None:
        pytest.skip("needs LibreOffice and poppler (make renderers)")
    home = f"-env:UserInstallation={(into / 'home').as_uri()}"
    words = [program, home, "--headless", "--convert-to", kind, "--outdir", str(into), str(file)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    return into / f"{file.stem}.{kind.split(':', maxsplit=1)[0]}"


def test_a_proposal_without_annexes_has_one_section(tmp_path: Path) -> None:
    made = Proposal(Text(zh="题", en="x"), (WordBlock("Body", Text(zh="文", en="x")),), (), "{}")
    (tmp_path / "p.docx").write_bytes(document_bytes(made, "zh"))
    [only] = docx.Document(str(tmp_path / "p.docx")).sections
    assert only.orientation == docx.enum.section.WD_ORIENT.PORTRAIT and round(only.top_margin.mm) == 37


@pytest.mark.slow
def test_a_page_has_22_lines_of_28_characters(tmp_path: Path) -> None:
    blocks = (WordBlock("Body", Text(zh="国" * 28 * 60, en="x")),)
    made = Proposal(Text(zh="题", en="x"), blocks, (), "{}")
    (tmp_path / "p.docx").write_bytes(document_bytes(made, "zh"))
    file = converted(tmp_path / "p.docx", "pdf", tmp_path)
    words = ["pdftotext", "-f", "2", "-l", "2", str(file), "-"]
    page = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
    lines = [one.strip() for one in page.splitlines() if "国" in one]
    assert len(lines) == 22 and {len(one) for one in lines} == {28}
    assert re.search(r"— ?2 ?—", page)


@pytest.mark.slow
def test_libreoffice_opens_and_saves_it_without_loss(desk: Path) -> None:
    into = desk / "out"
    into.mkdir()
    shutil.move(converted(desk / "p.docx", "docx:MS Word 2007 XML", into), desk / "p.docx")
    done = verified(desk)
    assert (done.status, done.err) == (0, "")
    document = docx.Document(str(desk / "p.docx"))
    assert next(one.text for one in document.paragraphs if one.style.name == "Heading 1") == "现状"


def test_signing_says_what_it_is_given() -> None:
    assert Signing.of(None, None) == Signing()
    assert not Signing().day


def test_a_plan_without_a_past_says_so(tmp_path: Path) -> None:
    policy = load_plan_policy(write_scenario(tmp_path, {"postings.csv": "person,group,role,from,to\n"}))
    plan = any_plan(policy)
    view = laid_out(policy, plan)
    made = proposal_of(view, api.plan_view(plan, policy), "zh")
    assert view.options is None and "没有在任记录" in told(section(made, 2))[0]


# ---------------------------------------------------------------- compared with other plans


def with_other_plan(place: Path, plan: str) -> Path:
    """Write another plan for the tiny scenario beside the first one."""
    file = place / "other.json"
    api.write_plan(good_plan(place / "scenarios" / "tiny", plan), file)
    return file


def test_other_plans_stand_beside_this_one_judged_anew(desk: Path) -> None:
    """P6 and P8, who are kin, change groups in 2027: two departures of weight 2, and no rule is broken."""
    text = tiny_scenario.PLAN.replace("P6=G1/member@2027", "P6=G2/member@2027")
    other = with_other_plan(desk, text.replace("P8=G2/member@2027", "P8=G1/member@2027"))
    words = ("--against", other, "--to", desk / "a.docx")
    done = call("export", desk / "plan.json", *words, lang="zh")
    assert (done.status, done.err) == (0, "")
    document = docx.Document(str(desk / "a.docx"))
    rows = {cells[0]: cells[1:] for cells in texts(table_with(document, "A 推荐方案"))}
    assert rows["比较项目"] == ["A 推荐方案", "B other"] and rows["违反硬规则（代价）"] == ["0", "0"]
    policy = load_plan_policy(desk / "scenarios" / "tiny")
    costs = [judge(policy, api.read_plan(one).assignments).costs[1] for one in (desk / "plan.json", other)]
    assert rows["级别 1 人员稳定：代价"] == [str(one) for one in costs] and costs[1] == costs[0] + 4
    moved = [len(list(moves(held_by_period(policy.context.layers["posting"], api.read_plan(one)))))
             for one in (desk / "plan.json", other)]  # fmt: skip
    assert rows["变动人次：人员编组"] == [str(one) for one in moved]
    said = [one.text for one in document.paragraphs]
    assert "方案B：other，求解状态为可行。" in said and any(one.startswith("A优于B") for one in said)
    assert not [one for one in said if "未附其他备选方案" in one] and table_with(document, "维持现状")
    found = api.read_document(desk / "a.docx", policy).plan
    assert sorted(found.assignments, key=str) == sorted(
        api.read_plan(desk / "plan.json").assignments, key=str
    )


def test_an_option_of_other_rules_is_judged_by_its_own(desk: Path) -> None:
    """By rules without grades P5 leads in 2026 and breaks nothing; by those of the proposal it breaks one."""
    grade = (
        '      - {id: lead-grade, kind: eligible, on: posting, role: lead, when: person.grade == "head"}\n'
    )
    assert grade in tiny_scenario.RULES
    place = write_scenario(desk / "looser", {"tiny-rules.yaml": tiny_scenario.RULES.replace(grade, "")})
    text = tiny_scenario.PLAN.replace("P3=G1/lead@2026", "P3=G1/member@2026")
    looser = place.parent.parent / "ungraded.json"
    api.write_plan(good_plan(place, text.replace("P5=G1/member@2026", "P5=G1/lead@2026")), looser)
    done = call("export", desk / "plan.json", "--against", looser, "--to", desk / "a.docx", lang="zh")
    assert (done.status, done.err) == (0, "")
    document = docx.Document(str(desk / "a.docx"))
    rows = {cells[0]: cells[1:] for cells in texts(table_with(document, "A 推荐方案"))}
    assert rows["违反硬规则（代价）"] == ["0", "0"]
    header, row = texts(table_with(document, "级别", "A 推荐方案"))
    assert header == ["级别", "A 推荐方案", "B ungraded"]
    assert row[0] == "硬规则" and "组长" in row[1] and row[2].endswith("无")
    assert not [one.text for one in document.paragraphs if ".yaml" in one.text]


def test_other_plans_that_do_not_belong_are_refused(desk: Path) -> None:
    strange = desk / "strange.json"
    strange.write_text((desk / "plan.json").read_text(encoding="utf-8").replace('"P3"', '"P33"'), "utf-8")
    words = ("--against", strange, "--against", desk / "nothing.json", "--to", desk / "a.docx")
    done = call("export", desk / "plan.json", *words)
    assert done.status == 2 and "P33" in done.err and "nothing.json" in done.err
    words = ("--against", desk / "plan.json", "--to", desk / "a.xlsx")
    done = call("export", desk / "plan.json", *words)
    assert done.status == 2 and "no such option" in done.err
    many = [word for _ in range(12) for word in ("--against", desk / "plan.json")]
    done = call("export", desk / "plan.json", *many, "--to", desk / "a.docx")
    assert done.status == 2 and "too many plans" in done.err
    assert not (desk / "a.docx").exists()
