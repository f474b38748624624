"""Pictures as shapes: everyone is shown, no shapes overlap, and omissions are stated."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest

from allocator.errors import InputError
from allocator.graph.geography import Position, great_circle_km
from allocator.model.text import Text
from allocator.report.picture.card_picture import draw_cards
from allocator.report.picture.card_selection import LIMITS, MOST_CARDS, MOST_NAMES
from allocator.report.picture.map_picture import draw_map, project_positions, scale_bar
from allocator.report.picture.matrix_picture import MOST_COLUMNS, draw_matrix
from allocator.report.picture.page import PictureInput
from allocator.report.picture.picture_for import drawing_method, most_to_see, picture_for
from allocator.report.picture.rota_picture import draw_rota
from allocator.report.picture.shapes import (
    FORMS,
    MOST_DOTS,
    Label,
    Line,
    Mark,
    Rectangle,
    corners,
    fit_text,
    pale,
    place_labels,
    short_names,
    sign,
    text_width,
    wrap_text,
)
from allocator.report.plan_view import PlanView
from picture_tools import cards, input_of, mapped, overlapping, row, texts

PLACES = {f"T{k}": (105.0 + 0.1 * (k % 4), 29.5 + 0.08 * (k // 4)) for k in range(12)}
ZONES = {f"T{k}": f"Z{k % 3}" for k in range(12)}


def big(groups: int, people: int, *, moved: int = -1) -> PictureInput:
    """Return a roster of two periods; in group number ``moved`` somebody is new in the second."""
    rows = [
        row(f"G{g}", [f"L{g}"], [f"P{g}-{p}" + "+" * ((g, t, p) == (moved, 1, 0)) for p in range(people)],
            period=str(2026 + t))
        for t in range(2) for g in range(groups)
    ]  # fmt: skip
    return input_of(rows, "roster", items="people", slots="groups")


@pytest.mark.parametrize("groups", [1, 2, 7, 60])
@pytest.mark.parametrize("people", [0, 1, 9])
def test_cards_never_overlap_and_hold_everyone(groups: int, people: int) -> None:
    drawing = draw_cards(big(groups, people), "en")
    assert len(cards(drawing)) == groups
    assert overlapping(cards(drawing)) == []
    names = {f"P{g}-{p}" for g in range(groups) for p in range(people)}
    assert names <= set(texts(drawing))
    assert all(box.x >= 0 and box.x + box.width <= drawing.width for box in cards(drawing))
    assert all(box.y + box.height <= drawing.height for box in cards(drawing))


@pytest.mark.parametrize("sizes", [(2, 2, 2), (1, 2, 9, 1, 1, 30, 2), (3,), (25, 1, 25)])
def test_sections_never_overlap(sizes: tuple[int, ...]) -> None:
    rows = [
        row(f"G{s}-{k}", ["a"], ["b"] * k, parent=f"Z{s}")
        for s, size in enumerate(sizes)
        for k in range(size)
    ]
    drawing = draw_cards(input_of(rows), "en")
    assert len(cards(drawing)) == min(len(rows), MOST_CARDS)
    assert overlapping(cards(drawing)) == []
    assert max(box.x + box.width for box in cards(drawing)) <= drawing.width


def test_every_line_of_a_card_lies_on_it() -> None:
    drawing = draw_cards(big(5, 40), "zh")
    for label in drawing.shapes:
        if isinstance(label, Label) and label.kind in ("name", "moved", "tail", "role", "head"):
            inside = [
                box for box in cards(drawing)
                if box.x <= label.x <= box.x + box.width and box.y < label.y < box.y + box.height
            ]  # fmt: skip
            assert len(inside) == 1, label


def test_a_large_plan_is_cut_and_says_so() -> None:
    drawing = draw_cards(big(20, 100), "zh")
    shown = [text for text in texts(drawing) if text.startswith("P")]
    assert len(shown) <= MOST_NAMES
    left_out = [text for text in texts(drawing) if text.startswith("… 还有 ")]
    assert len(left_out) == 40 and all(text.endswith(" 人") for text in left_out)
    kept = len([text for text in shown if text.startswith("P0-")]) // 2
    assert f"… 还有 {100 - kept} 人" in left_out
    assert kept + 1 in LIMITS
    assert any("allocator show" in text for text in texts(drawing))


def test_cards_with_changes_are_drawn_first_where_not_all_find_room() -> None:
    drawing = draw_cards(big(MOST_CARDS + 30, 1, moved=MOST_CARDS + 7), "en")
    heads = [s.text for s in drawing.shapes if isinstance(s, Label) and s.kind == "head"]
    assert heads == [*(f"G{k}" for k in range(MOST_CARDS - 1)), f"G{MOST_CARDS + 7}"]
    assert any(text.startswith("30 more cards are not drawn") for text in texts(drawing))


def test_who_moved_is_marked() -> None:
    drawing = draw_cards(input_of([row("A", ["王*"], ["李+", "张"])], items="people"), "zh")
    kinds = {shape.text: shape.kind for shape in drawing.shapes if isinstance(shape, Label)}
    assert (kinds["王 *"], kinds["李 +"], kinds["张"]) == ("moved", "moved", "name")
    assert any("新进该组" in text for text in texts(drawing))


def test_grades_loads_and_parents_are_shown() -> None:
    rows = [row(f"{zone} {part}", [], [f"{zone}{part}"], parent=zone) for zone in "XY" for part in "ab"]
    source = input_of(rows, items="cases", weights={"Xa": 7}, tails={"Xa": Text(zh="正", en="head")})
    drawing = draw_cards(source, "en")
    kinds = [(s.kind, s.text) for s in drawing.shapes if isinstance(s, Label)]
    assert [text for kind, text in kinds if kind == "part"] == ["X", "Y"]
    assert ("tail", "head") in kinds and ("role", "1 case · effort 7") in kinds
    assert ("head", " a") in kinds  # the parent's name stands above


def test_many_periods_without_roles_are_a_calendar() -> None:
    rows = [row("A", [f"visit {m}"], period=f"2026-{m:02}") for m in range(1, 13)]
    source = input_of(rows, "roster", columns=[Text()], items="cases")
    drawing = drawing_method(source)(source, "en")
    heads = [s.text for s in drawing.shapes if isinstance(s, Label) and s.kind == "head"]
    assert heads == [f"2026-{m:02}" for m in range(1, 13)]


def test_many_periods_with_roles_are_a_rota() -> None:
    rows = [row("A", ["x" if t % 2 else "y"], ["y" if t % 2 else "x"], period=f"Q{t}") for t in range(8)]
    source = input_of(rows, "roster", items="units")
    assert drawing_method(source) is draw_rota
    shown = texts(draw_rota(source, "en"))
    assert shown.count("lead") == 8 and shown.count("member") == 8
    assert [text for text in shown if text in "xy"] == ["y", "x"]


def test_a_rota_shows_who_comes_and_goes_and_who_has_two_roles() -> None:
    rows = [
        row(slot, ["x"] * ((slot == "A") == (t < 3)), ["x"] * (t == 5 and slot == "B"), period=f"Q{t}")
        for t in range(6) for slot in "AB"
    ]  # fmt: skip
    shown = texts(draw_rota(input_of(rows, "roster", items="units"), "en"))
    assert shown.count("x") == 2  # in A at first, in B later
    assert (shown.count("lead"), shown.count("lead / member")) == (5, 1)


def test_a_rota_of_many_periods_has_signs_and_is_cut() -> None:
    rows = [row("A", ["x"], ["y"], period=f"{t:03}") for t in range(100)]
    drawing = draw_rota(input_of(rows, "roster"), "en")
    assert any(isinstance(shape, Mark) for shape in drawing.shapes)
    assert "… and 40 more periods" in texts(drawing)
    assert {"lead", "member"} <= set(texts(drawing))


def test_many_cases_are_a_matrix_with_loads() -> None:
    rows = [row(f"C{k}", ["王"], ["李"] if k % 2 else [], period=f"Q{k // 8}") for k in range(32)]
    source = input_of(rows, "cases", items="people", slots="cases", weights={f"C{k}": 2 for k in range(32)})
    assert drawing_method(source) is draw_matrix
    shown = texts(draw_matrix(source, "zh"))
    assert {"王", "李", "工作量", "64", "32", "Q0", "Q3", "1 C0", "32 C31"} <= set(shown)
    few = input_of(rows[:5], "cases", items="people", slots="cases")
    assert drawing_method(few) is draw_cards


def test_a_matrix_too_wide_is_cut_and_says_so() -> None:
    rows = [row(f"C{k}", ["王"], []) for k in range(MOST_COLUMNS + 5)]
    shown = texts(draw_matrix(input_of(rows, "cases", slots="cases"), "zh"))
    assert "… 还有 5 件" in shown
    assert f"{MOST_COLUMNS + 1} C{MOST_COLUMNS}" not in shown


def test_units_with_positions_are_a_map() -> None:
    source = mapped(
        PLACES,
        ZONES | {"O1": "Z0"},
        weights={"T0": 5},
        kinds={"T0": Text(en="town"), "O1": Text(en="office")},
    )
    assert drawing_method(source) is draw_map
    drawing = draw_map(source, "en")
    shown = texts(drawing)
    assert set(ZONES) <= set(shown)
    assert {"Z0", "Z1", "Z2", "5 units · workload 5", "not on the map: O1", "N ↑"} <= set(shown)
    signs = {(shape.form, shape.fill) for shape in drawing.shapes if isinstance(shape, Mark)}
    assert len(signs) == 3 == len({form for form, _ in signs})
    assert any("approximate" in text for text in shown)


def test_links_inside_a_zone_are_in_its_colour() -> None:
    source = mapped(PLACES, ZONES, links=(("T0", "T3"), ("T0", "T1"), ("T0", "elsewhere")))
    lines = [s for s in draw_map(source, "en").shapes if isinstance(s, Line) and s.opacity == 1]
    inside = [line for line in lines if line.ink == sign(0).colour]
    assert len(inside) == 1


def test_north_is_up_and_distances_are_true() -> None:
    at = {"a": Position(105.0, 29.5), "b": Position(105.3, 29.5), "c": Position(105.0, 29.8)}
    paper = project_positions(at, 600, 300, 800, 40)
    (ax, ay), (bx, by), (cx, cy) = (paper.points[key] for key in "abc")
    assert cy < ay == pytest.approx(by) and bx > ax == pytest.approx(cx)
    for one, x, y in (("b", bx, by), ("c", cx, cy)):
        drawn = hypot(x - ax, y - ay) / paper.pixels
        assert drawn == pytest.approx(great_circle_km(at["a"], at[one]), rel=0.005)
    kilometres, long = scale_bar(paper)
    assert long == pytest.approx(kilometres * paper.pixels) and long <= 600 / 5
    assert f"{kilometres:g}"[0] in "125"
    assert (bx - ax) / (ay - cy) == pytest.approx(cos(radians(29.65)), rel=1e-6)


def test_units_at_one_place_are_drawn_beside_each_other() -> None:
    paper = project_positions({str(k): Position(105.0, 29.5) for k in range(20)}, 600, 300, 800, 60)
    points = list(paper.points.values())
    gaps = [hypot(ax - bx, ay - by) for i, (ax, ay) in enumerate(points) for bx, by in points[:i]]
    assert min(gaps) > 7


def test_labels_never_overlap_and_a_crowd_loses_some() -> None:
    points = {str(k): (200 + 9.0 * (k % 10), 200 + 9.0 * (k // 10)) for k in range(100)}
    frame = Rectangle(0, 0, 500, 500)
    crowd = {str(k): (k / 2, k / 2) for k in range(MOST_DOTS + 1)}
    assert place_labels(crowd, dict.fromkeys(crowd, "x"), 1, frame) == {}
    labels = place_labels(points, dict.fromkeys(points, "街道名"), 4, frame)
    assert 0 < len(labels) < 100
    boxes = []
    for label in labels.values():
        wide = text_width(label.text, "place")
        left = {"start": label.x, "middle": label.x - wide / 2, "end": label.x - wide}[label.anchor]
        boxes.append(Rectangle(left, label.y - 9, left + wide, label.y + 1))
    assert not any(a.meets(b) for i, a in enumerate(boxes) for b in boxes[:i])
    source = mapped(
        {key: (105 + x / 1e5, 29 + y / 1e5) for key, (x, y) in points.items()}, dict.fromkeys(points, "Z")
    )
    assert any("too close for a name" in text for text in texts(draw_map(source, "en")))


def test_the_layer_with_most_to_see_is_drawn() -> None:
    teams = input_of([row("A", ["a"], ["b", "c"])])
    cases = input_of([row("C", ["a"], ["b", "c", "d"])], "cases")
    assert most_to_see([cases, teams]) is teams
    assert drawing_method(most_to_see([cases, teams, mapped(PLACES, ZONES)])) is draw_map


def test_texts_fit_their_room() -> None:
    assert fit_text("纪检监察室", 1000, "name") == "纪检监察室"
    assert fit_text("纪检监察室", 40, "name") == "纪检…"
    assert all(text_width(fit_text("派驻 a" * 9, room, "name"), "name") <= room for room in range(20, 300, 7))
    assert wrap_text("one two three", 60, "name") == ["one two", "three"]
    assert wrap_text("第一（驻在单位）组", 40, "name", lines=2)[1].endswith("…")
    assert all(
        not line.startswith(("）", "，")) for line in wrap_text("组（一），组（二），" * 9, 60, "name")
    )
    assert wrap_text("", 50, "name") == [""]


def test_names_that_end_alike_are_shortened() -> None:
    names = [f"派驻县{body}纪检监察组" for body in ("财政局", "公安局", "委办公室", "水利局")]
    short, ending = short_names(names)
    assert ending == "…纪检监察组" and short[names[2]] == "派驻县委办公室"
    assert short_names(names[:3]) == ({}, "")
    assert short_names(["甲镇", "乙镇", "丙镇", "丁镇"]) == ({}, "")
    assert short_names(["一纪检监察组", "二纪检监察组", "三纪检监察组", "四纪检监察组"]) == ({}, "")
    assert short_names([f"{k} group" for k in range(9)]) == ({}, "")


def test_looks_are_all_different_and_forms_are_about_as_large() -> None:
    assert len({sign(k) for k in range(64)}) == 64
    for form in FORMS[1:]:
        points = corners(form, 10)
        closed = zip(points, points[1:] + points[:1], strict=True)
        area = abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in closed)) / 2
        assert 200 < area < 330, form
    assert pale("#000000", 0.5) == "#808080"


def test_an_empty_plan_has_no_picture() -> None:
    empty = input_of([row("A", [], [])]).roster
    view = PlanView("x", Text(), False, "infeasible", Text(), (empty,), (), (), (), (), {})
    for layer in (None, "posting"):
        with pytest.raises(InputError, match="nothing is assigned"):
            picture_for(view, None, layer, "en")
