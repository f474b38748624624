"""The structure of a program: which slots, items and decisions its variables, rows and costs belong to."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.subproblem import MilpInstance

#: The slot of a variable that depends on several slots, or on none.
ACROSS = -1
#: Columns of a tag: the rule, the item, the slot, the role, and the part that the rule counts by.
_RULE, _ITEM, _SLOT, _ROLE, _PART = 0, 1, 2, 3, 6
#: Independent components of fewer variables than this are joined: a solver call costs more than it saves.
MIN_COMPONENT = 500
#: A maximum of more expressions than this is worth a branch. A distance is a maximum of two.
FEW_EXPRESSIONS = 2


def variable_slots(program: Program) -> IntArray:
    """Return ``[variables]`` the slot that each depends on, numbered over all layers, or ``ACROSS``."""
    found, count = np.full(len(program), ACROSS, dtype=np.int64), 0
    for grid in program.decisions.grids.values():
        _, slots, _, _ = there = np.nonzero(grid >= 0)
        found[grid[there]] = count + slots
        count += grid.shape[1]
    definitions = program.definitions
    for group, terms in definitions.ranks:
        starts = definitions.start[group.start : group.stop + 1]
        edges = terms.indptr[starts - starts[0]].astype(np.int64)
        filled = np.flatnonzero(np.diff(edges))
        if len(filled):
            of = found[terms.indices]
            low, high = (ends.reduceat(of, edges[filled]) for ends in (np.minimum, np.maximum))
            found[definitions.cols[group][filled]] = np.where(low == high, low, ACROSS)
    return found


def dependents(program: Program, decisions: IntArray) -> BoolArray:
    """Return ``[variables]``: the given decisions, and every auxiliary that depends on any of them."""
    definitions = program.definitions
    touched = np.zeros(len(program), dtype=np.bool_)
    touched[decisions] = True
    for rank in np.unique(definitions.rank):
        group = np.flatnonzero(definitions.rank == rank)
        ends = definitions.start[group[0]], definitions.start[group[-1] + 1]
        terms = definitions.expr_start[ends[0]], definitions.expr_start[ends[1]]
        before = np.concatenate([[0], np.cumsum(touched[definitions.term_cols[terms[0] : terms[1]]])])
        first = definitions.expr_start[definitions.start[group]] - terms[0]
        last = definitions.expr_start[definitions.start[group + 1]] - terms[0]
        touched[definitions.cols[group]] = before[last] > before[first]
    for one in undefined_auxiliaries(program):
        touched[one.column] = touched[one.members].any()
    return touched


def antecedents(program: Program, columns: IntArray) -> BoolArray:
    """Return ``[decisions]``: the decisions that any of the given variables is or depends on."""
    definitions = program.definitions
    touched = np.zeros(len(program), dtype=np.bool_)
    touched[columns] = True
    for one in undefined_auxiliaries(program):
        touched[one.members] |= touched[one.column]
    for group, terms in reversed(definitions.ranks):
        expressions = np.diff(definitions.start[group.start : group.stop + 1])
        is_read = np.repeat(touched[definitions.cols[group]], expressions)
        touched[terms.indices[np.repeat(is_read, np.diff(terms.indptr))]] = True
    return touched[: program.decisions.count]


def branching_variables(program: Program) -> BoolArray:
    """Return ``[variables]``: the variables that a branch and cut has to branch on.

    These are decisions, auxiliaries without a definition, auxiliaries that need not be whole, and ranges. An
    auxiliary that is a sum, a distance or a square of decisions is whole where these are; a continuous one
    spares cuts and branches. Postings of 250 people with squares are proved in 17 to 30 s so; none was in a
    minute before. A maximum of several is worth a branch though, since it bounds all of them: where loads of
    eight groups are to be even, the proof took 5 s without and takes 2 s.
    """
    definitions, found = program.definitions, np.ones(len(program), dtype=np.bool_)
    is_sum = (definitions.divisor == 1) & (definitions.nth == 1)
    is_whole = is_sum & (np.diff(definitions.start) <= FEW_EXPRESSIONS)
    found[definitions.cols[is_whole]] = False
    return found


def penalty_by_place(program: Program, values: IntArray, level: int, layer: str, axis: int) -> IntArray:
    """Return ``[places]`` the penalty of a plan at a level, by item (axis 0) or slot (axis 1) of a layer.

    A penalty about an item of another layer with the same number is counted too: the tags of a program do
    not name their layer, and a choice of where to search need not be exact.
    """
    costs = program.costs
    places = program.decisions.grids[layer].shape[axis]
    subject = costs.tags[:, _ITEM if axis == 0 else _SLOT]
    amounts = np.where(costs.levels == level, values[costs.cols] * costs.coefs, 0)
    counted = (subject >= 0) & (subject < places) & (amounts > 0)
    result = np.zeros(places, dtype=np.int64)
    np.add.at(result, subject[counted], amounts[counted])
    return result


def item_features(program: Program, layer: str) -> csr_array:
    """Return ``[items, n]`` 0/1: for which of ``n`` counts of rules each item of a layer counts.

    A head and a cadre count for different seats; two cadres count for the same, and could change places.
    """
    rows, grid = program.rows, program.decisions.grids[layer]
    item = np.full(len(program), -1, dtype=np.int64)
    there = np.argwhere(grid >= 0)
    item[grid[tuple(there.T)]] = there[:, 0]
    _, count = np.unique(rows.tags[:, [_RULE, _ROLE, _PART]], axis=0, return_inverse=True)
    of_row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    mine = (item[rows.cols] >= 0) & ~rows.defining[of_row]
    found = csr_array(
        (np.ones(int(mine.sum()), dtype=np.int64), (item[rows.cols[mine]], count[of_row[mine]])),
        shape=(grid.shape[0], int(count.max(initial=-1)) + 1),
    )
    found.sum_duplicates()
    return csr_array((np.ones_like(found.data), found.indices, found.indptr), found.shape)


def similarity(features: csr_array, item: int) -> IntArray:
    """Return ``[items]`` the number of features that each shares with ``item``, less those of one alone."""
    common = np.asarray(features @ features[[item]].toarray()[0])
    size = np.asarray(features.sum(axis=1))
    return np.asarray(2 * common - size - size[item])


def independent_components(problem: MilpInstance) -> list[IntArray]:
    """Return the variables (of the program) of each independent component, the smallest first.

    No row reads variables of two components. Small components are joined up to ``MIN_COMPONENT`` variables.
    """
    rows, count = problem.matrix.shape
    terms = problem.matrix.tocoo()
    edges = (np.ones(len(terms.col), dtype=np.int8), (terms.row + count, terms.col))
    _, label = connected_components(coo_array(edges, shape=(count + rows,) * 2), directed=False)
    order = np.argsort(label[:count], kind="stable")
    sizes = np.unique(label[:count], return_counts=True)[1]
    groups = np.split(problem.columns[order], np.cumsum(sizes)[:-1]) if count else []
    return _join_small(sorted(groups, key=len))


def _join_small(groups: list[IntArray]) -> list[IntArray]:
    """Return the groups, given by size, with small ones joined until each has ``MIN_COMPONENT`` variables."""
    joined: list[IntArray] = []
    for group in groups:
        if joined and len(joined[-1]) < MIN_COMPONENT:
            joined[-1] = np.concatenate([joined[-1], group])
        else:
            joined.append(group)
    return joined
