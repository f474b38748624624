"""A scenario folder is read whole; all its faults are reported at once."""

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.errors import Fault, InputError
from allocator.model.reading import load_scenario, scenario_digest
from allocator.model.reading.fault_list import MOST_FAULTS, FaultList
from allocator.model.reading.references import find_cycles

FILES = {
    "scenario.yaml": """\
scenario: demo
periods: [2026, 2027]
roles:
  lead: {zh: 组长, en: lead}
  deputy: {zh: 副组长, en: deputy}
layers:
  posting: {items: people, slots: groups, roles: [lead, deputy, member]}
columns:
  people: {民族: nation}
""",
    "units.csv": """\
id,name,kind,parent,place
U01,一室,office,,东兴区
U02,二室,office,U01,
""",
    "people.csv": """\
编号,姓名,职级,单位,籍贯,民族
P01,王一,正,U01,市中区,汉
P02,李二,Deputy,U02,,汉
P03,张三,cadre,,,
""",
    "links.csv": """\
source,target,kind,weight
U01,U02,adjacent,
U01,G01,stationed_in,2
""",
    "ties.csv": """\
source,target,kind,weight
P01,P02,kin,0.5
P01,市中区,native,
P02,丁某,kin,1
P02,G01,served_at,
P03,C01,x,
""",
    "postings.csv": """\
person,group,role,from,to
P01,G01,组长,2024-01-01,
P02,U02,member,2024-01-01,2024-12-31
P03,G01,,,
""",
    "groups.csv": """\
id,name,parent,seats
G01,一组,,1正+1副+2-3干部
G02,二组,G01,1 lead + 2 members
G03,三组,U01,
""",
    "cases.csv": """\
id,title,unit,received,due,skills,parties
C01,一案,U02,2025-01-01,2025-06-01,审计:2,丁某;戊某
""",
}
UNITS, PEOPLE = FILES["units.csv"], FILES["people.csv"]


