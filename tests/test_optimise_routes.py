"""Each route by itself over random rules: its plans keep the rules, its bounds are valid, its proofs true.

The reference is brute force over all plans; ``docs/engine.md`` lists the test of each route.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache, cached_property
from unittest import mock

import numpy as np
import pytest

from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.feasible_plan import confirm_infeasible, find_feasible
from allocator.optimise.flow_plans import best_flow_plan, feasible_flow_plan
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.layerwise_plan import PartialPlan, construct_layer
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.lns import large_neighbourhood, operators, plan_repair
from allocator.optimise.lns.large_neighbourhood import LnsParams
from allocator.optimise.lns.operators import OperatorParams
from allocator.optimise.results import Options
from allocator.optimise.routes.decomposition import minimise_parts
from allocator.program import structure as parting
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.network import find_network_part
from allocator.program.program import INFINITE, IntArray
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers import background
from allocator.solvers.adapters import minimise
from allocator.solvers.background import BackgroundMip, BackgroundMipParams, LexicographicRelaxation
from allocator.solvers.bounds import KnownBounds
from allocator.solvers.deadline import Budget, Deadline, SolveContext
from allocator.solvers.solver import SearchParams
from allocator.verify import judge
from brute_force import least_costs, parts_of, policy_for, priced_at_random
from example_scenario import example_rule
from worlds import HARD, Space, Trial, trials

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(6, 30))]
SECONDS = 20.0
#: Layers of which all plans are soon looked at; no rule about one of them alone calls for cuts.
LAYERS = ("turn", "casework", "posting")


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rules of one layer drawn at random, with random prices at two levels, and the best of all plans."""

    policy: Policy
    space: Space
    seed: int

    @cached_property
    def best(self) -> tuple[int, ...] | None:
        """What the best plan costs at each level, None if there is none."""
        return least_costs(self.policy, self.space)

    @property
    def own(self) -> list[Rule]:
        """The rules without what the layers take."""
        return [rule for rule in self.policy.rules if not rule.id.startswith("take.")]

    @property
    def least(self) -> tuple[int, ...]:
        """What the best plan costs at each level; there is one."""
        assert self.best is not None
        return self.best

    def constrained(self) -> ConstrainedProgram:
        return constrain(self.policy, self.policy.compile())

    def search(self, workers: int = 1) -> SolveContext:
        return SolveContext(self.seed, Budget(SECONDS, workers))

    @cached_property
    def worst(self) -> IntArray:
        """The decisions of the dearest sound plan."""
        program, kept = self.policy.compile(), []
        for plans in parts_of(self.space):
            values = evaluate_auxiliaries(program, plans.matrix)
            values = values[~violated_rows(program, values).any(axis=1)]
            order = np.lexsort(level_costs(program, values).T[::-1])
            kept.extend(values[order[-1:]])
        costs = level_costs(program, np.array(kept))
        return np.asarray(kept[np.lexsort(costs.T[::-1])[-1]][: program.decisions.count])


def drawn_of(seed: int, *, possible: bool, of: Collection[str] = ()) -> Drawn:
    """Draw rules, of some kinds or any, until there is a plan that keeps the hard ones, or there is none."""
    chance = random.Random(f"{seed} {possible}")
    while True:
        layer = chance.choice(LAYERS)
        examples = [one for one in trials(levels=[HARD]) if layers_read(one.rule()) == {layer}]
        examples = [one for one in examples if not of or one.kind.name in of]
        chosen = chance.sample(examples, min(3, len(examples)))
        rules = [_ruled(one, k, chance) for k, one in enumerate(chosen)]
        drawn = priced(rules, layer, seed)
        if (drawn.best is not None) == possible:
            return drawn


def priced(rules: list[Rule], layer: str, seed: int, *, idle: bool = True) -> Drawn:
    """Return rules with random prices at two levels, and with what it costs that somebody is idle."""
    policy, _ = policy_for(rules)
    more = [
        rule.model_copy(update={"id": f"{rule.id}.{level}"})
        for level in (1, 2)
        for rule in priced_at_random(layer, policy.context, 2 * seed + level, level)
        if idle or rule.kind == "prefer"
    ]
    return Drawn(*policy_for([*rules, *more]), seed)


