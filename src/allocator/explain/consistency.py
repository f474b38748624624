"""Whether a plan keeps some tags of the hard rules: the question that a search for conflicts asks.

Each question is a part of the program, fixed in a clone: the rows of the tags that are asked about, and the
rows that always hold, over the variables that these rows read. The other variables are 0, which breaks no
fact. A plan that answers one question is looked at first for the next ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from allocator.explain.tag_table import ALWAYS, TagTable, scope_of
from allocator.model.run import BY_ROWS, CP_SAT, NOBODY, Witnesses
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.feasible_plan import find_any_plan, find_feasible
from allocator.program.cuts import RuleCut
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import MilpInstance, Subproblem
from allocator.rules.roster import Roster
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.solver import SearchParams

#: ``holds`` with a plan, ``conflict`` with a proof, ``open`` if neither was found in time.
Answer = Literal["holds", "conflict", "open"]


@dataclass(eq=False)
class ConsistencyChecker:
    """Answers questions about the tags of one table.

    Attributes:
        table: The tags; it grows by the cuts that plans violate.
        context: Seed, budget and stop.
        by: The back ends on which the last answer ``conflict`` stands.
        questions: Number of questions that no known plan answered.
    """

    table: TagTable
    context: SolveContext
    by: Witnesses = NOBODY
    questions: int = 0
    _plans: list[IntArray] = field(default_factory=list)
    _kept: list[BoolArray] = field(default_factory=list)
    _matrix: csr_array | None = None

    def answer(self, chosen: BoolArray, seconds: float) -> Answer:
        """Return whether a plan keeps some tags, ``[tags]`` whether each is chosen, in so many seconds."""
        if any(kept[chosen].all() for kept in self._kept):
            return "holds"
        if self.context.is_stopped or seconds <= 0:
            return "open"
        self.questions += 1
        if self._is_impossible_alone(chosen):
            self.by = BY_ROWS
            return "conflict"
        deadline = Deadline(self.context.budget, Allotment(seconds, None))
        if any(chosen[tag] for tag in self.table.lazy_tags):
            return self._search_map(chosen, deadline)
        return self._search(chosen, deadline)

    def facts_of(self, chosen: BoolArray, seconds: float) -> tuple[str, ...]:
        """Return the layers of the facts without which a plan keeps some tags that are in conflict.

        A fact that was not told from one that does not matter, in so many seconds each, is returned.
        """
        if not self.table.facts:
            return ()
        table, columns = self.table, self._closure(self._asked(chosen))[1]
        numbers = table.program.rows.tags[:, 0]
        read = np.asarray(self._pattern() @ columns.astype(np.int32) > 1)  # one alone is never too many
        touched = {number for number in np.unique(numbers[read]).tolist() if number in table.facts}
        dropped = set[int]()
        for number in sorted(touched):
            if self._is_conflict_without(chosen, {*dropped, number}, seconds):
                dropped.add(number)
        facts = {table.facts[number] for number in touched - dropped}
        return tuple(name for name in table.policy.context.layers if name in facts)

    def plan_of(self, chosen: BoolArray) -> IntArray | None:
        """Return ``[decisions]`` a known plan that keeps some tags; None without one."""
        kept = (plan for plan, kept in zip(self._plans, self._kept, strict=True) if kept[chosen].all())
        return next(kept, None)

    def _is_conflict_without(self, chosen: BoolArray, facts: set[int], seconds: float) -> bool:
        """Return whether it is proved that no plan keeps some tags even without some facts."""
        if self.context.is_stopped or seconds <= 0:
            return False
        program, deadline = self.table.program, Deadline(self.context.budget, Allotment(seconds, None))
        rows = self.table.rows(chosen) & ~np.isin(program.rows.tags[:, 0], [*facts])
        part = replace(program, rows=program.rows.select(rows))
        if any(chosen[tag] for tag in self.table.lazy_tags):
            asked = ConstrainedProgram(part, self.constrained(chosen).cuts)  # no map: zones may overlap
            return find_feasible(asked, None, deadline, self.context).found == "infeasible"
        columns = np.ones(len(program), dtype=np.bool_)
        instance = Subproblem(part, None, {}, (program.lower, program.upper)).restrict(program.lower, columns)
        if instance is None:
            return True
        return minimise(instance, self.context, SearchParams(deadline.left)).found == "infeasible"

    def add_plan(self, decisions: IntArray) -> None:
        """Remember a plan, given as ``[decisions]``, and the tags that it keeps."""
        self._plans.append(decisions)
        self._kept.append(self._kept_tags(decisions))

    def constrained(self, chosen: BoolArray) -> ConstrainedProgram:
        """Return the program of some tags and of all that always holds, as it is written."""
        program = self.table.program
        asked = replace(program, rows=program.rows.select(self.table.rows(chosen)))
        if not any(chosen[tag] for tag in self.table.lazy_tags):
            return ConstrainedProgram(asked, lambda _decisions: [])
        rules = {int(self.table.keys[tag, 0]) for tag in np.flatnonzero(chosen).tolist()}
        policy = replace(
            self.table.policy, rules=tuple(self.table.policy.rules[number] for number in sorted(rules))
        )
        return ConstrainedProgram(asked, lambda decisions: self._cuts(chosen, decisions), policy.adjacency)

    def _is_impossible_alone(self, chosen: BoolArray) -> bool:
        """Return whether a row of these tags without any variable is violated."""
        rows = self.table.program.rows
        empty = np.flatnonzero(np.diff(rows.starts) == 0)
        empty = empty[self.table.rows(chosen)[empty]]
        return bool(((rows.lo[empty] > 0) | (rows.hi[empty] < 0)).any())

    def _search(self, chosen: BoolArray, deadline: Deadline) -> Answer:
        """Search a part of the program without cuts, again while its rows understate the plan found."""
        while True:
            instance = self._instance(chosen)
            if instance is None:
                self.by = BY_ROWS
                return "conflict"
            found = minimise(instance, self.context, SearchParams(deadline.left))
            if found.found == "infeasible":
                self.by = frozenset((CP_SAT,))
                return "conflict"
            if found.values is None:
                return "open"
            program = self.table.program
            plan = evaluate_auxiliaries(program, found.values[None, : program.decisions.count])[0]
            self.add_plan(plan[: program.decisions.count])
            if self._kept[-1][chosen].all():
                return "holds"
            if not self._is_refined(found.values, plan) or deadline.is_over:
                return "open"

    def _is_refined(self, values: IntArray, plan: IntArray) -> bool:
        """Return whether the program has grown by rows without which a solver understated this plan."""
        grown = ConstrainedProgram(self.table.program, lambda _decisions: [])
        if grown.is_priced(values, plan):
            return False
        more = len(grown.program.rows) - len(self.table.program.rows)
        self.table.program = grown.program
        self.table.tag_of = np.concatenate([self.table.tag_of, np.full(more, ALWAYS)])
        self._matrix = None
        return True

    def _search_map(self, chosen: BoolArray, deadline: Deadline) -> Answer:
        """Search by the routes for maps, with the cuts that the chosen rules add."""
        constrained = self.constrained(chosen)
        result = find_any_plan(constrained, deadline, self.context)
        if result.decisions is not None:
            self.add_plan(result.decisions[: self.table.program.decisions.count])
            return "holds" if self._kept[-1][chosen].all() else "open"
        if result.found == "infeasible":
            self.by = frozenset((CP_SAT,))
            return "conflict"
        return "open"

    def _cuts(self, chosen: BoolArray, decisions: IntArray) -> list[RuleCut]:
        """Return the cuts of the chosen rules that a plan violates; the table keeps them."""
        policy = self.table.policy
        roster = Roster(policy.context.layers, self.table.program.decisions.assignments(decisions))
        found = [
            cut
            for tag in sorted(self.table.lazy_tags)
            if chosen[tag]
            for cut in self.table.rule_of(tag).separate(roster, scope_of(policy, self.table.rule_of(tag)))
        ]
        self.table.add_cuts(found)
        self._matrix = None
        return found

    def _kept_tags(self, decisions: IntArray) -> BoolArray:
        """Return ``[tags]`` whether a plan keeps each."""
        table = self.table
        values = evaluate_auxiliaries(table.program, decisions[None, :])
        broken = violated_rows(table.program, values)[0]
        kept = np.ones(len(table), dtype=np.bool_)
        tags = table.tag_of[broken]
        kept[tags[tags != ALWAYS]] = False
        if table.lazy_tags:
            assignments = table.program.decisions.assignments(decisions)
            roster = Roster(table.policy.context.layers, assignments)
            for tag in table.lazy_tags:
                scope = scope_of(table.policy, table.rule_of(tag))
                kept[tag] &= not any(
                    not scope.waives(breach.subject) for breach in table.rule_of(tag).check(roster, scope)
                )
        if (tags == ALWAYS).any():
            kept[:] = False  # no plan: it breaks a fact
        return kept

    def _instance(self, chosen: BoolArray) -> MilpInstance | None:
        """Return the part of the program that some tags are about; None if its rows leave no values."""
        program = self.table.program
        rows, columns = self._closure(self._asked(chosen))
        part = replace(program, rows=program.rows.select(rows))
        problem = Subproblem(part, None, {}, (program.lower, program.upper))
        return problem.restrict(program.lower, columns)

    def _asked(self, chosen: BoolArray) -> BoolArray:
        """Return ``[rows]`` the rows of some tags."""
        asked: BoolArray = self.table.rows(chosen) & (self.table.tag_of != ALWAYS)
        return asked

    def _closure(self, asked: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Return the rows that some rows need, and ``[variables]`` whether each is read by one of them.

        A variable that is not a decision needs every row that defines it and every variable of these; a fact
        needs no further variable, since it holds with those at 0.
        """
        program, matrix = self.table.program, self._pattern()
        always = self.table.tag_of == ALWAYS
        defining = always & program.rows.defining
        others = always & ~defining
        width, decided = len(program), program.decisions.count
        columns = np.asarray(matrix.T @ asked.astype(np.int32) > 0)
        rows = asked.copy()
        if width > decided:
            defines = matrix[:, decided:]
            while True:
                more = defining & ~rows & np.asarray(defines @ columns[decided:].astype(np.int32) > 0)
                if not more.any():
                    break
                rows |= more
                columns |= np.asarray(matrix.T @ more.astype(np.int32) > 0)
        columns |= program.lower > 0
        rows |= others & np.asarray(matrix @ columns.astype(np.int32) > 0)
        return rows, columns

    def _pattern(self) -> csr_array:
        """Return ``[rows, variables]`` where each row reads a variable."""
        if self._matrix is None:
            rows = self.table.program.rows
            ones = np.ones(len(rows.cols), dtype=np.int32)
            self._matrix = csr_array(
                (ones, rows.cols, rows.starts), shape=(len(rows), len(self.table.program))
            )
        return self._matrix
