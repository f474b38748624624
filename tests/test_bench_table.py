"""The table: its cells for made-up outcomes; it is kept, written again and put into a document."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from benchmarks import table
from benchmarks.curve import curves
from benchmarks.layout import LEGEND, beside, markdown, number, peers_of, result, strongest, text
from benchmarks.outcome import OURS, Kept, Outcome, Run, read, write
from benchmarks.section import BEGIN, END, front, section, written
from picture_tools import NS

MINE = Run(value=200, bound=150, status="feasible", seconds=20.3, trace=((1.0, 500), (2.5, 300), (9.0, 200)))
WORSE = Run(value=300, bound=120, status="feasible", seconds=20.9, trace=((0.5, 400), (8.0, 300)))
ROW = Outcome(
    "row-1",
    "first row",
    20.0,
    {OURS: MINE, "Peer": WORSE, "Local": Run(value=90, broken={"kin": 2, "skill": 1}, seconds=21.0)},
)
BARE = Outcome("row-2", "second row", 20.0, {OURS: Run(failed="exit status 1"), "Peer": Run(lacking="a JDK")})
NOTED = replace(ROW, runs={**ROW.runs, "Peer": replace(WORSE, note="2 GiB")})
KEPT = Kept("make bench", "2 cores", [NOTED, BARE])


def test_the_plain_table_has_a_line_for_each_row():
    assert text([ROW, BARE]).splitlines() == [
        "problem       ours  bound    gap  best at  proved at                Peer           Local",
        "first row      200    150  25.0%    9.0 s          -  300 (1.50x; 2.5 s)  infeasible (3)",
        "second row  failed      -      -        -          -                   -               -",
    ]


def test_the_markdown_table_says_the_same():
    assert markdown([ROW]).splitlines() == [
        "| problem | ours | bound | gap | best at | proved at | Peer | Local |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
        "| first row | 200 | 150 | 25.0% | 9.0 s | - | 300 (1.50x; 2.5 s) | infeasible (3) |",
    ]


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (WORSE, "300 (1.50x; 2.5 s)"),
        (replace(WORSE, value=600), "600 (3.00x; 1.0 s)"),
        (replace(WORSE, value=200), "200 (1.00x; 9.0 s)"),
        (replace(WORSE, value=100), "100 (0.50x; never)"),
        (replace(WORSE, value=200, status="optimal"), "200, proved 20.9 s (1.00x; 9.0 s)"),
        (Run(seconds=20.1), "no plan"),
        (Run(seconds=0.4, status="infeasible"), "proved infeasible"),
        (Run(lacking="a JDK"), "-"),
        (Run(failed="exit status 1"), "failed"),
    ],
)
def test_a_peer_is_told_beside_ours(peer, said):
    assert beside(MINE, peer) == said


def test_where_we_have_no_plan_a_peer_is_told_alone():
    assert beside(Run(), WORSE) == "300"
    assert beside(replace(MINE, broken={"kin": 1}), WORSE) == "300"


@pytest.mark.parametrize(
    ("run", "gap"),
    [
        (MINE, 0.25),
        (replace(MINE, bound=200), 0.0),
        (replace(MINE, bound=199.99, status="optimal"), 0.0),
        (replace(MINE, bound=None), None),
        (replace(MINE, value=None), None),
        (replace(MINE, value=0, bound=-5), None),
        (replace(MINE, value=0, bound=0), 0.0),
    ],
)
def test_the_gap_is_what_the_bound_leaves_open(run, gap):
    assert run.gap == gap


def test_a_plan_that_no_trace_shows_was_there_at_the_end():
    assert replace(MINE, value=180).best_at == 20.3
    assert replace(MINE, value=180).reached(190) == 20.3
    assert replace(MINE, trace=()).best_at == 20.3
    assert MINE.reached(199) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (663, "663"), (60048.0, "60,048"), (1453.494, "1,453"), (12.3456, "12.346"), (0.0, "0")],
)
def test_numbers_are_short(value, said):
    assert number(value) == said


def test_outcomes_are_kept_and_read_again(tmp_path):
    file = tmp_path / "new" / "results.json"
    write(file, KEPT)
    assert read(file) == KEPT
    assert [path.name for path in file.parent.iterdir()] == ["results.json"]


def test_the_section_names_command_machine_and_what_is_lacking():
    said = section(KEPT, {"row-1": "docs/bench/row-1.svg"})
    assert "`make bench`: 20 s for each solver, one after another, on 2 cores." in said
    assert "| [first row](docs/bench/row-1.svg) | 200 |" in said
    assert "| second row | failed |" in said
    assert f"{LEGEND} A problem links to its costs over time." in said
    assert "- Peer did not run: a JDK." in said
    assert "- Failed: second row: ours: exit status 1." in said
    assert "- first row: Peer: 2 GiB." in said
    assert markdown(KEPT.outcomes) in section(KEPT, {})


def test_the_section_is_written_between_its_markers_and_nowhere_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    for body in ("new", "newer"):
        written(page, body)
        assert page.read_text(encoding="utf-8") == f"before\n\n{BEGIN}\n\n{body}\n\n{END}\n\nafter\n"


@pytest.mark.parametrize("content", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_document_without_a_place_for_the_table_is_left_alone(tmp_path, content):
    page = tmp_path / "page.md"
    page.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the table"):
        written(page, "new")
    assert page.read_text(encoding="utf-8") == content


@pytest.mark.parametrize("page", ["README.md", "docs/benchmarks.md"])
def test_the_pages_have_a_place_for_the_table(page, root, tmp_path):
    copy = tmp_path / "page.md"
    copy.write_text((root / page).read_text(encoding="utf-8"), encoding="utf-8")
    written(copy, "new")


def test_the_front_page_has_the_rows_where_the_best_peer_is_furthest_behind(tmp_path):
    def row(key, value, **peers):
        runs = {OURS: replace(MINE, value=value)} | {n: replace(WORSE, value=v) for n, v in peers.items()}
        return Outcome(key, key, 20.0, runs)

    rows = [row("near", 10, A=11, B=90), row("far", 10, A=50, B=20), row("alone", 10), row("beaten", 10, A=9)]
    rows += [row("none", None, A=9), row("farther", 10, A=50), row("third", 10, A=15)]
    assert [one.key for one in strongest(rows, 3)] == ["far", "farther", "third"]
    said = front(Kept("make bench", "2 cores", rows))
    assert said.startswith(markdown(strongest(rows, 3)))
    assert "`make bench`: 20 s for each solver, one after another, on 2 cores." in said


def test_a_picture_has_a_curve_for_each_that_found_a_plan():
    picture = ET.fromstring(curves(ROW))
    labels = [one.text for one in picture.iter(f"{NS}text")]
    assert {"ours: 200", "Peer: 300", "Local: infeasible (3)", "bound 150"} <= set(labels)
    inks = [one.get("stroke") for one in picture.iter(f"{NS}line") if one.get("stroke-width") == "2"]
    # Ours is three stairs and two falls, the peer two and one; who broke rules has no curve.
    assert sorted(inks.count(ink) for ink in set(inks)) == [3, 5]
    assert curves(BARE) is None


@pytest.mark.parametrize("factor", [1, 100])
def test_a_curve_stays_on_its_paper(factor):
    far = replace(MINE, trace=((0.1, 200 * factor + 1), *MINE.trace), seconds=25.0)
    picture = ET.fromstring(curves(replace(ROW, runs={OURS: far})))
    for line in picture.iter(f"{NS}line"):
        assert all(0 <= float(line.get(x)) <= 820 for x in ("x1", "x2"))
        assert all(0 <= float(line.get(y)) <= 400 for y in ("y1", "y2"))


def test_thousands_of_plans_make_no_large_picture():
    trace = tuple((k / 1000, 5000 - k) for k in range(4801))
    assert len(curves(replace(ROW, runs={OURS: replace(MINE, trace=trace)}))) < 100_000


def test_a_table_is_drawn_again_without_running_anything(tmp_path, capsys):
    write(tmp_path / "results.json", KEPT)
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    plots = tmp_path / "bench"
    start = tmp_path / "front.md"
    start.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    words = ["--from", str(tmp_path / "results.json"), "--markdown", "--plots", str(plots)]
    table.main([*words, "--write", str(page), "--front", str(start)])
    assert "| first row | 200 |" in start.read_text(encoding="utf-8")
    printed = capsys.readouterr().out
    assert markdown(KEPT.outcomes) in printed
    assert "\nfirst row: Peer: 2 GiB\n" in printed
    assert [path.name for path in plots.iterdir()] == ["row-1.svg"]
    assert "[first row](bench/row-1.svg)" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limit", "0"], ["--limit 0: it must be more than 0"]),
        (["--only", "nothing"], ["--only nothing", "rotation-60x8-sq-s1"]),
        (["--with", "cpsat"], ["--with cpsat: no such solver; there are: ours, CP-SAT, Timefold, MIP"]),
        (["--data", "nowhere", "--limit", "-1"], ["--data nowhere", "--limit -1"]),
        (["--from", "nowhere.json"], ["--from nowhere.json: No such file"]),
        (["--from", "README.md"], ["--from README.md: this is no file of outcomes"]),
    ],
)
def test_a_wrong_command_is_told_at_once(words, said, capsys, monkeypatch, root):
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as left:
        table.main(words)
    errors = capsys.readouterr().err
    assert left.value.code == 2
    assert [part for part in said if part not in errors] == []


def test_what_a_run_came_to_is_said_in_a_word():
    assert [result(run) for run in ROW.runs.values()] == ["200", "300", "infeasible (3)"]
    assert peers_of([BARE, ROW]) == ["Peer", "Local"]