def _ruled(trial: Trial, number: int, chance: random.Random) -> Rule:
    levels = (HARD, 1, 2) if trial.kind.can_be_soft else (HARD,)
    name = f"{trial.kind.name}.{number}"
    return trial.rule(id=name, level=chance.choice(levels), weight=chance.randint(1, 4))


@cache
def possible(seed: int) -> Drawn:
    return drawn_of(seed, possible=True)


@cache
def impossible(seed: int) -> Drawn:
    return drawn_of(seed, possible=False)


@cache
def network(seed: int) -> Drawn:
    """Draw rules that are nodes of a flow: sizes of teams, loads of people, who may go where."""
    chance = random.Random(seed)
    rules = [
        {"kind": "capacity", "atleast": 1, "atmost": chance.randint(1, 3)},
        {"kind": "capacity", "each": "item", "atmost": chance.randint(2, 3), "over": "horizon"},
        {"kind": "avoid", "when": f"person.age > {chance.randint(40, 50)}", "level": chance.choice((1, 2))},
        {"kind": "eligible", "when": "person.grade == 'head'", "level": chance.choice((1, 2))},
    ]
    named = [example_rule({**rule, "on": "casework"}, id=f"rule.{k}") for k, rule in enumerate(rules)]
    return priced(named, "casework", seed, idle=False)


@cache
def of_parts(seed: int) -> Drawn:
    """Draw rules that tie no two periods."""
    apart = {
        "apart",
        "avoid",
        "composition",
        "cover",
        "eligible",
        "exclude",
        "prefer",
        "strength",
        "separate",
    }
    return drawn_of(seed, possible=True, of=apart)


def assert_sound(drawn: Drawn, constrained: ConstrainedProgram, values: IntArray) -> tuple[int, ...]:
    """A plan keeps every row, its rules' checks find the same, none is better than the best; its costs."""
    decisions = values[: constrained.program.decisions.count]
    settled = evaluate_auxiliaries(constrained.program, decisions[None, :])
    assert not violated_rows(constrained.program, settled).any()
    assignments = constrained.program.decisions.assignments(decisions)
    judgement = judge(drawn.policy, assignments)
    costs = tuple(level_costs(constrained.program, settled)[0].tolist())
    assert not judgement.broken
    assert costs == tuple(judgement.costs.get(level, 0) for level in constrained.program.levels)
    assert costs >= drawn.least
    return costs


def standing_of(constrained: ConstrainedProgram, level: int, decisions: IntArray) -> LevelIncumbent:
    values = evaluate_auxiliaries(constrained.program, decisions[None, :])[0]
    return LevelIncumbent(constrained, level, values)


def ended(is_running: Callable[[], bool]) -> None:
    """Wait until a process beside has told all."""
    until = time.monotonic() + SECONDS
    while is_running() and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flow_settles_every_level(seed: int) -> None:
    drawn = network(seed)
    constrained = drawn.constrained()
    whole = constrained.subproblem(None).full()
    assert whole is not None
    found = best_flow_plan(constrained.program, whole)
    assert found is not None
    assert assert_sound(drawn, constrained, found) == drawn.least


@pytest.mark.parametrize("seed", SEEDS)
def test_a_flow_gives_a_plan_to_begin_from(seed: int) -> None:
    """Where something is paid that is no network, the flow leaves it out."""
    even = {"kind": "balance", "on": "casework", "each": "item", "over": "horizon", "level": 1}
    drawn = Drawn(*policy_for([*network(seed).own, example_rule(even, id="even")]), seed)
    constrained = drawn.constrained()
    whole = constrained.subproblem(None).full()
    assert whole is not None
    start = feasible_flow_plan(constrained.program, whole)
    assert best_flow_plan(constrained.program, whole) is None and start is not None
    assert_sound(drawn, constrained, start)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_constraint_search_proves_the_first_level(seed: int, workers: int) -> None:
    drawn = possible(seed)
    constrained, search = drawn.constrained(), drawn.search(workers)
    whole = constrained.subproblem(1).full()
    assert whole is not None
    found = minimise(whole, search, SearchParams(search.budget.share(1.0)))
    assert found.values is not None
    costs = assert_sound(drawn, constrained, found.values)
    assert (found.found, found.cost, found.bound, costs[0]) == ("optimal", *drawn.least[:1] * 3)


