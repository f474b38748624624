"""A folder of cadre forms given to ``allocator import``: what gets into the tables, and what is listed."""

from __future__ import annotations

import csv
import random
from io import StringIO
from pathlib import Path
from time import process_time

import pytest

import made_forms
from cli_world import call

People = list[tuple[made_forms.Truth, made_forms.Style]]


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))


def _people(count: int) -> People:
    """Return people of whom no two have one name, and no relative the name of one of them."""
    found: People = []
    for number in range(count):
        rng = random.Random(number)
        person, style = made_forms.truth(rng, number), made_forms.style(rng)
        person.name = f"欧阳{chr(0x4E00 + 7 * number)}"
        found.append((person, style))
    return found


def _write(folder: Path, people: People) -> None:
    folder.mkdir(exist_ok=True)
    for number, (person, style) in enumerate(people):
        is_old = number % 8 == 7
        made = made_forms.lrm(person, style) if is_old else made_forms.lrmx(person, style)
        name = f"{number:03}{person.name}_{person.identity_number}"
        (folder / f"{name}{'.lrm' if is_old else '.lrmx'}").write_bytes(made)
        if is_old:
            (folder / f"{name}.pic").write_bytes(b"\xff\xd8photo")


@pytest.mark.unmeasured
def test_two_hundred_forms_become_people_ties_and_postings(tmp_path: Path) -> None:
    people = _people(200)
    _write(tmp_path / "forms", people)
    for one in made_forms.broken():
        (tmp_path / "forms" / f"x-{one.name}").write_bytes(one.content)
    begin = process_time()
    done = call("import", tmp_path / "forms", "--into", tmp_path / "cadres")
    assert process_time() - begin < 10
    assert done.status == 2
    for one in made_forms.broken():
        assert any(f"x-{one.name}" in line and one.says in line for line in done.err.splitlines()), one.name
    rows = {row["name"]: row for row in _rows(tmp_path / "cadres/people.csv")}
    assert list(rows) == [person.name for person, _ in people]
    ids = {row["id"]: name for name, row in rows.items()}
    for person, _ in people:
        row = rows[person.name]
        assert (row["born"], row["sex"]) == (f"{person.born[0]}-{person.born[1]:02}", person.sex)
        assert row["native_place"] == person.native
    _check_ties(tmp_path / "cadres", ids, people)
    _check_unread(tmp_path / "cadres", people)
    _check_secrets(tmp_path / "cadres", done.out + done.err, people)
    for path in (tmp_path / "forms").glob("x-*"):
        path.unlink()
    again = call("import", tmp_path / "forms", "--into", tmp_path / "cadres", "--json")
    assert again.status == 0
    assert {one["name"]: one["state"] for one in again.json["files"]}["people.csv"] == "unchanged"
    assert call("check", tmp_path / "cadres").status == 0


def _check_ties(folder: Path, ids: dict[str, str], people: People) -> None:
    """Compare ties of kin and spells of service with the people before their forms were written."""
    ties = _rows(folder / "ties.csv")
    kin = {
        (ids[row["source"]], row["target"], row["kind"])
        for row in ties
        if row.get("degree") or row["kind"] == "spouse"
    }
    assert kin == {
        (person.name, one.name, made_forms.RELATIONS[one.term][0])
        for person, _ in people
        for one in person.kin
        if not one.dead
    }
    units = {row["id"]: row["name"] for row in _rows(folder / "units.csv")}
    served = [
        (ids[row["source"]], row["target"] + row["term"], row["since"])
        for row in ties
        if row["kind"] == "served_at"
    ]
    posted = [
        (ids[row["person"]], units[row["group"]] + row["title"], row["from"])
        for row in _rows(folder / "postings.csv")
        if row["from"]
    ]
    wanted = {
        (person.name, spell.text, f"{spell.start[0]}-{spell.start[1]:02}-01")
        for person, _ in people
        for spell in person.spells
        if not spell.study
    }
    read = {(name, text, since) for name, text, since in (*served, *posted)}
    assert {(name, since) for name, _, since in read} == {(name, since) for name, _, since in wanted}
    assert len(read - wanted) < len(wanted) // 10  # an inner office stands without its body's name


