"""Plans in a store: kept once, found by reference, and led from draft to void by the two-man rule."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator import api
from allocator.api import plan_store
from allocator.api.plan_scenario import plan_scenarios
from allocator.errors import InputError
from allocator.model.reading.json_files import plan_digest
from allocator.store.plan_states import STEPS, PlanState, is_same_person, step_faults
from allocator.store.references_to_plans import find_version, find_versions
from allocator.store.store import PlanToKeep, Store
from store_world import checked, keep_tiny, made_scenario, tiny


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with api.open_store(tmp_path / "store.db", create=True) as opened:
        yield opened


def keep(store: Store, name: str, text: str, who: str = "王") -> api.PlanVersion:
    """Keep a text as a plan; its states need no more."""
    return store.keep(PlanToKeep(name, text.encode(), made_scenario(), {}), who=who)


def test_a_plan_is_kept_once_and_its_scenario_with_it(store: Store, tmp_path: Path) -> None:
    version = keep_tiny(store, tmp_path)
    folder, policy, plan = tiny(tmp_path)
    assert version.reference == "tiny@1" and version.state == "draft"
    assert version.scenario == policy.sha256
    assert keep_tiny(store, tmp_path) == version
    assert keep_tiny(store, tmp_path, seed=2).reference == "tiny@2"
    assert keep_tiny(store, tmp_path, name="轮岗").reference == "轮岗@1"
    assert [event.what for event in store.events()] == ["created", "scenario", "kept", "kept", "kept"]
    again = api.kept_plan(store, version)
    assert again.plan == plan and again.policy.sha256 == policy.sha256
    assert plan_digest(plan) == version.plan
    kept = store.scenario(policy.sha256)
    assert all(
        (folder / name).read_bytes() == text for name, text in kept.contents.items() if "rules" not in name
    )
    assert checked(tmp_path / "store.db").holds


def test_a_kept_scenario_is_not_taken_for_one_at_hand(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read from the folder of temporary files, below which the plans of others may lie."""
    version, elsewhere = keep_tiny(store, tmp_path), tmp_path / "temporary"
    wanted = api.kept_plan(store, version).plan.scenario
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    read: list[Path] = []

    def load(place: Path) -> api.Scenario:
        read.append(place)
        assert place not in plan_scenarios(wanted, elsewhere / "plan.json")
        return api.load(place)

    monkeypatch.setattr(plan_store, "load", load)
    api.kept_plan(store, version)
    [place] = read
    assert place.is_relative_to(elsewhere) and not place.exists()


def test_a_changed_scenario_is_another_and_a_plan_of_it_is_refused(store: Store, tmp_path: Path) -> None:
    keep_tiny(store, tmp_path)
    folder, policy, plan = tiny(tmp_path)
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("P9,周平,cadre,U2,河口,\n")
    with pytest.raises(InputError, match=r"changed after it was read.*people\.csv"):
        api.scenario_to_keep(policy, folder)
    other = api.bind(api.load(folder))
    with pytest.raises(InputError, match="another version of the scenario"):
        api.keep_plan(store, plan, api.scenario_to_keep(other, folder), who="王")


@pytest.mark.slow
@pytest.mark.slow
def test_a_workbook_is_kept_as_it_is(store: Store, tmp_path: Path) -> None:
    book = tmp_path / "mine.xlsx"
    api.create_workbook(book, "", language="zh")
    policy = api.bind(api.load(book))
    kept = api.scenario_to_keep(policy, book)
    assert kept.contents == {"mine.xlsx": book.read_bytes()} and kept.listing.entry == "mine.xlsx"
    plan = api.Plan(scenario=policy.reference, status="unknown", assignments=())
    version = api.keep_plan(store, plan, kept, who="王")
    assert api.kept_plan(store, version).policy.sha256 == policy.sha256
    files = api.restore_plan(store, version, tmp_path / "back" / "plan.json")
    assert (tmp_path / "back" / "mine.xlsx").read_bytes() == book.read_bytes() and len(files) == 2


def test_steps_by_two_people(store: Store) -> None:
    keep(store, "轮岗", "1")

    def step(what: str, who: str, why: str = "好") -> api.PlanVersion:
        return store.step(find_version(store.versions(), "轮岗"), STEPS[what], who=who, why=why)

    with pytest.raises(InputError, match="cannot approve what is draft"):
        step("approved", "李")
    assert step("submitted", "王", "").state == "submitted"
    for same in ("王", " 王 ", "王　"):
        with pytest.raises(InputError, match="somebody else must"):
            step("approved", same)
    with pytest.raises(InputError, match="needs a reason"):
        step("approved", "李", " ")
    assert step("returned", "李").state == "draft"
    assert step("submitted", "李").state == "submitted"
    assert step("approved", "王").state == "approved"
    assert step("published", "王").state == "published"
    for what in ("submitted", "approved", "returned", "published"):
        with pytest.raises(InputError, match="cannot"):
            step(what, "李")
    assert step("voided", "李").state == "void"
    with pytest.raises(InputError, match="cannot void what is void"):
        step("voided", "李")


def test_what_is_published_stays_and_a_later_version_replaces_it(store: Store, tmp_path: Path) -> None:
    for seed in (1, 2):
        version = keep_tiny(store, tmp_path, seed=seed)
        for what, who in (("submitted", "王"), ("approved", "李"), ("published", "李")):
            api.change_state(store, version.reference, what, who=who, why="按期")
    first, second = store.versions()
    assert (first.state, second.state) == ("void", "published")
    assert (first.replaced_by, second.replaces) == (2, 1)
    assert second.last.facts == {"replaces": 1, "added": 0, "removed": 0}
    assert api.kept_plan(store, first).plan.run["seed"] == 1
    assert checked(tmp_path / "store.db").holds


