"""A scenario written as a workbook is the same scenario: tables, settings, rules and digest."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.reading.settings_sheets import SheetDocument

SCENARIOS = api.bundled_scenarios()
QUICK = {("zh", "badaojiang-pool"), ("en", "guanghan-dispatch")}


def written(folder: Path, place: Path, language: api.Language = "zh") -> Path:
    """Write a scenario as a workbook into an empty folder."""
    place.mkdir(exist_ok=True)
    book = place / f"{folder.name}.xlsx"
    book.write_bytes(api.scenario_workbook(folder, language=language).content)
    return book


@pytest.mark.parametrize(
    ("language", "name"),
    [
        pytest.param(language, one, marks=[] if (language, one) in QUICK else pytest.mark.slow)
        for one in SCENARIOS
        for language in ("zh", "en")
    ],
)
def test_every_scenario_has_the_same_digest_as_its_workbook(
    name: str, language: api.Language, tmp_path: Path
) -> None:
    folder = api.bind(api.load(SCENARIOS[name]))
    book = api.bind(api.load(written(SCENARIOS[name], tmp_path / "desk", language)))
    assert book.reference == folder.reference
    assert book.rules == folder.rules and book.waivers == folder.waivers
    assert book.context.scenario.organisation == folder.context.scenario.organisation
    assert book.context.scenario.spec == folder.context.scenario.spec


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter") / "mine"
    api.create_scenario(folder)
    return folder


def test_the_bytes_are_the_same_twice_and_hold_no_formula_of_a_user(starter: Path) -> None:
    one, other = (api.scenario_workbook(starter, language="zh").content for _ in range(2))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("ends", ["bom", "crlf", "gb18030", "quoted"])
def test_files_of_other_forms_keep_their_digest_or_are_named(
    starter: Path, ends: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(starter, folder)
    table = folder / "people.csv"
    text = table.read_text(encoding="utf-8")
    content = {
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n").encode(),
        "gb18030": text.encode("gb18030"),
        "quoted": text.replace("id,name", '"id",name').encode(),
    }[ends]
    table.write_bytes(content)
    book = api.scenario_workbook(folder)
    assert book.rewritten == (("people.csv",) if ends == "quoted" else ())
    (tmp_path / "mine.xlsx").write_bytes(book.content)
    same = api.load(folder).sha256 == api.load(tmp_path / "mine.xlsx").sha256
    assert same == (ends != "quoted")


def test_a_plan_of_the_folder_is_verified_against_the_workbook_until_a_cell_changes(
    starter: Path, tmp_path: Path
) -> None:
    policy = api.bind(api.load(starter))
    plan = api.solve(policy, seconds=20)
    book = written(starter, tmp_path / "desk")
    verdict = api.verify(api.bind(api.load(book)), plan)
    assert verdict.differs is None and verdict.holds
    opened = openpyxl.load_workbook(book)
    opened["人员"]["B2"] = "另一人"
    opened.save(book)
    assert api.bind(api.load(book)).sha256 != policy.sha256


def test_a_changed_setting_and_a_changed_rule_are_read(starter: Path, tmp_path: Path) -> None:
    book = written(starter, tmp_path / "desk")
    opened = openpyxl.load_workbook(book)
    settings, rules = opened["设置"], opened["规则"]
    [title] = [row for row in settings.iter_rows() if row[0].value == "标题"]
    title[2].value = "新的标题"
    [lead] = [row for row in rules.iter_rows() if row[0].value == "lead-yearly"]
    assert lead[3].value == "1" and "连任不超过" in lead[1].value
    lead[3].value = "2"
    added = ["new-rule", lead[1].value, "人员编组", "2", None, None, None, None, None, None, "组员"]
    rules.append(added)
    opened.save(book)
    policy = api.bind(api.load(book))
    assert policy.context.scenario.spec.title.zh == "新的标题"
    by_id = {rule.id: rule for rule in policy.rules}
    assert by_id["lead-yearly"].model_dump()["periods"] == 2
    assert by_id["new-rule"].role == ("member",) and by_id["new-rule"].kind == "max_term"
    kept = api.bind(api.load(starter))
    assert {rule.id: rule for rule in kept.rules if rule.id != "lead-yearly"}.items() <= by_id.items()
    assert policy.files["starter-rules.yaml"] != kept.files["starter-rules.yaml"]


def test_faults_of_settings_and_rules_are_at_their_cells(starter: Path, tmp_path: Path) -> None:
    book = written(starter, tmp_path / "desk")
    opened = openpyxl.load_workbook(book)
    rules, layers = opened["规则"], opened["层"]
    places = {row[0].value: row[0].row for row in rules.iter_rows()}
    rules.cell(places["lead-yearly"], 4).value = "两"
    rules.cell(places["kin"], 2).value = "随便写的一句"
    rules.cell(places["native-place"], 4).value = "人员.籍灌 是 组.所在地"
    layers["D3"] = "人员，其中 person.grad == 1"
    opened.save(book)
    with pytest.raises(InputError) as caught:
        api.bind(api.load(book))
    found = {(fault.file.partition(":")[2], fault.row, fault.column) for fault in caught.value.faults}
    assert ("规则", places["lead-yearly"], "空1") in found
    assert ("规则", places["kin"], "句式") in found
    assert ("规则", places["native-place"], "空1") in found
    assert ("层", 3, "对象") in found
    assert not any(fault.detail.startswith("Traceback") for fault in caught.value.faults)


def test_a_pack_that_comes_with_the_program_is_chosen_from_the_list(starter: Path, tmp_path: Path) -> None:
    book = written(starter, tmp_path / "desk")
    opened = openpyxl.load_workbook(book)
    opened["设置"].append(["规则包", None, "two-mentors"])
    opened.save(book)
    with pytest.raises(InputError) as caught:  # its rules are about another layer than the starter has
        api.bind(api.load(book))
    assert any("two-mentors" in fault.file or "mentor" in str(fault.found) for fault in caught.value.faults)


def test_text_that_would_be_a_formula_is_quoted_and_comes_back(starter: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(starter, folder)
    table = folder / "people.csv"
    names = ["=1+1", "+cmd", "@sum", "'=quoted", "＝全角"]
    header, *rows = table.read_text(encoding="utf-8").splitlines()
    hostile = [
        ",".join([row.split(",")[0], name, *row.split(",")[2:]])
        for row, name in zip(rows, names, strict=False)
    ]
    table.write_text("\n".join([header, *hostile, *rows[len(names) :], ""]), encoding="utf-8")
    book = written(folder, tmp_path / "desk")
    cells = [cell for page in openpyxl.load_workbook(book) for row in page.iter_rows() for cell in row]
    formulas = [cell for cell in cells if cell.data_type == "f"]
    assert formulas and {cell.parent.title for cell in formulas} == {"列表"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str) and cell.data_type != "f"]
    assert not [text for text in texts if text.lstrip().startswith(("=", "+", "@", "＝", "－"))]
    loaded = api.load(book)
    assert [person.name for person in loaded.organisation.people.values()][: len(names)] == names
    assert loaded.sha256 == api.load(folder).sha256


@pytest.mark.parametrize("language", ["zh", "en"])
def test_drop_downs_are_defined_ranges_on_the_sheet_of_lists(starter: Path, language: api.Language) -> None:
    content = api.scenario_workbook(starter, language=language).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    title = {"zh": "列表", "en": "Lists"}[language]
    assert set(book.defined_names) and all(title in name.attr_text for name in book.defined_names.values())
    used = [one for page in book for one in page.data_validations.dataValidation if one.type == "list"]
    assert len(used) > 15
    for one in used:
        assert one.formula1 in book.defined_names or one.formula1.startswith("INDIRECT(")
        assert len(one.formula1) < 255
    assert book["_allocator"].sheet_state == "veryHidden"


def test_settings_are_a_document_without_text_of_yaml(starter: Path, tmp_path: Path) -> None:
    document = api.load(written(starter, tmp_path / "desk")).document
    assert isinstance(document, SheetDocument) and document.text == ""
    assert document.label_of(("layers", "posting")).endswith(":层")


def test_a_rule_that_must_not_be_waived_and_the_prices_of_remedies_are_kept(
    root: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(root / "docs" / "first-reasons", tmp_path / "first-reasons")
    pack = folder / "posting-rules.yaml"
    pack.write_text(
        pack.read_text("utf-8").replace("kind: eligible", "kind: eligible\n    waivable: never"), "utf-8"
    )
    with (folder / "scenario.yaml").open("a", encoding="utf-8") as file:
        file.write("remedies: {recruit: 5}\n")
    policy = api.bind(api.load(written(folder, tmp_path / "books")))
    assert [rule.id for rule in policy.rules if rule.waivable == "never"] == ["lead-grade"]
    assert policy.context.scenario.spec.remedies.recruit == 5