def write(folder: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the sound scenario with some files changed, or left out where None."""
    folder.mkdir(exist_ok=True)
    for name, content in {**FILES, **(changes or {})}.items():
        if content is not None:
            data = content.encode() if isinstance(content, str) else content
            (folder / name).write_bytes(data)
    return folder


def faults_of(folder: Path, changes: Mapping[str, str | bytes | None]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        load_scenario(write(folder, changes))
    faults = caught.value.faults
    assert all(fault.message.zh and fault.message.en and fault("zh") != fault("en") for fault in faults)
    return faults


def test_a_sound_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path))
    organisation = scenario.organisation
    assert scenario.name == "demo"
    assert scenario.folder == tmp_path
    assert [person.grade for person in organisation.people.values()] == ["head", "deputy", "cadre"]
    assert organisation.people["P01"].extra == {"nation": "汉"}
    assert [posting.role for posting in organisation.postings] == ["lead", "member", ""]
    assert organisation.units["U02"].headcount is None
    assert organisation.links[0].weight is None
    assert organisation.cases["C01"].parties == ("丁某", "戊某")
    assert len(organisation.ties) == 5
    assert list(organisation.groups) == ["G01", "G02", "G03"]


def test_only_the_scenario_and_units_or_people_are_required(tmp_path: Path) -> None:
    absent = {name: None for name in FILES if name not in ("scenario.yaml", "units.csv")}
    assert not load_scenario(write(tmp_path, absent)).organisation.people


def test_the_digest_is_of_the_content_alone(tmp_path: Path) -> None:
    first = load_scenario(write(tmp_path / "a"))
    again = load_scenario(write(tmp_path / "b") / "scenario.yaml")
    (tmp_path / "b" / "notes.txt").write_text("anything", encoding="utf-8")
    assert first.sha256 == again.sha256 == load_scenario(str(tmp_path / "b")).sha256
    names = [
        "scenario.yaml",
        "units.csv",
        "people.csv",
        "links.csv",
        "ties.csv",
        "postings.csv",
        "groups.csv",
        "cases.csv",
    ]
    assert first.sha256 == scenario_digest((name, FILES[name].encode()) for name in names)
    crlf = write(tmp_path / "c", {"units.csv": UNITS.replace("\n", "\r\n")})
    assert load_scenario(crlf).sha256 != first.sha256


def test_anyone_can_check_the_digest() -> None:
    listing = f"{hashlib.sha256(b'x').hexdigest()}  a\n{hashlib.sha256(b'y').hexdigest()}  b\n"
    assert scenario_digest([("a", b"x"), ("b", b"y")]) == hashlib.sha256(listing.encode()).hexdigest()


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "said", "near"),
    [
        ("units.csv", ",U01,", ",U0,", 3, "parent", "no known unit", "U02"),
        ("people.csv", "U01,市", "U09,市", 2, "单位", "no known unit", "U02"),
        ("people.csv", "U01,市", "G01,市", 2, "单位", "is a group, not a unit", ""),
        ("people.csv", ",正,", ",政委,", 2, "职级", "no grade", ""),
        ("people.csv", "Deputy", "deputi", 3, "职级", "no grade", "deputy"),
        ("people.csv", "P02,", "P01,", 3, "编号", "repeats the id of people.csv:2", ""),
        ("groups.csv", "G02,", "U02,", 3, "id", "repeats the id of units.csv:3", ""),
        ("groups.csv", ",G01,", ",G08,", 3, "parent", "no known group or unit", "G03"),
        ("groups.csv", "2-3干部", "3-2干部", 2, "seats", "backwards", ""),
        ("groups.csv", "2 members", "2 membars", 3, "seats", "no grade or role", "member"),
        ("groups.csv", "1正+", "1正正+", 2, "seats", "no grade or role", "正"),
        ("links.csv", "U02,adj", "P01,adj", 2, "target", "is a person, not a unit or group", ""),
        ("ties.csv", "P01,P02", "P0,P02", 2, "source", "no known person", "P03"),
        ("ties.csv", "P01,P02", "P01,P01", 2, "target", "to themselves", ""),
        ("ties.csv", "市中区", "市中", 3, "target", "no known person, unit", "市中区"),
        ("postings.csv", "P01,", "P04,", 2, "person", "no known person", "P03"),
        ("postings.csv", "P01,G01", "P01,P02", 2, "group", "is a person", ""),
        ("postings.csv", "组长", "组", 2, "role", "no role", "组长"),
        ("postings.csv", "2024-12-31", "2023-12-31", 3, "to", "before from", ""),
        ("cases.csv", "2025-06-01", "2024-06-01", 2, "due", "before received", ""),
        ("cases.csv", "U02", "U03", 2, "unit", "no known unit", "U02"),
        ("cases.csv", "审计:2", "审计", 2, "skills", "no level", ""),
    ],
)
def test_one_slip_is_one_fault(
    tmp_path: Path, file: str, old: str, new: str, row: int, column: str, said: str, near: str
) -> None:
    assert old in FILES[file]
    faults = faults_of(tmp_path, {file: FILES[file].replace(old, new, 1)})
    (fault,) = [fault for fault in faults if fault.file == file]
    assert said in fault.message.en
    assert (fault.file, fault.row, fault.column, fault.nearest) == (file, row, column, near)


def test_until_before_since(tmp_path: Path) -> None:
    ties = "source,target,kind,since,until\nP01,P02,kin,2024-02-01,2024-01-01\n"
    (fault,) = faults_of(tmp_path, {"ties.csv": ties})
    assert (fault.column, fault.found, fault.allowed) == ("until", "2024-01-01", ">= 2024-02-01")


def test_cycles_are_named_once(tmp_path: Path) -> None:
    units = "id,parent\nU01,U03\nU02,U01\nU03,U02\nU04,U04\nU05,U01\n"
    groups = "id,parent\nG01,G02\nG02,G01\n"
    faults = faults_of(tmp_path, {"units.csv": units, "groups.csv": groups})
    assert [(fault.file, fault.row, fault.column, fault.message.en) for fault in faults] == [
        ("units.csv", 2, "parent", "runs in a cycle: U01 → U03 → U02 → U01"),
        ("units.csv", 5, "parent", "runs in a cycle: U04 → U04"),
        ("groups.csv", 2, "parent", "runs in a cycle: G01 → G02 → G01"),
    ]


def test_a_chain_of_a_hundred_thousand() -> None:
    chain = {str(n): str(n + 1) for n in range(100_000)}
    assert list(find_cycles(chain)) == []
    (cycle,) = find_cycles({**chain, "100000": "0"})
    assert len(cycle) == 100_001


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")))
def test_cycles_against_walking_from_every_id(parents: dict[str, str]) -> None:
    looping = set()
    for start, above in parents.items():
        walk = [above]
        while walk[-1] in parents and walk[-1] != start and len(walk) < 10:
            walk.append(parents[walk[-1]])
        if walk[-1] == start:
            looping.add(start)
    found = list(find_cycles(parents))
    assert sorted(one for cycle in found for one in cycle) == sorted(looping)
    for cycle in found:
        assert [parents[one] for one in cycle] == [*cycle[1:], cycle[0]]


def test_faults_of_every_file_at_once(tmp_path: Path) -> None:
    changes = {
        "scenario.yaml": FILES["scenario.yaml"] + "nothing: 1\n",
        "units.csv": UNITS.replace("U01,一室", "U01,一室,x,y,z,w"),
        "people.csv": PEOPLE.replace("职级", "姓名"),
        "links.csv": "sorce,target,kind\n",
        "cases.csv": "id,received,unit\nC01,2025-02-30,U09\nC02,,U09\n",
        "groups.csv": b"\0",
        "ties.csv": '"',
    }
    faults = faults_of(tmp_path, changes)
    assert {fault.file for fault in faults} == {*changes}
    assert len({(fault.file, fault.row, fault.column) for fault in faults}) == len(faults)
    # Nothing is said of people and groups, whose tables could not be read.
    assert not [fault for fault in faults if fault.file == "postings.csv"]


def test_a_faulty_row_still_defines_its_id(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, {"units.csv": "id,workload,place\nU01,x,东兴区\nU02,,\n"})
    assert fault.column == "workload"


def test_a_faulty_scenario_still_names_its_columns(tmp_path: Path) -> None:
    scenario = FILES["scenario.yaml"].replace("民族: nation", "证号: id") + "nothing: 1\n"
    people = PEOPLE.replace("编号", "证号")
    (fault,) = faults_of(tmp_path, {"scenario.yaml": scenario, "people.csv": people})
    assert fault.column == "nothing"


def test_faults_are_capped(tmp_path: Path) -> None:
    people = "id,unit\n" + "".join(f"P{n},U{n}\n" for n in range(1, 5001))
    faults = faults_of(tmp_path, {"people.csv": people})
    assert len(faults) < 2 * MOST_FAULTS
    assert faults[0].column == "unit" and faults[0].more == 5000 - MOST_FAULTS


def test_looking_for_near_names_is_bounded() -> None:
    faults = FaultList()
    names = [f"P{n:05d}" for n in range(20_000)]
    found = [faults.suggest("P0000x", names) for _ in range(5)]
    assert found[0]
    assert found[-1] == ""
    assert faults.suggest("hed", ["head"]) == "head"


@pytest.mark.parametrize(
    ("old", "new", "column", "said"),
    [
        ("[2026, 2027]", "[2026, 2026]", "periods.1", "is repeated"),
        ("[2026, 2027]", "[2027, 2026]", "periods.1", "must come after period 2027"),
        ("people: {", "peple: {", "columns.peple", "is no table"),
        ("zh: 组长", "zh: 副", "roles", "stands for both deputy and lead"),
    ],
)
def test_a_scenario_that_contradicts_itself(
    tmp_path: Path, old: str, new: str, column: str, said: str
) -> None:
    text = FILES["scenario.yaml"].replace(old, new)
    fault = faults_of(tmp_path, {"scenario.yaml": text})[0]
    assert said in fault.message.en
    assert (fault.file, fault.column) == ("scenario.yaml", column)


def test_an_empty_scenario(tmp_path: Path) -> None:
    absent: dict[str, str | None] = dict.fromkeys(FILES)
    absent |= {"scenario.yaml": FILES["scenario.yaml"]}
    (none,) = faults_of(tmp_path / "none", absent)
    assert none.allowed == "units.csv, people.csv"
    (empty,) = faults_of(tmp_path / "empty", {**absent, "units.csv": "id,name\n", "people.csv": "id\n\n"})
    assert "empty" in empty.message.en


def test_a_missing_scenario_file(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, {"scenario.yaml": None, "scenario.yml": "x: 1"})
    assert "no scenario.yaml" in faults[0].message.en
    assert faults[0].found == "scenario.yml"


def test_a_missing_folder_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "neijiang")
    for wrong in ("neijang", "neijiang/scenari.yaml", "a/b/c", "neijiang/units.csv", "x" * 5000, "a\0b"):
        with pytest.raises(InputError) as caught:
            load_scenario(tmp_path / wrong)
        near = {"neijang": "neijiang", "neijiang/scenari.yaml": "neijiang/scenario.yaml"}.get(wrong)
        assert caught.value.faults[0].nearest == (str(tmp_path / near) if near else "")


def test_a_table_under_a_wrong_name(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, {"peple.csv": PEOPLE, "Units.CSV": "", "notes.csv": "x", "zones.csv": "x"})
    assert [(fault.file, fault.nearest) for fault in faults] == [
        ("Units.CSV", "units.csv"),
        ("peple.csv", "people.csv"),
    ]


def test_a_table_that_is_a_folder(tmp_path: Path) -> None:
    folder = write(tmp_path, {"links.csv": None})
    (folder / "links.csv").mkdir()
    with pytest.raises(InputError, match=r"links\.csv: is not a regular file"):
        load_scenario(folder)


ANY_BYTES = given(content=st.binary(max_size=100), file=st.sampled_from(sorted(FILES)))


@settings(max_examples=30)
@ANY_BYTES
def test_any_bytes_in_any_file(tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str) -> None:
    assert_read_or_refused(tmp_path_factory, content, file)


@pytest.mark.slow
@settings(max_examples=400)
@ANY_BYTES
def test_more_bytes_in_any_file(tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str) -> None:
    assert_read_or_refused(tmp_path_factory, content, file)


def assert_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes, file: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    for written in (content, FILES[file].encode() + content):
        try:
            load_scenario(write(folder, {file: written}))
        except InputError as error:
            assert error.faults
    shutil.rmtree(folder)


def test_sha256sum_agrees(tmp_path: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("needs sha256sum")
    folder = write(tmp_path)
    names = "scenario.yaml units.csv people.csv links.csv ties.csv postings.csv groups.csv cases.csv"
    done = subprocess.run(
        ["sh", "-c", f"sha256sum {names} | sha256sum"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == load_scenario(folder).sha256
