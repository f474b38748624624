"""Tightness of the linear relaxation of every kind of rule, in the small world of the examples.

Each decision has a random cost. A rule raises the cost of the cheapest plan, because it forbids plans or
charges for them. The relaxation of its rows finds a part of that increase, all of it if the rows are the
integer hull. The loss is the rest: 0 for rows as tight as can be, 1 for rows without any effect.

Run ``PYTHONPATH=src:tests python -m hulls`` to write the table of ``docs/formulations.md`` again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.lazy_auxiliaries import add_benders_rows, violated_benders
from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.subproblem import level_objective
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import layers_read
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from example_scenario import example_rule
from worlds import HARD, Trial, trials, world_of

PAGE = Path(__file__).parents[1] / "docs" / "formulations.md"
BEGIN, END = "<!-- table -->", "<!-- end of the table -->"
SEEDS = range(12)
#: Decisions cost from minus this to plus this, so that some are worth taking.
DEAREST = 9
#: Costs of a unit of breach, in turn: less than most decisions cost, about as much, more.
WEIGHTS = (2, 5, 20)
EPS = 1e-6


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The rows of a program, over whole numbers or relaxed."""

    program: Program

    @cached_property
    def _rows(self) -> LinearConstraint:
        rows, shape = self.program.rows, (len(self.program.rows), len(self.program))
        matrix = csr_array((rows.coefs.astype(float), rows.cols, rows.starts), shape=shape, copy=True)
        matrix.sum_duplicates()
        low = np.where(rows.lo <= -INFINITE, -np.inf, rows.lo)
        return LinearConstraint(matrix, low, np.where(rows.hi >= INFINITE, np.inf, rows.hi))

    def least(self, price: IntArray, *, whole: bool) -> float | None:
        """Return the minimum of ``price`` ``[variables]``, None if there is no plan.

        Over whole numbers, lazy rows are added until the plan has its true cost.
        """
        grown = self
        while True:
            found = grown._found(price, whole=whole)
            if found is None or not whole:
                return None if found is None else float(price @ found)
            plan = found.round().astype(np.int64)
            true = evaluate_auxiliaries(self.program, plan[None, : self.program.decisions.count])[0]
            missing = violated_benders(grown.program, plan, true)
            if not missing:
                return float(price @ found)
            grown = Relaxation(add_benders_rows(grown.program, missing, true))

    def _found(self, price: IntArray, *, whole: bool) -> np.ndarray | None:
        found = milp(
            price.astype(float),
            constraints=self._rows if len(self.program.rows) else (),
            bounds=Bounds(self.program.lower, self.program.upper),
            integrality=np.full(len(price), int(whole)),
        )
        assert found.status in (0, 2), found.message
        return None if found.x is None else np.asarray(found.x)

    def price(self, seed: int) -> tuple[IntArray, int]:
        """Return ``[variables]`` costs, random for decisions and by weight for breaches, and a constant."""
        count, weight = self.program.decisions.count, WEIGHTS[seed % len(WEIGHTS)]
        price = np.zeros(len(self.program), dtype=np.int64)
        price[:count] = np.random.default_rng(seed).integers(-DEAREST, DEAREST + 1, size=count)
        for level in self.program.levels:
            price += weight * level_objective(self.program, level)
        return price, weight * sum(amount for *_, amount in self.program.constants)


@dataclass(frozen=True)
class Loss:
    """Sums over random costs: the increase of the cheapest plan, and the part that relaxations miss."""

    added: float = 0.0
    unseen: float = 0.0

    def __add__(self, other: Loss) -> Loss:
        return Loss(self.added + other.added, self.unseen + other.unseen)

    @property
    def part(self) -> float:
        """The part of the increase that is missed; 0 without an increase."""
        return self.unseen / self.added if self.added > EPS else 0.0


def with_takes(context: RuleContext, rules: Iterable[Rule]) -> Policy:
    """Return the policy of some rules and the takes of their layers."""
    rules = tuple(rules)
    if not any(rule.kind == "keep" or getattr(rule, "against", "") == "baseline" for rule in rules):
        context = replace(context, baseline=None)
    takes = (
        example_rule({"kind": "take", "on": name, "places": layer.spec.take}, id=f"take.{name}")
        for name, layer in context.layers.items()
    )
    return Policy(context, (*takes, *rules), (), {})


def loss_of(trial: Trial) -> Loss:
    """Return the loss of a rule over all seeds; it is compared with the program without the rule."""
    rule = trial.rule(weight=1)
    context = world_of(frozenset(layers_read(rule)))
    free, ruled = (Relaxation(with_takes(context, rules).compile()) for rules in ((), (rule,)))
    total = Loss()
    for seed in SEEDS:
        price, constant = ruled.price(seed)
        best = ruled.least(price, whole=True)
        if best is None:
            continue
        without = free.least(free.price(seed)[0], whole=True)
        relaxed = ruled.least(price, whole=False)
        assert without is not None and relaxed is not None, "there is a plan"
        assert without - EPS <= relaxed + constant and relaxed <= best + EPS, (str(trial), seed)
        total += Loss(best + constant - without, best - relaxed)
    return total


def loss_of_kind(kind: type[Rule], level: str | int) -> float | None:
    """Return the loss of a kind's examples at a level, None if it cannot be soft."""
    chosen = trials({kind.name: kind}, [level])
    return sum(map(loss_of, chosen), Loss()).part if chosen else None


def table(losses: Mapping[str, tuple[float | None, float | None]]) -> str:
    """Return the table of losses, the greatest first."""
    by_loss = sorted(losses.items(), key=lambda entry: (-max(loss or 0.0 for loss in entry[1]), entry[0]))
    lines = [f"| `{name}` | {_shown(hard)} | {_shown(soft)} |" for name, (hard, soft) in by_loss]
    return "\n".join(["| kind | hard | soft |", "|---|---|---|", *lines])


def recorded() -> dict[str, tuple[float | None, float | None]]:
    """Return the losses in the table of the page."""
    inside = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in inside.strip().splitlines()[2:]]
    return {name.strip("`"): (_read(hard), _read(soft)) for name, hard, soft in rows}


def _shown(loss: float | None) -> str:
    return "" if loss is None else f"{100 * loss:.1f}%"


def _read(cell: str) -> float | None:
    return float(cell.rstrip("%")) / 100 if cell else None


def main() -> None:
    """Write the table."""
    losses = {name: (loss_of_kind(kind, HARD), loss_of_kind(kind, 1)) for name, kind in all_kinds().items()}
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(losses)}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
