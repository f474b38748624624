"""The names of the public interface: none is lost or added by accident, and every type is exported."""

from __future__ import annotations

import ast
import builtins
import inspect
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

import allocator
from allocator import api

TYPES = """
    Alternative AlternativeListener Assignment Audit BoundDraw CallbackObserver Candidate CannotDraw Check
    CheckedWorkbook Checkpoints Confirm
    Conflict ConflictSet Diagnosis Remedy RemedyChange RemedySet RuleTag
    Disagreement Examination ExportedFile Fault Figure FilledForm FilledForms Finding FoundPolicy Imported
    ImportedFile InputError InternalError Judgement Language LevelScore MapObstacle MissingForm NullObserver
    Numbers Observer
    ObserverGroup OptionSource OtherVersion Overrides Plan PlanComparison
    PlanOption PlanView Policy Progress Ranking ReadDocument Reasons Repair
    ResumeState Rule Scenario SeatReasons SkippedRow SlotShortage Snapshot StopRequest TakenColumn
    TakenSheet Text Verdict WrittenBook
    RuleListener RulePrice
    Shock ShockKind ShockListener ShockResult ShockSettings StressReport StressView
    CellCount CellEnd CellResult CellTask LoadedStudy ProcessRunner Runner RunnerLostError Study StudyCell
    StudyView StudyWatch TlsFiles
    SetCriterion SetGap SetPoint TradeoffSet
    ChainRanking
    Trial TrialChain TrialStep
    ChainError ChainHead Event KeptPlan KeptScenario NewEvent PlanRecord PlanVersion Store StoreCheck
"""
VALUES = "CONFIRM NULL_OBSERVER TRADE_OFF"
FUNCTIONS = """
    audit_text audited_draw bind bundled_scenarios candidates check_readable check_replaceable check_workbook
    check_writable checkpoint_path commit compare counts_changes create_scenario create_workbook diagnose
    document_figures drawn_plan draws
    dropped_overrides examine explain export export_comparison fewest_changes fill_forms find_draw find_policy
    import_files is_audit
    load load_resume_state load_study option_sources other_version plan_inconsistencies
    plan_option plan_text plan_view
    publicity_caution read_audit read_commitment read_document read_plan reads_back replay resume reveal
    rule_kinds rule_sentences run_study scenario_copy scored_plan solve unchecked_claims verify
    with_plan_overrides with_scores write_audit write_plan
    scenario_workbook tables_workbook
    export_stress shocks stress priced_rules remedies rule_prices
    check_study_file cluster_runner export_study option_beside
    export_tradeoff find_point is_tradeoff read_tradeoff trade_off tradeoff_disagreements tradeoff_text
    write_tradeoff
    has_seat seat_chains why_here why_not
    accept_trial discard_trial open_trial save_trial solve_trial trial_path
    back_up change_state check_kept_text check_store export_events find_kept is_plan_file keep_cell keep_plan
    keep_plan_file kept_plan load_backup open_store plan_record referenced_plan restore_plan scenario_to_keep
"""
#: Names in annotations that come with Python.
STANDARD = {*dir(builtins), "Path", "date", "Mapping", "Iterable", "Iterator", "Sequence", "Any"}


def test_the_public_names_are_these() -> None:
    assert sorted(api.__all__) == sorted((TYPES + VALUES + FUNCTIONS).split())
    assert all(hasattr(api, name) for name in api.__all__)
    for module in (api, allocator):
        with pytest.raises(AttributeError, match="no attribute 'solves'"):
            vars(module)["__getattr__"]("solves")


def test_the_package_offers_the_main_ones_of_them() -> None:
    names = set(allocator.__all__) - {"__version__"}
    assert {"load", "bind", "solve", "resume", "commit", "reveal", "replay", "export"} <= names
    assert all(getattr(allocator, name) is getattr(api, name) for name in names)


def annotations(function: Callable[..., object]) -> Iterator[tuple[str, str]]:
    """Yield each parameter of a function and each name that its annotation has."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    [definition] = tree.body
    assert isinstance(definition, ast.FunctionDef)
    arguments = definition.args
    for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        assert one.annotation is not None, f"{definition.name}: {one.arg} has no type"
        for node in ast.walk(one.annotation):
            if isinstance(node, ast.Name):
                yield one.arg, node.id
    assert definition.returns is not None
    for node in ast.walk(definition.returns):
        if isinstance(node, ast.Name):
            yield "return", node.id


@pytest.mark.parametrize("name", FUNCTIONS.split())
def test_every_type_in_a_signature_is_public_and_the_function_is_documented(name: str) -> None:
    function = inspect.unwrap(getattr(api, name))
    assert inspect.getdoc(function)
    types = {named for _, named in annotations(function)}
    assert types - STANDARD - set(api.__all__) == set()


def test_importing_the_package_loads_no_solver_and_no_explainer() -> None:
    code = (
        "import sys, allocator\nassert 'allocator.api' not in sys.modules\nallocator.load\n"
        "slow = ('ortools', 'highspy', 'scipy', 'networkx', 'rich', 'click', 'allocator.explain')\n"
        "assert [name for name in slow if name in sys.modules] == []\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