def test_only_a_plan_that_holds_is_submitted(store: Store, tmp_path: Path) -> None:
    folder, policy, plan = tiny(tmp_path)
    kept = api.scenario_to_keep(policy, folder)
    bad = plan.model_copy(update={"assignments": plan.assignments[1:]})
    none = plan.model_copy(update={"status": "infeasible", "assignments": (), "score": (), "rules": ()})
    for one, told in ((bad, "breaks hard rules"), (none, "an answer without a plan")):
        version = api.keep_plan(store, one, kept, who="王")
        with pytest.raises(InputError, match=told):
            api.change_state(store, version.reference, "submitted", who="王")


STEP = st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from("王李"), st.sampled_from(["", "好"]))
#: The rules of the steps, written down once more: state, step -> state.
TABLE = {
    ("draft", "submitted"): "submitted",
    ("submitted", "approved"): "approved",
    ("submitted", "returned"): "draft",
    ("approved", "returned"): "draft",
    ("approved", "published"): "published",
    **{(state, "voided"): "void" for state in ("draft", "submitted", "approved", "published")},
}


@pytest.mark.slow
@given(st.lists(STEP, max_size=12))
def test_any_walk_through_the_states_obeys_the_table(walk: list[tuple[str, str, str]]) -> None:
    event: Any = api.Event(1, "", "王", "kept", "", "x", 1, "", "", "{}", "")
    version = api.PlanVersion("x", 1, "", "", PlanState.DRAFT, event, event)
    state, submitter = "draft", ""
    for what, who, why in walk:
        may = (state, what) in TABLE and (what == "submitted" or bool(why))
        may = may and not (what == "approved" and who == submitter)
        assert (not step_faults(version, STEPS[what], who, why)) == may
        if may:
            version = version.after(api.Event(2, "", who, what, why, "x", 1, "", "", "{}", ""))
            state = TABLE[state, what]
            submitter = who if what == "submitted" else submitter
        assert version.state == state


def test_names_of_one_person() -> None:
    assert is_same_person("Wang Li", "wangli") and is_same_person("ＷＡＮＧ", "wang")
    assert not is_same_person("王", "李")


def test_references(store: Store) -> None:
    first, second = keep(store, "轮岗", "1"), keep(store, "轮岗", "2")
    same = keep(store, "2026", "2")
    every = store.versions()
    assert find_version(every, "轮岗") == second and find_version(every, "轮岗@1") == first
    assert find_version(every, first.plan[:7]) == first
    assert find_versions(every, second.plan[:9]) == [second, same]
    with pytest.raises(InputError, match=r"under several names.*轮岗@2.*2026@1"):
        find_version(every, second.plan[:9])
    for wrong, near in (("轮岗@9", "轮岗@2"), ("轮岗计划", "轮岗"), ("2027", "2026"), ("0000000", "")):
        with pytest.raises(InputError, match="no such plan") as raised:
            find_version(every, wrong)
        assert (
            raised.value.faults[0].nearest.startswith(near) and raised.value.faults[0].allowed == "轮岗, 2026"
        )


def test_a_reference_that_may_mean_two_plans_is_refused(store: Store) -> None:
    first = keep(store, "甲", "1")
    keep(store, first.plan[:8], "2")
    with pytest.raises(InputError, match="may mean several plans"):
        find_version(store.versions(), first.plan[:8])


@pytest.mark.parametrize(
    "name", ["", " x", "x ", "a@1", "a/b", "a\\b", "a:b", "a\nb", "a\x00b", "\u202ea", "长" * 81]
)
def test_names_that_are_refused(store: Store, name: str) -> None:
    with pytest.raises(InputError):
        keep(store, name, "1")
    assert store.head().number == 1


@pytest.mark.parametrize("why", ["a\x00b", "\ud800", "长" * 2001, "\x1b[31m"])
def test_texts_that_are_refused(store: Store, why: str) -> None:
    with pytest.raises(InputError):
        store.record([api.NewEvent("王", "looked", why)])
    assert store.record([api.NewEvent("王", "looked", "第一行\n第二行　完")])


def test_restore_writes_what_was_kept_byte_for_byte(store: Store, tmp_path: Path) -> None:
    version = keep_tiny(store, tmp_path)
    _, policy, plan = tiny(tmp_path)
    to = tmp_path / "back" / "plan.json"
    files = api.restore_plan(store, version, to)
    assert to.read_bytes() == api.plan_text(plan).encode()
    assert {one.name for one in files} == {*policy.files, "plan.json"}
    assert api.bind(api.load(to.parent)).sha256 == policy.sha256
    assert api.restore_plan(store, version, to) == files
    (to.parent / "people.csv").write_text("id\n", encoding="utf-8")
    to.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="another content") as raised:
        api.restore_plan(store, version, to)
    assert len(raised.value.faults) == 2
    with pytest.raises(InputError, match="name of a file of the scenario"):
        api.restore_plan(store, version, tmp_path / "other" / "people.csv")


def test_a_step_forged_with_right_hashes_is_told(store: Store, tmp_path: Path) -> None:
    version = keep(store, "轮岗", "1")
    about = {"name": "轮岗", "version": 1, "plan": version.plan, "scenario": version.scenario}
    store.record([api.NewEvent("王", "approved", "好", **about)])
    store.record([api.NewEvent("王", "published", "好", **{**about, "version": 7})])
    found = checked(tmp_path / "store.db")
    assert [fault.file for fault in found.faults] == ["#4", "#5"]
    assert "cannot approve" in found.faults[0]("en") and "never kept" in found.faults[1]("en")
