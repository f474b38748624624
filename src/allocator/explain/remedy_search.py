"""The cheapest sets of changes after which there is a plan: implicit hitting sets.

A conflict names tags that no plan keeps together, so that one of them at least has to go: each remedy makes a
change that takes one away, or leaves out one that added it. The cheapest changes that hit every known
conflict cost no more than any remedy. If a plan keeps the tags that are left, they are the cheapest remedy;
otherwise there is a further conflict (Davies and Bacchus, CP 2011). The next remedy may not have all the
substance of one before it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from scipy.sparse import csr_array

from allocator.explain.conflicts import ConflictSet, RuleTag
from allocator.explain.consistency import ConsistencyChecker
from allocator.explain.remedies import Remedy, RemedySet, RemedyStatus
from allocator.explain.remedy_exceptions import found_shortfalls
from allocator.explain.remedy_program import RemedyProgram
from allocator.explain.tag_conflicts import TagConflictSearch
from allocator.model.run import CP_SAT, Witnesses
from allocator.program.program import INFINITE, BoolArray, Subject
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Allotment, Budget, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.solver import SearchParams
from allocator.verify.judge import judge


@dataclass(frozen=True)
class RemedyParams:
    """Limits of the search.

    Attributes:
        most: Remedies that are looked for at most.
        at_once: Conflicts that are looked for before the changes are chosen anew.
        copies: People of one profile who may be recruited.
        first_seconds: Seconds for a question before a conflict is searched for.
        most_spared: Parts of exceptions that are looked at, whether a plan can do without them.
        spare_seconds: Seconds for each.
    """

    most: int = 5
    at_once: int = 8
    copies: int = 2
    first_seconds: float = 2.0
    most_spared: int = 20
    spare_seconds: float = 0.2


DEFAULT_PARAMS = RemedyParams()


@dataclass(frozen=True)
class _Choice:
    """Changes that hit every conflict, at least cost."""

    changes: tuple[int, ...]
    cost: int
    bound: int
    is_cheapest: bool


def find_remedies(
    policy: Policy,
    seconds: float,
    found: ConflictSet | None = None,
    observer: Observer = NULL_OBSERVER,
    params: RemedyParams = DEFAULT_PARAMS,
) -> RemedySet:
    """Return the cheapest ways out of a policy without a plan.

    Args:
        policy: The policy.
        seconds: Time limit.
        found: Conflicts that are known.
        observer: May stop the search; what was found by then is returned.
        params: Limits of the search.
    """
    began = time.monotonic()
    context = SolveContext(1, Budget(max(0.1, seconds), os.cpu_count() or 1), observer)
    return _RemedySearch(RemedyProgram(policy, params.copies), context, began, seconds, params).run(found)


class _RemedySearch:
    def __init__(
        self,
        program: RemedyProgram,
        context: SolveContext,
        began: float,
        seconds: float,
        params: RemedyParams,
    ) -> None:
        self._program, self._context, self._params = program, context, params
        self._began, self._end = began, began + seconds
        self._checker = ConsistencyChecker(program.table, context)
        self._finder = TagConflictSearch(self._checker, self._end)
        self._conflicts: list[tuple[int, ...]] = []
        self._blocked: list[frozenset[tuple[str, ...]]] = []
        self._refused: list[frozenset[int]] = []
        self._by: Witnesses = frozenset()
        self._bound = 0

    def run(self, known: ConflictSet | None) -> RemedySet:
        """Search until enough remedies are found, or none is left, or time is up."""
        for conflict in () if known is None else known.conflicts:
            self._seed(conflict.tags)
        remedies = list[Remedy]()
        while len(remedies) < self._params.most:
            choice = self._choice()
            if choice is None or not choice.is_cheapest:
                if choice is None and not remedies and not self._is_over:
                    return self._answer(remedies, "none", self._blockers())
                break
            self._bound = choice.bound
            answer = self._try(choice)
            if answer == "open":
                break
            if isinstance(answer, Remedy):
                remedies.append(answer)
        return self._answer(remedies, "found" if remedies else "unknown")

    def _answer(
        self, remedies: Sequence[Remedy], status: RemedyStatus, blockers: tuple[str, ...] = ()
    ) -> RemedySet:
        return RemedySet(
            tuple(remedies),
            status,
            self._bound,
            blockers,
            self._by | {CP_SAT},
            self._context.is_stopped,
            time.monotonic() - self._began,
        )

    def _try(self, choice: _Choice) -> Remedy | str:
        """Return a remedy if a plan keeps what is left after some changes; else learn a conflict."""
        active = self._program.active(choice.changes)
        first = self._checker.answer(active, min(self._params.first_seconds, self._left))
        if first == "holds":
            return self._remedy(choice, active)
        conflict = self._finder.find(active)
        if conflict is None:
            return self._remedy(choice, active) if self._checker.plan_of(active) is not None else "open"
        left = active
        for _ in range(self._params.at_once):
            self._learn(conflict.tags, conflict.by)
            left = left.copy()
            left[list(conflict.tags)] = False
            if self._is_over or self._checker.answer(left, min(1.0, self._left)) != "conflict":
                break
            conflict = self._finder.find(left)
            if conflict is None:
                break
        return "conflict"

    def _remedy(self, choice: _Choice, active: BoolArray) -> Remedy | str:
        """Return a remedy, if its plan keeps the rules as they would be read from the changed files."""
        decisions = self._checker.plan_of(self._tightened(choice, active))
        if decisions is None:
            return "open"
        plan = self._program.table.program.decisions.assignments(decisions)
        policy = self._program.changed_policy(choice.changes)
        if any(one.rule.is_hard and one.breaches for one in judge(policy, plan).findings):
            self._refused.append(frozenset(choice.changes))
            return "refused"
        changes = tuple(self._program.changes[k] for k in choice.changes)
        self._blocked.append(frozenset(one.substance for one in changes))
        shortfalls = found_shortfalls(policy, changes, plan)
        return Remedy(changes, choice.cost, not self._refused, plan, shortfalls)

    def _tightened(self, choice: _Choice, active: BoolArray) -> BoolArray:
        """Return the tags with those that the exceptions need not take away; a plan keeps them."""
        program = self._program
        spared = np.zeros_like(active)
        for k in choice.changes:
            if program.changes[k].kind == "waive":
                spared |= program.freed(k)
        spared &= ~active & program.kept_by_rule(choice.changes)
        for tag in np.flatnonzero(spared)[: self._params.most_spared].tolist():
            tried = active.copy()
            tried[tag] = True
            if self._checker.answer(tried, min(self._params.spare_seconds, self._left)) == "holds":
                active = tried
        return active

    def _seed(self, tags: Sequence[RuleTag]) -> None:
        """Learn a conflict of the policy as it is: people who are not recruited are part of it."""
        table = self._program.table
        numbers = {rule.id: k for k, rule in enumerate(table.policy.rules)}
        chosen = self._program.active(())
        named = {
            (numbers.get(one.rule, -1), *subject) for one in tags for subject in (one.subject, *_pairs(one))
        }
        likely = np.array([tuple(key) in named for key in table.keys.tolist()], dtype=np.bool_)
        likely |= np.array([rule.id.startswith("~") for rule in table.policy.rules])[table.keys[:, 0]]
        likely &= chosen
        conflict = self._finder.find(likely)
        if conflict is not None:
            self._learn(conflict.tags, conflict.by)

    def _learn(self, tags: Collection[int], by: Witnesses) -> None:
        self._conflicts.append(tuple(tags))
        self._by |= by
        self._program.add_exceptions(tuple(tags))

    def _blockers(self) -> tuple[str, ...]:
        """Return the rules of the conflicts that no change hits; without one, of all conflicts."""
        alone = [tags for tags in self._conflicts if not any(self._program.ways(tags))]
        found = alone[:1] or self._conflicts
        return tuple(dict.fromkeys(self._program.base_id(tag) for tags in found for tag in tags))

    # -- the cheapest changes that hit every conflict

    def _choice(self) -> _Choice | None:
        """Return the cheapest changes that hit all known conflicts; None if there are none."""
        program = self._program
        hits = [program.ways(tags) for tags in self._conflicts]
        named = sorted(
            {k for making, _ in hits for k in making} | {k for chain in program.chains for k in chain}
        )
        column = {k: n for n, k in enumerate(named)}
        substances = sorted({program.changes[k].substance for k in named})
        of_substance = {one: len(named) + n for n, one in enumerate(substances)}
        rows: list[tuple[dict[int, int], int, int]] = []
        for making, unmaking in hits:
            terms = {column[k]: 1 for k in making}
            least = 1
            for k in unmaking:
                if k in column and column[k] not in terms:
                    terms[column[k]] = -1
                    least -= 1
                elif k not in column or column[k] in terms:
                    least = -INFINITE  # a change that is never made, or that hits it either way
                    break
            if least > -INFINITE:
                rows.append((terms, least, INFINITE))
        for k, n in column.items():
            rows.append(({n: 1, of_substance[program.changes[k].substance]: -1}, -INFINITE, 0))
        for group in program.groups:
            rows.append(({column[k]: 1 for k in group if k in column}, -INFINITE, 1))
        for chain in program.chains:
            rows += [({column[a]: -1, column[b]: 1}, -INFINITE, 0) for a, b in pairwise(chain)]
        for blocked in self._blocked:
            if all(one in of_substance for one in blocked):
                rows.append(({of_substance[one]: 1 for one in blocked}, -INFINITE, len(blocked) - 1))
        for refused in self._refused:
            rows.append(({column[k]: 1 for k in refused}, -INFINITE, len(refused) - 1))
        if any(not terms and least > 0 for terms, least, _ in rows):
            return None
        costs = [program.changes[k].cost for k in named] + [0] * len(substances)
        return self._solved(named, costs, [row for row in rows if row[0]])

    def _solved(
        self, named: list[int], costs: list[int], rows: list[tuple[dict[int, int], int, int]]
    ) -> _Choice | None:
        if not rows:
            return _Choice((), 0, 0, is_cheapest=True)
        width = len(costs)
        starts = np.cumsum([0, *(len(terms) for terms, _, _ in rows)])
        cols = np.array([k for terms, _, _ in rows for k in terms], dtype=np.int64)
        coefs = np.array([c for terms, _, _ in rows for c in terms.values()], dtype=np.int64)
        instance = MilpInstance(
            columns=np.arange(width),
            bounds=(np.zeros(width, dtype=np.int64), np.ones(width, dtype=np.int64)),
            matrix=csr_array((coefs, cols, starts), shape=(len(rows), width)),
            sides=(
                np.array([low for _, low, _ in rows], dtype=np.int64),
                np.array([high for _, _, high in rows], dtype=np.int64),
            ),
            objective=np.array(costs, dtype=np.int64),
            constant=0,
            fixed=np.zeros(width, dtype=np.int64),
        )
        result = minimise(instance, self._context, SearchParams(Allotment(max(0.05, self._left), None)))
        if result.found == "infeasible":
            return None
        if result.values is None or result.cost is None:
            return _Choice((), 0, result.bound, is_cheapest=False)
        chosen = tuple(k for n, k in enumerate(named) if result.values[n] > 0)
        return _Choice(chosen, result.cost, result.bound, is_cheapest=result.found == "optimal")

    @property
    def _left(self) -> float:
        return max(0.0, self._end - time.monotonic())

    @property
    def _is_over(self) -> bool:
        return self._context.is_stopped or self._left <= 0


def _pairs(tag: RuleTag) -> Iterator[Subject]:
    """Yield the pairs that stand for a tag of more than two items: exceptions are made pair by pair."""
    if len(tag.items) > 2:
        yield from (tag.subject._replace(item=a, other=b) for a, b in permutations(tag.items, 2))