def _check_unread(folder: Path, people: People) -> None:
    """Every dead relative and every line without months is in the list, once, and no other line of them."""
    listed = _rows(folder / "import-unread.csv")
    reasons = [row["reason (en)"] for row in listed]
    dead = [one for person, _ in people for one in person.kin if one.dead]
    nonsense = [line for person, _ in people for line in person.nonsense]
    assert reasons.count("has died, and makes no tie") == len(dead)
    assert [row["内容 content"] for row in listed if row["内容 content"].startswith("曾用名")] == nonsense
    assert all(row["行 row"] for row in listed)


def _check_secrets(folder: Path, said: str, people: People) -> None:
    written = said + "".join(path.read_text(encoding="utf-8-sig") for path in folder.iterdir())
    for person, _ in people:
        assert person.identity_number not in written
    assert made_forms.PHOTO[:40] not in written


def _form(name: str, inside: str) -> str:
    return f"<Person><XingMing>{name}</XingMing>{inside}</Person>"


def test_a_roster_and_the_form_of_one_person_are_one_person(tmp_path: Path) -> None:
    roster = tmp_path / "花名册.csv"
    roster.write_text(
        "姓名,出生年月,单位,职务\n张三,1975.08,县纪委,主任\n李四,1980.01,县纪委,科员\n", encoding="utf-8"
    )
    kin = (
        "<JiaTingChengYuan><Item><ChengWei>妻子</ChengWei><XingMing>李四</XingMing></Item></JiaTingChengYuan>"
    )
    post = "<XianRenZhiWu>县纪委科员</XianRenZhiWu>"
    form = tmp_path / "张三.lrmx"
    form.write_text(
        _form("张　三", f"<ChuShengNianYue>197508</ChuShengNianYue><MinZu>汉族</MinZu>{post}{kin}"),
        encoding="utf-8",
    )
    (tmp_path / "张三.pic").write_bytes(b"photo")
    done = call("import", roster, form, tmp_path / "张三.pic", "--into", tmp_path / "county")
    assert done.status == 2 and "bears the name of P002" in done.err
    assert "1 photo, never read" in done.out
    assert "张三.lrmx:1:title: differs from 花名册.csv:2, whose '主任' is taken; found '科员'" in done.out
    rows = _rows(tmp_path / "county/people.csv")
    assert [(row["name"], row["title"], row["ethnicity"]) for row in rows] == [
        ("张三", "主任", "汉族"),
        ("李四", "科员", ""),
    ]


def test_two_forms_of_one_name_are_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "花名册.xlsx").write_bytes(b"")
    (folder / ".hidden").write_bytes(b"")
    for name in ("a", "b"):
        text = _form(
            "张三", "<ChuShengNianYue>197508</ChuShengNianYue><XianRenZhiWu>县纪委主任</XianRenZhiWu>"
        )
        (folder / f"{name}.lrmx").write_text(text, encoding="utf-8")
    done = call("import", folder, "--into", tmp_path / "county")
    assert "forms: holds files that are no forms, which are not read; found '花名册.xlsx'" in done.out
    assert done.status == 2 and "the same person?" in done.err and '"b.lrmx:1:姓名=张三": "same"' in done.err


def test_a_folder_without_forms_and_broken_forms_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = call("import", tmp_path / "empty", "--into", tmp_path / "county")
    assert done.status == 2 and "there is no cadre form in this folder" in done.err
    (tmp_path / "a.lrmx").write_text("<!DOCTYPE Person><Person/>", encoding="utf-8")
    done = call("import", tmp_path / "a.lrmx", "--into", tmp_path / "county")
    assert done.status == 2 and "has a document type" in done.err
    assert not (tmp_path / "county").exists()


def test_a_long_list_is_printed_in_part_and_written_whole(tmp_path: Path) -> None:
    items = "".join(
        f"<Item><ChengWei>姐姐</ChengWei><XingMing>王{chr(0x4E00 + k)}</XingMing>"
        "<GongZuoDanWeiJiZhiWu>已故</GongZuoDanWeiJiZhiWu></Item>"
        for k in range(60)
    )
    text = _form("张三", f"<JiaTingChengYuan>{items}</JiaTingChengYuan>")
    (tmp_path / "a.lrmx").write_text(text, encoding="utf-8")
    done = call("import", tmp_path / "a.lrmx", "--into", tmp_path / "county", lang="zh")
    assert done.status == 0 and "另有 20 处，见 import-unread.csv" in done.out
    assert "import-unread.csv：未读入的内容逐行列出，60 行" in done.out
    assert len(_rows(tmp_path / "county/import-unread.csv")) == 60
