"""Files of a comparison: a workbook, a Word annex and a web page say what the tables say."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

import tiny_scenario
from allocator import api
from allocator.report.compare.blind_comparison import blind_comparison
from allocator.report.compare.comparison_sentences import comparison_sentences
from allocator.report.compare.comparison_tables import comparison_tables
from allocator.report.desk.blind import Blinder, BlindKey
from allocator.report.word.docx_tables import read_docx
from cli_world import call
from compare_world import SWAPPED, tiny_option
from page_tools import Node, parsed
from tiny_scenario import write_scenario

HOSTILE = "=1+1<img src=x onerror=alert(1)>"
PLACED = """
    id,name,kind,place,workload,lon,lat
    U1,城东街道,township,城东,30,105.1,29.5
    U2,城西镇,township,城西,20,105.0,29.5
    U3,城南镇,township,城南,20,105.0,29.4
"""
RULES = tiny_scenario.RULES.replace("atleast: 1, atmost: 1", "atleast: 1, atmost: 2")
DEARER = RULES.replace("weight: 2", "weight: 7")
KEPT = tiny_scenario.PLAN + "U3=Z1"
MOVED = KEPT.replace("U1=Z1 U2=Z2", "U1=Z2 U2=Z1")


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> list[api.PlanOption]:
    """Return three options on two versions, with a hostile name and units on a map."""
    folder = tmp_path_factory.mktemp("options")
    people = tiny_scenario.TABLES["people.csv"].replace("赵磊", HOSTILE)
    shared = {"people": people, "units": PLACED}
    return [
        tiny_option(folder / "a", "A", KEPT, **shared, tiny_rules=RULES),
        tiny_option(folder / "b", "B", MOVED, **shared, tiny_rules=RULES),
        tiny_option(folder / "c", "C", SWAPPED + "U3=Z1", **shared, tiny_rules=DEARER),
    ]


def written(options: list[api.PlanOption], folder: Path, name: str, **settings: object) -> bytes:
    """Return the bytes of a file, which are the same when it is written again."""
    file = folder / name
    api.export_comparison(options, file, **settings)
    first = file.read_bytes()
    api.export_comparison(options, file, **settings)
    assert file.read_bytes() == first
    return first


def test_the_workbook_has_every_table_and_no_formula(options: list[api.PlanOption], tmp_path: Path) -> None:
    content = written(options, tmp_path, "o.xlsx", language="zh")
    book = openpyxl.load_workbook(BytesIO(content))
    names = [one for one in book.sheetnames if not one.startswith("_")]
    assert {"方案比较", "规则差异", "人员调动", "片区变化", "配备与负荷", "交叉复核"} <= set(names)
    found = api.compare(options)
    tables = comparison_tables(found)
    assert len(names) == len(tables) + 1
    for sheet, table in zip((book[name] for name in names[1:]), tables, strict=True):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        head = next(k for k, row in enumerate(rows) if row[0] == table.columns[0].title("zh"))
        body = rows[head + 1 :]
        assert len(body) == len(table.rows)
        for row, cells in zip(body, table.rows, strict=True):
            numbers = [cell.number for cell in cells]
            assert [value if isinstance(value, int) else None for value in row[: len(cells)]] == numbers
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert any(HOSTILE in str(cell.value) for row in book["人员调动"].iter_rows() for cell in row)
    about = [str(cell.value) for row in book["说明"].iter_rows() for cell in row]
    assert {text("zh") for text in comparison_sentences(found)} <= set(about)


def test_the_differences_of_the_workbook_add_up(options: list[api.PlanOption], tmp_path: Path) -> None:
    content = written(options, tmp_path, "o.xlsx", language="zh")
    rows = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(BytesIO(content))["规则差异"].iter_rows()
    ]
    head = next(k for k, row in enumerate(rows) if row[0] == "级别")
    gains = [k for k, title in enumerate(rows[head]) if title and "−" in str(title)]
    assert len(gains) == 2
    sums: list[int] = []
    totals: list[list[int]] = []
    for row in rows[head + 1 :]:
        if row[0]:
            totals.append([row[k] for k in gains])
            sums.append([0] * len(gains))
        elif row[1]:
            sums[-1] = [known + row[k] for known, k in zip(sums[-1], gains, strict=True)]
    assert sums == totals and any(any(one) for one in totals)


def test_the_annex_has_the_sentences_and_the_tables(options: list[api.PlanOption], tmp_path: Path) -> None:
    content = written(options, tmp_path, "o.docx", language="zh")
    found = api.compare(options)
    tables = comparison_tables(found)
    document = read_docx(content, "o.docx")
    assert [len(one.rows) - 1 for one in document.tables] == [len(one.rows) for one in tables]
    for read, table in zip(document.tables, tables, strict=True):
        assert list(read.rows[0]) == [one.title("zh") for one in table.columns]
    assert "allocator-comparison/1" in document.parts[0]
    refused = call("verify", write_scenario(tmp_path), tmp_path / "o.docx")
    assert refused.status == 2  # it holds no appointments to read back


def test_the_page_shows_options_side_by_side_and_asks_for_nothing(
    options: list[api.PlanOption], tmp_path: Path
) -> None:
    text = written(options, tmp_path, "o.html", language="zh").decode()
    page = parsed(text)
    [policy] = [one.attributes["content"] for one in page.all("meta") if "http-equiv" in one.attributes]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "script-src" not in policy
    assert not page.all("script") and not page.all("img")
    assert not re.findall(r"(?:src|href)=\"(?!#)", text)
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert {one.attributes["href"][1:] for one in page.all("a")} <= set(ids)
    cards = multiples(page)
    assert [one.all("h3")[0].shown("zh").split(" ")[0] for one in cards] == ["A", "B", "C"]
    for card in cards:
        assert [svg.attributes.get("class") for svg in card.all("svg")].count("map") == 1
        names = [one.shown("zh").lstrip("※") for one in card.all("span") if "chip hit" in classes(one)]
        assert len(names) == 2  # U1 and U2 are elsewhere in B, U3 is not
    assert HOSTILE in page.shown("zh")


def classes(node: Node) -> str:
    return node.attributes.get("class") or ""


def multiples(page: Node) -> list[Node]:
    """Return the parts of a page that show one option each."""
    return [one for one in page.all("div") if classes(one).split(" ")[0] == "multiple"]


def test_without_a_map_the_rosters_stand_side_by_side(tmp_path: Path) -> None:
    texts = (("A", tiny_scenario.PLAN), ("B", SWAPPED))
    made = [tiny_option(tmp_path / label, label, text) for label, text in texts]
    empty = {"status": "unknown", "assignments": (), "score": (), "rules": ()}
    nothing = made[0].plan.model_copy(update=empty)
    made.append(api.plan_option(made[0].policy, nothing, label="C"))
    page = parsed(written(made, tmp_path, "o.html", language="en").decode())
    assert "no plan" in multiples(page)[2].shown("en")
    assert "map" not in [classes(one) for one in page.all("svg")]


@pytest.mark.parametrize(
    "name", ["o.html", *(pytest.param(one, marks=pytest.mark.slow) for one in ("o.xlsx", "o.docx"))]
)
def test_a_blind_copy_names_nobody(options: list[api.PlanOption], tmp_path: Path, name: str) -> None:
    key = tmp_path / "key" / "key.csv"
    key.parent.mkdir()
    out = tmp_path / "out"
    out.mkdir()
    fewer = tiny_scenario.TABLES["people.csv"].replace("P8,黄丽,cadre,U2,河口,", "P9,钱多,cadre,U2,河口,")
    other = tiny_option(
        tmp_path / "d", "D", tiny_scenario.PLAN.replace("P8", "P9"), people=fewer, ties="source,target,kind\n"
    )
    # Its P7 has another name, which the reason of a pin has in its words.
    pinned = api.bind(other.policy.context.scenario, pins=["P7=G2/member@2026"])
    other = api.plan_option(pinned, other.plan, label="D")
    assert "赵磊" in next(
        one.findings[3].why.zh for one in api.compare([*options, other]).rules if one.rule == "pin.1"
    )
    content = written([*options, other], out, name, language="zh", every=True, blind=key)
    if name == "o.html":
        text = content.decode()
    elif name == "o.docx":
        text = zipfile.ZipFile(BytesIO(content)).read("word/document.xml").decode()
    else:
        book = openpyxl.load_workbook(BytesIO(content))
        text = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    people = [one for one in tiny_scenario.TABLES["people.csv"].split() if one.startswith("P")]
    names = [*(one.split(",")[1] for one in people), "钱多", "onerror"]
    assert not [one for one in names if one in text]
    assert not re.search(r"\bP[1-9]\b", text)
    codes = dict(line.split(",")[1::-1] for line in key.read_text("utf-8-sig").splitlines()[1:])
    assert {"P1", "P8", "P9"} <= codes.keys() and codes["P1"] in text
    assert key.stat().st_mode & 0o077 == 0
    assert not [one for one in api.compare([*options, other]).options if one.plan_hash[:16] in text]


def test_the_order_of_a_blind_copy_tells_nothing(options: list[api.PlanOption]) -> None:
    organisation = options[0].policy.context.scenario.organisation
    found = blind_comparison(
        api.compare(options), Blinder(organisation, BlindKey({}, {}).completed(organisation))
    )
    assert found.is_blind
    for layer in ("posting", "casework"):
        for period in ("2026", "2027"):
            codes = [row.item.id for row in found.seats if (row.layer, row.period) == (layer, period)]
            assert codes == sorted(codes) and len(codes) == 8
    carriers = [row.place.id for row in found.places if row.is_person and row.place]
    assert carriers == sorted(carriers) and carriers


def test_wrong_files_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.json"
    for arguments, told in (
        (["--to", tmp_path / "o.csv"], "--to"),
        (["--to", tmp_path / "no" / "o.xlsx"], "no"),
        (["--blind", tmp_path / "key.csv"], "goes with --to only"),
    ):
        done = call("compare", nowhere, nowhere, *arguments)
        assert done.status == 2 and told in done.err and "nowhere" not in done.err


def test_the_command_writes_a_file_and_says_what_is_in_it(tmp_path: Path) -> None:
    place = write_scenario(tmp_path)
    files = []
    for name, text in (("kept", tiny_scenario.PLAN), ("swapped", SWAPPED)):
        files.append(place / f"{name}.json")
        api.write_plan(tiny_option(tmp_path, "A", text).plan, files[-1])
    done = call("compare", *files, "--to", tmp_path / "o.xlsx", lang="zh")
    assert done.status == 0
    assert "A 优于 B" in done.out and done.out.endswith(f"已写入 {tmp_path / 'o.xlsx'}\n")
    made = call("compare", *files, "--to", tmp_path / "o.html", "--json").json
    assert made["format"] == "html" and made["bytes"] == (tmp_path / "o.html").stat().st_size
    out = tmp_path / "out"
    out.mkdir()
    blind = call("compare", *files, "--to", out / "o.docx", "--blind", tmp_path / "key.csv")
    assert blind.status == 0 and f"the key is in {tmp_path / 'key.csv'}" in blind.out
    beside = call("compare", *files, "--to", out / "o.docx", "--blind", out / "key.csv")
    assert beside.status == 2