@pytest.mark.parametrize("gap", [0.3, 0.9])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_within_a_gap_is_not_said_to_be_the_best(seed: int, gap: float) -> None:
    drawn = possible(seed)
    constrained, search = drawn.constrained(), drawn.search()
    whole, hint = (
        constrained.subproblem(1).full(),
        evaluate_auxiliaries(constrained.program, drawn.worst[None, :])[0],
    )
    assert whole is not None
    found = minimise(whole, search, SearchParams(search.budget.share(1.0), hint=hint, gap=gap))
    assert found.values is not None and found.cost is not None
    assert (
        assert_sound(drawn, constrained, found.values)[0] <= found.cost
    )  # auxiliaries may be above what they are
    assert found.bound <= drawn.least[0] <= found.cost
    assert (found.found == "optimal") == (found.bound == found.cost)
    assert found.cost - found.bound <= gap * found.cost


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_branch_and_cut_beside_proves_the_first_level(seed: int) -> None:
    drawn = possible(seed)
    constrained = drawn.constrained()
    whole = constrained.subproblem(1).full()
    assert whole is not None
    known = evaluate_auxiliaries(constrained.program, drawn.worst[None, :])[0]
    for cutoff in (INFINITE, constrained.cost(known, 1)):
        race = BackgroundMip(whole, constrained.program, seed)
        race.begin(cutoff)
        ended(lambda race=race: race.is_running)
        race.close()
        values, cost = race.plan
        assert race.bound == drawn.least[0]
        if values is not None:
            assert assert_sound(drawn, constrained, values)[0] == cost == drawn.least[0]
        else:
            assert cutoff == drawn.least[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_slots_one_by_one_prove_no_more_than_is_true(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "MIP_PARAMS", BackgroundMipParams(0, 0.0))
    drawn = possible(seed)
    constrained = drawn.constrained()
    whole = constrained.subproblem(1).full()
    assert whole is not None
    race = BackgroundMip(whole, constrained.program, seed)
    race.begin()
    ended(lambda: race.is_running)
    race.close()
    assert race.plan == (None, None)
    assert 0 <= race.bound <= drawn.least[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_lexicographic_relaxation_proves_no_more_than_is_true(seed: int) -> None:
    """The bound of a level holds of plans that cost no more than the bounds of those before."""
    drawn = possible(seed)
    constrained = drawn.constrained()
    whole = constrained.subproblem(None).full()
    assert whole is not None
    relaxation = LexicographicRelaxation(constrained.program, whole, seed)
    ended(lambda: relaxation.is_running)
    relaxation.close()
    assert relaxation.proofs[0].level == 1 and len(relaxation.proofs) >= 1
    known = KnownBounds((relaxation.proofs,))
    costs = dict(zip(constrained.program.levels, drawn.least, strict=True))
    for level, least in costs.items():
        assert known.of(level, costs).value <= least
    if relaxation.values is not None:
        found = assert_sound(drawn, constrained, relaxation.values)
        assert found == drawn.least == tuple(proof.bound for proof in relaxation.proofs)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_independent_parts_add_up_to_the_best(seed: int, workers: int) -> None:
    drawn = of_parts(seed)
    constrained, search = drawn.constrained(), drawn.search(workers)
    with mock.patch.object(parting, "MIN_COMPONENT", 1):
        parts = constrained.parts()
    assert parts is not None and len(parts) > 1
    decisions = drawn.worst
    for level, least in zip(constrained.program.levels, drawn.least, strict=True):
        incumbent = standing_of(constrained, level, decisions)
        before = incumbent.cost
        unproved = minimise_parts(incumbent, parts, Deadline(search.budget, search.budget.share(0.5)), search)
        assert_sound(drawn, constrained, incumbent.values)
        assert incumbent.bound <= least <= incumbent.cost <= before
        if level == 1:
            assert not unproved and incumbent.bound == least == incumbent.cost
            constrained.fix_level(level, least, proved=True)
            decisions = incumbent.values[: constrained.program.decisions.count]


@pytest.mark.parametrize("seed", SEEDS)
def test_pieces_and_exchanges_are_never_worse_than_their_start_and_prove_what_they_say(seed: int) -> None:
    drawn = possible(seed)
    constrained, search = drawn.constrained(), drawn.search()
    incumbent = standing_of(constrained, 1, drawn.worst)
    before, everything = incumbent.cost, np.ones(len(constrained.program), dtype=np.bool_)
    with (
        mock.patch.object(large_neighbourhood, "PARAMS", LnsParams(largest_whole=0)),
        mock.patch.object(operators, "PARAMS", OperatorParams(many_places=1)),
    ):
        large_neighbourhood.LargeNeighbourhoodSearch(incumbent, everything, search, races=False).run(
            search.budget.share(1.0)
        )
    assert_sound(drawn, constrained, incumbent.values)
    assert incumbent.bound == incumbent.cost == drawn.least[0] <= before


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_mended_is_a_plan(seed: int) -> None:
    drawn = possible(seed)
    constrained, search = drawn.constrained(), drawn.search()
    with mock.patch.object(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0)):
        found = plan_repair.elastic_repair(constrained, search.budget.share(0.1), search)
    if found is None:
        whole = constrained.subproblem(None).full()
        assert whole is not None
        assert find_network_part(constrained.program, whole) is None, "of so little a search sees the end"
    else:
        assert_sound(drawn, constrained, found)


@pytest.mark.parametrize("seed", SEEDS)
def test_any_plan_is_a_plan_and_never_said_not_to_be(seed: int) -> None:
    drawn = possible(seed)
    constrained, search = drawn.constrained(), drawn.search()
    deadline = Deadline(search.budget, search.budget.share(1.0))
    found = find_feasible(constrained, None, deadline, search)
    assert found.values is not None
    assert_sound(drawn, constrained, found.values)
    assert not confirm_infeasible(constrained, deadline, search)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_that_there_is_no_plan_is_said_twice(seed: int) -> None:
    drawn = impossible(seed)
    constrained, search = drawn.constrained(), drawn.search()
    deadline = Deadline(search.budget, search.budget.share(1.0))
    assert find_feasible(constrained, None, deadline, search).found == "infeasible"
    assert confirm_infeasible(constrained, deadline, search)
    with mock.patch.object(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0)):
        assert plan_repair.elastic_repair(constrained, search.budget.share(0.02), search) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_start_in_steps_is_a_plan(seed: int) -> None:
    drawn = possible(seed)
    made = construct_layer(drawn.policy, PartialPlan(), drawn.search(), 0.5)
    if made is None:  # what is asked of all periods together cannot be in the first ones alone
        [(layer, periods)] = [(name, len(one.periods)) for name, one in drawn.policy.context.layers.items()]
        first = [drawn.policy.truncate({layer: count}) for count in range(1, periods)]
        assert any(least_costs(policy, Space.of(policy.context)) is None for policy in first)
        return
    program = drawn.policy.compile()
    costs = assert_sound(drawn, drawn.constrained(), program.decisions.vector(made.assignments))
    assert dict(made.costs) == dict(zip(program.levels, costs, strict=True))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_solve_that_goes_on_is_never_worse_and_ends_with_the_best(seed: int, workers: int) -> None:
    drawn = possible(seed)
    program = drawn.policy.compile()
    warm_start = WarmStart(program.decisions.assignments(drawn.worst))
    start = assert_sound(drawn, drawn.constrained(), drawn.worst)
    for seconds in (0.0, SECONDS):
        found = solve(drawn.policy, Options(seconds, seed, workers), warm_start=warm_start)
        costs = tuple(proof.cost for proof in found.proofs[1:])
        assert assert_sound(drawn, drawn.constrained(), program.decisions.vector(found.assignments)) == costs
        assert drawn.least <= costs <= start
        assert all(proof.bound <= proof.cost for proof in found.proofs)
    assert (found.status, costs) == ("optimal", drawn.least)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_descent_with_every_route_for_what_is_large_ends_with_the_best(seed: int) -> None:
    """Flows, mending and pieces, as of a program of thousands of variables."""
    drawn = possible(seed)
    made = LexicographicSolver(drawn.constrained(), drawn.search(), "all")
    with (
        mock.patch.object(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0)),
        mock.patch.object(large_neighbourhood, "PARAMS", LnsParams(largest_whole=0)),
    ):
        found = made.solve(None, 1.0)
    assert found == "optimal" and made.decisions is not None
    assert assert_sound(drawn, made.constrained, made.decisions) == drawn.least
    assert tuple((proof.cost, proof.bound) for proof in made.proofs) == tuple((c, c) for c in drawn.least)
