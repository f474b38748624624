"""The public interface: every use case as a function, and every type that these functions take or return.

    policy = bind(load("scenarios/neijiang-zones"))
    plan = solve(policy, seconds=60)
    verdict = verify(policy, plan)
    export(plan, "plan.svg", policy=policy)

The first solve or explanation imports the solvers; checking and verifying never import them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.api.clusters import TlsFiles, cluster_runner
from allocator.api.comparing import (
    OptionSource,
    compare,
    export_comparison,
    option_beside,
    option_sources,
    plan_option,
)
from allocator.api.drawing import (
    audited_draw,
    check_replaceable,
    commit,
    drawn_plan,
    draws,
    find_draw,
    is_audit,
    publicity_caution,
    read_audit,
    read_commitment,
    replay,
    reveal,
    unchecked_claims,
    write_audit,
)
from allocator.api.explaining import (
    RuleListener,
    candidates,
    diagnose,
    explain,
    priced_rules,
    remedies,
    rule_prices,
)
from allocator.api.exporting import (
    ExportedFile,
    ReadDocument,
    check_readable,
    check_writable,
    export,
    plan_view,
    read_document,
    reads_back,
    scored_plan,
)
from allocator.api.forms import FilledForm, FilledForms, fill_forms
from allocator.api.importing import import_files
from allocator.api.judging import (
    Examination,
    Verdict,
    document_figures,
    dropped_overrides,
    examine,
    verify,
)
from allocator.api.keeping import keep_cell, keep_plan, keep_plan_file, scenario_to_keep
from allocator.api.plan_scenario import FoundPolicy, find_policy
from allocator.api.plan_store import (
    KeptPlan,
    change_state,
    find_kept,
    is_plan_file,
    kept_plan,
    plan_record,
    referenced_plan,
    restore_plan,
)
from allocator.api.resuming import Checkpoints, ResumeState, checkpoint_path, load_resume_state
from allocator.api.scenarios import (
    bind,
    bundled_scenarios,
    create_scenario,
    load,
    rule_sentences,
    scenario_copy,
    with_scores,
)
from allocator.api.seat_answers import AlternativeListener, has_seat, seat_chains, why_here, why_not
from allocator.api.solving import counts_changes, fewest_changes, resume, solve
from allocator.api.stores import back_up, check_store, export_events, load_backup, open_store
from allocator.api.stressing import ShockListener, export_stress, shocks, stress
from allocator.api.studying import (
    LoadedStudy,
    StudyWatch,
    check_study_file,
    export_study,
    load_study,
    run_study,
)
from allocator.api.trading import export_tradeoff, find_point, trade_off, tradeoff_disagreements
from allocator.api.trying import (
    Trial,
    accept_trial,
    discard_trial,
    open_trial,
    save_trial,
    solve_trial,
    trial_path,
)
from allocator.api.workbooks import (
    CheckedWorkbook,
    check_workbook,
    create_workbook,
    scenario_workbook,
    tables_workbook,
)
from allocator.errors import ChainError, Fault, InputError, InternalError
from allocator.intake.form_matching import MissingForm
from allocator.lottery import Audit, BoundDraw, CannotDraw, Check, audit_text
from allocator.model.plan import Assignment, LevelScore, Plan
from allocator.model.reading.json_files import plan_text, read_plan, write_plan
from allocator.model.reading.tradeoff_files import is_tradeoff, read_tradeoff, tradeoff_text, write_tradeoff
from allocator.model.run import Overrides
from allocator.model.scenario import Numbers, Scenario
from allocator.model.text import Language, Text
from allocator.model.tradeoff_set import SetCriterion, SetGap, SetPoint, TradeoffSet
from allocator.model.trial_chain import TrialChain, TrialStep
from allocator.report.desk.desk_tables import PlanRecord
from allocator.report.plan_view import PlanView
from allocator.report.stress_view import StressView
from allocator.report.study_view import StudyView
from allocator.rules.kinds import all_kinds as rule_kinds
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.observer import (
    CONFIRM,
    NULL_OBSERVER,
    TRADE_OFF,
    CallbackObserver,
    NullObserver,
    Observer,
    ObserverGroup,
    Progress,
    Snapshot,
    StopRequest,
)
from allocator.store.event_chain import ChainHead, Event, NewEvent
from allocator.store.kept_scenarios import KeptScenario
from allocator.store.plan_states import PlanVersion
from allocator.store.store_words import check_text as check_kept_text
from allocator.stress import Shock, ShockKind, ShockResult, ShockSettings, StressReport
from allocator.study.cell_results import CellResult
from allocator.study.cell_runner import CellEnd, CellTask, Runner, RunnerLostError
from allocator.study.cells import CellCount, StudyCell
from allocator.study.process_runner import ProcessRunner
from allocator.study.study_file import Study
from allocator.verify import (
    Disagreement,
    Finding,
    Judgement,
    OtherVersion,
    other_version,
    plan_inconsistencies,
)
from allocator.verify.figures import Figure
from allocator.verify.plan_option import PlanOption
from allocator.verify.slot_shortages import SlotShortage
from allocator.workbook.scenario_book import WrittenBook

if TYPE_CHECKING:
    from allocator.explain import Candidate, MapObstacle, Ranking, Reasons, Repair
    from allocator.explain.alternative import Alternative, SeatReasons
    from allocator.explain.conflicts import Conflict, ConflictSet, Diagnosis, RuleTag
    from allocator.explain.remedies import Remedy, RemedyChange, RemedySet
    from allocator.explain.rule_price import RulePrice
    from allocator.explain.seat_chains import ChainRanking
    from allocator.intake.import_outcome import Imported, ImportedFile, TakenColumn, TakenSheet
    from allocator.intake.roster_layout import SkippedRow
    from allocator.optimise.second_proofs import Confirm
    from allocator.report.compare.plan_comparison import PlanComparison
    from allocator.store.store import Store
    from allocator.store.store_check import StoreCheck

__all__ = [
    "CONFIRM",
    "NULL_OBSERVER",
    "TRADE_OFF",
    "Alternative",
    "AlternativeListener",
    "Assignment",
    "Audit",
    "BoundDraw",
    "CallbackObserver",
    "Candidate",
    "CannotDraw",
    "CellCount",
    "CellEnd",
    "CellResult",
    "CellTask",
    "ChainError",
    "ChainHead",
    "ChainRanking",
    "Check",
    "CheckedWorkbook",
    "Checkpoints",
    "Confirm",
    "Conflict",
    "ConflictSet",
    "Diagnosis",
    "Disagreement",
    "Event",
    "Examination",
    "ExportedFile",
    "Fault",
    "Figure",
    "FilledForm",
    "FilledForms",
    "Finding",
    "FoundPolicy",
    "Imported",
    "ImportedFile",
    "InputError",
    "InternalError",
    "Judgement",
    "KeptPlan",
    "KeptScenario",
    "Language",
    "LevelScore",
    "LoadedStudy",
    "MapObstacle",
    "MissingForm",
    "NewEvent",
    "NullObserver",
    "Numbers",
    "Observer",
    "ObserverGroup",
    "OptionSource",
    "OtherVersion",
    "Overrides",
    "Plan",
    "PlanComparison",
    "PlanOption",
    "PlanRecord",
    "PlanVersion",
    "PlanView",
    "Policy",
    "ProcessRunner",
    "Progress",
    "Ranking",
    "ReadDocument",
    "Reasons",
    "Remedy",
    "RemedyChange",
    "RemedySet",
    "Repair",
    "ResumeState",
    "Rule",
    "RuleListener",
    "RulePrice",
    "RuleTag",
    "Runner",
    "RunnerLostError",
    "Scenario",
    "SeatReasons",
    "SetCriterion",
    "SetGap",
    "SetPoint",
    "Shock",
    "ShockKind",
    "ShockListener",
    "ShockResult",
    "ShockSettings",
    "SkippedRow",
    "SlotShortage",
    "Snapshot",
    "StopRequest",
    "Store",
    "StoreCheck",
    "StressReport",
    "StressView",
    "Study",
    "StudyCell",
    "StudyView",
    "StudyWatch",
    "TakenColumn",
    "TakenSheet",
    "Text",
    "TlsFiles",
    "TradeoffSet",
    "Trial",
    "TrialChain",
    "TrialStep",
    "Verdict",
    "WrittenBook",
    "accept_trial",
    "audit_text",
    "audited_draw",
    "back_up",
    "bind",
    "bundled_scenarios",
    "candidates",
    "change_state",
    "check_kept_text",
    "check_readable",
    "check_replaceable",
    "check_store",
    "check_study_file",
    "check_workbook",
    "check_writable",
    "checkpoint_path",
    "cluster_runner",
    "commit",
    "compare",
    "counts_changes",
    "create_scenario",
    "create_workbook",
    "diagnose",
    "discard_trial",
    "document_figures",
    "drawn_plan",
    "draws",
    "dropped_overrides",
    "examine",
    "explain",
    "export",
    "export_comparison",
    "export_events",
    "export_stress",
    "export_study",
    "export_tradeoff",
    "fewest_changes",
    "fill_forms",
    "find_draw",
    "find_kept",
    "find_point",
    "find_policy",
    "has_seat",
    "import_files",
    "is_audit",
    "is_plan_file",
    "is_tradeoff",
    "keep_cell",
    "keep_plan",
    "keep_plan_file",
    "kept_plan",
    "load",
    "load_backup",
    "load_resume_state",
    "load_study",
    "open_store",
    "open_trial",
    "option_beside",
    "option_sources",
    "other_version",
    "plan_inconsistencies",
    "plan_option",
    "plan_record",
    "plan_text",
    "plan_view",
    "priced_rules",
    "publicity_caution",
    "read_audit",
    "read_commitment",
    "read_document",
    "read_plan",
    "read_tradeoff",
    "reads_back",
    "referenced_plan",
    "remedies",
    "replay",
    "restore_plan",
    "resume",
    "reveal",
    "rule_kinds",
    "rule_prices",
    "rule_sentences",
    "run_study",
    "save_trial",
    "scenario_copy",
    "scenario_to_keep",
    "scenario_workbook",
    "scored_plan",
    "seat_chains",
    "shocks",
    "solve",
    "solve_trial",
    "stress",
    "tables_workbook",
    "trade_off",
    "tradeoff_disagreements",
    "tradeoff_text",
    "trial_path",
    "unchecked_claims",
    "verify",
    "why_here",
    "why_not",
    "with_plan_overrides",
    "with_scores",
    "write_audit",
    "write_plan",
    "write_tradeoff",
]


#: The modules of types that few calls need, such as the explainer: to import them is slow.
_MODULES = {
    "allocator.explain": ("Candidate", "MapObstacle", "Ranking", "Reasons", "Repair"),
    "allocator.explain.alternative": ("Alternative", "SeatReasons"),
    "allocator.explain.conflicts": ("Conflict", "ConflictSet", "Diagnosis", "RuleTag"),
    "allocator.explain.remedies": ("Remedy", "RemedyChange", "RemedySet"),
    "allocator.explain.rule_price": ("RulePrice",),
    "allocator.explain.seat_chains": ("ChainRanking",),
    "allocator.intake.import_outcome": (
        "Imported",
        "ImportedFile",
        "SkippedRow",
        "TakenColumn",
        "TakenSheet",
    ),
    "allocator.optimise.second_proofs": ("Confirm",),
    "allocator.report.compare.plan_comparison": ("PlanComparison",),
    "allocator.store.store": ("Store",),
    "allocator.store.store_check": ("StoreCheck",),
}


def __getattr__(name: str) -> Any:
    """Import a type on its first use."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
