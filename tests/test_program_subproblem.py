"""A restricted subproblem admits the same plans as the program, at the same costs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_array

from allocator.program import lazy_auxiliaries
from allocator.program.bound_tightening import tighten_bounds
from allocator.program.builder import ProgramBuilder
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.expr import Expr
from allocator.program.program import INFINITE, IntArray, Program, Subject, tag
from allocator.program.structure import antecedents, dependents, independent_components
from allocator.program.subproblem import MilpInstance, Subproblem, objective_lower_bound
from allocator.rules.kinds.compact import Compact
from example_scenario import example_context, example_rule
from worlds import HARD, SOFT, Plans, Trial, plans_of, policy_of, trials, world_of

TRIALS = trials(levels=[HARD, SOFT])
FREE = 6


def admits(problem: MilpInstance | None, values: IntArray) -> bool:
    if problem is None:
        return False
    own = values[problem.columns]
    sums = problem.matrix @ own
    return bool(
        np.array_equal(problem.full_values(own), values)
        and ((problem.bounds[0] <= own) & (own <= problem.bounds[1])).all()
        and ((problem.sides[0] <= sums) & (sums <= problem.sides[1])).all()
    )


def subproblem_of(program: Program) -> Subproblem:
    level = program.levels[-1] if program.levels else None
    return Subproblem(program, level, {}, (program.lower, program.upper))


def neighbours(values: IntArray, free: IntArray) -> IntArray:
    """Return every plan that differs from a plan in the ``free`` decisions at most."""
    plans = np.tile(values, (2 ** len(free), 1))
    plans[:, free] = list(product((0, 1), repeat=len(free)))
    return plans


def tried(trial: Trial) -> tuple[Program, Plans]:
    plans = plans_of(trial.kind, trial.number)
    return policy_of(plans.context, trial.rule()).compile(), plans


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_a_restriction_admits_and_prices_the_plans_of_the_program(trial: Trial) -> None:
    program, plans = tried(trial)
    values = evaluate_auxiliaries(program, plans.matrix)
    sound = values[~violated_rows(program, values).any(axis=1)]
    rng = np.random.default_rng(3)
    for base in sound[rng.choice(len(sound), 4)]:
        free = rng.choice(program.decisions.count, FREE, replace=False)
        near = evaluate_auxiliaries(program, neighbours(base[: program.decisions.count], free))
        holds = ~violated_rows(program, near).any(axis=1)
        problem = subproblem_of(program).restrict(base, dependents(program, free))
        assert [admits(problem, plan) for plan in near] == holds.tolist()
        if problem is not None and program.levels:
            paid = [int(problem.objective @ plan[problem.columns]) + problem.constant for plan in near[holds]]
            assert paid == level_costs(program, near[holds])[:, -1].tolist()


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_the_full_instance_admits_the_plans_of_the_program(
    trial: Trial,
) -> None:
    program, plans = tried(trial)
    values = evaluate_auxiliaries(program, plans.thinned(200).matrix)
    holds = ~violated_rows(program, values).any(axis=1)
    for as_written in (True, False):
        whole = subproblem_of(program).full(as_written=as_written)
        assert [admits(whole, plan) for plan in values] == holds.tolist()
    assert whole is not None
    parts = independent_components(whole)
    assert np.array_equal(np.sort(np.concatenate([*parts, whole.columns[:0]])), whole.columns)
    part_of = np.zeros(len(program), dtype=np.int64)
    for number, part in enumerate(parts):
        part_of[part] = number
    for row in range(whole.matrix.shape[0]):
        columns = whole.columns[whole.matrix[[row]].indices]
        assert len(set(part_of[columns].tolist())) <= 1


@pytest.mark.parametrize("trial", trials(levels=[SOFT]), ids=str)
def test_only_dependents_change_with_a_decision(trial: Trial) -> None:
    assert_follows(*tried(trial))


@pytest.mark.parametrize("trial", trials({"compact": Compact}, [SOFT]), ids=str)
def test_an_undefined_medoid_distance_is_a_dependent(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_auxiliaries, "MEDOID_LIMIT", 0)
    assert_follows(policy_of(tried(trial)[1].context, trial.rule()).compile(), tried(trial)[1])


def assert_follows(program: Program, plans: Plans) -> None:
    """Check that only dependents change with some decisions."""
    rng = np.random.default_rng(5)
    for plan in plans.matrix[rng.choice(len(plans), 5)]:
        free = rng.choice(program.decisions.count, FREE, replace=False)
        near = evaluate_auxiliaries(program, neighbours(plan, free))
        changed = (near != near[0]).any(axis=0)
        assert not (changed & ~dependents(program, free)).any()


@pytest.mark.parametrize("trial", trials(levels=[SOFT]), ids=str)
def test_antecedents_are_all_decisions_that_an_auxiliary_depends_on(trial: Trial) -> None:
    assert_leads(tried(trial)[0])


def test_all_members_are_antecedents_of_an_undefined_medoid_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazy_auxiliaries, "MEDOID_LIMIT", 0)
    trial = trials({"compact": Compact}, [SOFT])[0]
    assert_leads(policy_of(tried(trial)[1].context, trial.rule()).compile())


def assert_leads(program: Program) -> None:
    """Check that antecedents are the inverse of dependents."""
    count = program.decisions.count
    led = np.stack([antecedents(program, np.array([column])) for column in range(len(program))])
    for decision in range(count):
        assert np.array_equal(led[:, decision], dependents(program, np.array([decision])))
    some = np.arange(0, len(program), 3)
    assert np.array_equal(antecedents(program, some), led[some].any(axis=0))


def test_a_cap_holds_for_an_earlier_level() -> None:
    trial = next(trial for trial in trials(levels=[SOFT]) if trial.kind.name == "prefer")
    program, plans = tried(trial)
    values = evaluate_auxiliaries(program, plans.thinned(200).matrix)
    holds, costs = ~violated_rows(program, values).any(axis=1), level_costs(program, values)[:, 0]
    assert len(np.unique(costs[holds])) > 1
    for cap in np.unique(costs[holds]).tolist():
        whole = Subproblem(program, None, {program.levels[0]: cap}, (program.lower, program.upper)).full()
        assert [admits(whole, plan) for plan in values] == (holds & (costs <= cap)).tolist()


def test_propagation_tightens_bounds() -> None:
    matrix = csr_array(np.array([[2, 3, 0], [0, 1, -1]]))
    sides = np.array([-INFINITE, 0]), np.array([5, INFINITE])
    found = tighten_bounds(matrix, sides, (np.zeros(3, dtype=np.int64), np.full(3, 9)))
    assert found is not None
    assert [bound.tolist() for bound in found] == [[0, 0, 0], [2, 1, 1]]
    fixed = np.array([3, 0, 0]), np.array([3, 9, 9])
    assert tighten_bounds(matrix, sides, fixed) is None


def test_an_empty_row_that_cannot_hold_is_infeasible() -> None:
    matrix = csr_array(np.array([[0, 0], [1, -1]]))
    bounds = np.zeros(2, dtype=np.int64), np.ones(2, dtype=np.int64)
    assert tighten_bounds(matrix, (np.array([1, 0]), np.array([1, 1])), bounds) is None
    assert tighten_bounds(matrix, (np.array([0, 0]), np.array([1, 1])), bounds) is not None


def test_a_subproblem_does_not_change_its_program() -> None:
    """A column may be twice in a row of the program, but only once in a row of an instance."""
    builder = ProgramBuilder(Decisions.of(list(example_context().layers.values())), ["rule"])
    builder.add_row(Expr.of([1, 0, 1, 2], [2, 1, -2, 1]), 0, 1, tag(0, Subject()))
    program = builder.build()
    before = program.rows.cols.copy(), program.rows.coefs.copy()
    problem = subproblem_of(program).full(as_written=True)
    assert problem is not None and problem.matrix.toarray()[0, :3].tolist() == [1, 0, 1]
    assert problem.matrix.nnz == 2
    assert np.array_equal(program.rows.cols, before[0]) and np.array_equal(program.rows.coefs, before[1])


@pytest.mark.parametrize("length", range(2, 18))
def test_rounds_of_propagation_that_end_too_soon_leave_no_false_plan(length: int) -> None:
    """Each variable of a chain is at least the one before, the first 1 and the last 0: there is no plan."""
    builder = ProgramBuilder(Decisions.of(list(example_context().layers.values())), ["rule"])
    for k in range(length - 1):
        builder.add_row(Expr.of([k + 1, k], [1, -1]), 0, INFINITE, tag(0, Subject()))
    builder.add_row(Expr.of([0], [1]), 1, 1, tag(0, Subject()))
    builder.add_row(Expr.of([length - 1], [1]), 0, 0, tag(0, Subject()))
    chain = np.arange(len(program := builder.build())) < length
    problem = subproblem_of(program).restrict(program.lower, chain)
    assert problem is None or len(problem.columns), "a row cannot hold, and no variable is left to see it"


def test_a_restriction_to_rules_has_the_constraints_of_these_rules() -> None:
    kept, left_out = (
        trial for trial in trials(levels=[HARD]) if str(trial) in ("capacity-0-hard", "apart-0-hard")
    )
    plans = plans_of(kept.kind, kept.number).thinned(300)
    alone = policy_of(plans.context, kept.rule()).compile()
    both = policy_of(plans.context, left_out.rule(), kept.rule()).compile()
    some = both.restrict_to_rules([kept.rule().id])
    assert len(alone.rows) <= len(some.rows) < len(both.rows)
    broken = [
        violated_rows(p, evaluate_auxiliaries(p, plans.matrix)).any(axis=1) for p in (alone, some, both)
    ]
    assert np.array_equal(broken[0], broken[1]) and (broken[0] != broken[2]).any()


@pytest.mark.parametrize("trial", trials(levels=[SOFT]), ids=str)
def test_no_plan_costs_less_than_the_objective_lower_bound(trial: Trial) -> None:
    program, plans = tried(trial)
    asked = subproblem_of(program)
    whole = Subproblem(program, None, {}, asked.bounds).full()
    assert whole is not None
    assert (
        objective_lower_bound(asked, whole)
        <= level_costs(program, evaluate_auxiliaries(program, plans.matrix))[:, -1].min()
    )


def test_the_objective_lower_bound_has_the_penalty_that_every_plan_pays() -> None:
    """Every plan pays for a place that a hard rule forbids and a soft rule asks for."""
    context = world_of(frozenset({"turn"}))
    pinned = {"kind": "pin", "on": "turn", "item": "Wang", "slot": "East", "level": 1, "weight": 5}
    excluded = {"kind": "exclude", "on": "turn", "item": "Wang", "slot": "East", "during": "2027"}
    program = policy_of(context, *(example_rule(fields) for fields in (pinned, excluded))).compile()
    asked = subproblem_of(program)
    whole = Subproblem(program, None, {}, asked.bounds).full()
    assert whole is not None and objective_lower_bound(asked, whole) == 5
