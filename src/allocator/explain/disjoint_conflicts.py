"""All disjoint minimal conflicts: one is found, its tags are taken out, until a plan keeps the rest.

Every conflict is confirmed by a solver that had no part in its proof, while the next one is searched for.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from allocator.explain.conflicts import Conflict, ConflictSet
from allocator.explain.consistency import ConsistencyChecker
from allocator.explain.tag_conflicts import TagConflict, TagConflictSearch
from allocator.explain.tag_table import TagTable
from allocator.model.run import Witnesses
from allocator.optimise.claims import Claim
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.second_proofs import SecondProofSearch
from allocator.solvers.bounds import Bound
from allocator.solvers.deadline import SolveContext


@dataclass(frozen=True)
class DisjointParams:
    """Limits of the search.

    Attributes:
        most: Conflicts that are looked for at most.
        confirm_seconds: Seconds for the second proof of one conflict.
        fact_seconds: Seconds for the question whether a conflict holds without a fact.
    """

    most: int = 50
    confirm_seconds: float = 20.0
    fact_seconds: float = 1.0


DEFAULT_PARAMS = DisjointParams()


def find_disjoint_conflicts(
    table: TagTable, context: SolveContext, seconds: float, params: DisjointParams = DEFAULT_PARAMS
) -> ConflictSet:
    """Return minimal conflicts that share no tag.

    Args:
        table: The tags of a policy.
        context: Seed, budget and stop.
        seconds: Time limit.
        params: Limits of the search.

    Raises:
        ContradictionError: A second solver has found a plan where the first has proved that there is none.
    """
    end = time.monotonic() + seconds
    checker = ConsistencyChecker(table, context)
    search = TagConflictSearch(checker, end)
    left, found, is_complete = np.ones(len(table), dtype=np.bool_), list[_Confirming](), False
    with ThreadPoolExecutor(max_workers=2) as pool:
        while len(found) < params.most:
            conflict = search.find(left)
            if conflict is None:
                is_complete = checker.answer(left, 0.0) == "holds"
                break
            found.append(_Confirming.begin(checker, conflict, context, end, params, pool))
            left[list(conflict.tags)] = False
            if context.is_stopped:
                break
        conflicts = tuple(one.result(table) for one in found)
    return ConflictSet(conflicts, is_complete, cut_short=context.is_stopped)


@dataclass(frozen=True, eq=False)
class _Confirming:
    """A conflict whose second proof is under way."""

    conflict: TagConflict
    by: Witnesses
    facts: tuple[str, ...]
    second: Future[Witnesses]

    @classmethod
    def begin(
        cls,
        checker: ConsistencyChecker,
        conflict: TagConflict,
        context: SolveContext,
        end: float,
        params: DisjointParams,
        pool: ThreadPoolExecutor,
    ) -> _Confirming:
        chosen = np.zeros(len(checker.table), dtype=np.bool_)
        chosen[list(conflict.tags)] = True
        by = conflict.by
        seconds = min(params.confirm_seconds, max(0.5, end - time.monotonic()))
        constrained = checker.constrained(chosen)
        second = pool.submit(_second_proof, constrained, by, context, seconds)
        return cls(
            conflict, by, checker.facts_of(chosen, min(params.fact_seconds, end - time.monotonic())), second
        )

    def result(self, table: TagTable) -> Conflict:
        """Wait for the second proof, and return the conflict."""
        tags = tuple(table.named(tag) for tag in self.conflict.tags)
        return Conflict(tags, self.facts, self.by, self.second.result(), self.conflict.is_minimal)


def _second_proof(
    constrained: ConstrainedProgram, by: Witnesses, context: SolveContext, seconds: float
) -> Witnesses:
    """Return the back ends of a second proof that a program has no plan; none without time for one."""
    [claim] = SecondProofSearch(constrained, context, seconds).run([Claim(None, {}, Bound(by=by))])
    return claim.proof.second
