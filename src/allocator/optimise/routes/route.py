"""The protocol of a route, and how routes are found: each is one class in one file of this package."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from inspect import isabstract
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from allocator.discovery import named_classes
from allocator.model.plan import Level
from allocator.model.run import CP_SAT, NOBODY, StructureKind, Witnesses, combine_witnesses
from allocator.optimise import routes
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.results import SolveRequest, SolveResult
from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.network import Network, as_network
from allocator.program.program import BoolArray, IntArray
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.solver import Found


@dataclass(frozen=True)
class Applicability:
    """Whether a route applies, and if not, why.

    Attributes:
        applies: Whether it can be tried.
        reason: Why not, as a code such as ``no_map`` or ``within_gap``; empty where it applies.
        rules: Ids of the rules in the way, if rules are the reason.
    """

    applies: bool
    reason: str = ""
    rules: tuple[str, ...] = ()


APPLIES = Applicability(applies=True)


def rejected(reason: str, rules: tuple[str, ...] = ()) -> Applicability:
    """Return that a route does not apply."""
    return Applicability(applies=False, reason=reason, rules=rules)


@dataclass(frozen=True, eq=False)
class RouteResult:
    """The result of a route for a program or one of its levels.

    Attributes:
        found: ``optimal`` and ``infeasible`` are proved; ``unknown`` means neither a plan nor a proof.
        decisions: ``[decisions]`` the plan, or more values of which these are the first; None without any.
        proofs: Cost and bound of each level that was searched.
        refutation: The proof that there is no plan, where that was found.
        is_final: Whether no other route can find more.
    """

    found: Found = "unknown"
    decisions: IntArray | None = None
    proofs: tuple[Proof, ...] = ()
    refutation: Bound | None = None
    is_final: bool = False


Request = TypeVar("Request")
Result = TypeVar("Result")


class Route(ABC, Generic[Request, Result]):
    """A way to a plan.

    Attributes:
        name: The name of the route; ``run.route`` has it for the plans of routes that solve all levels.
        order: Routes of one kind are tried in this order, the least first.
    """

    name: ClassVar[str]
    order: ClassVar[int]

    @abstractmethod
    def applies(self, request: Request) -> Applicability:
        """Return whether the route can be tried; this solves nothing."""

    @abstractmethod
    def solve(self, request: Request) -> Result:
        """Search for a plan, and return it with what is proved of it."""


class PolicyRoute(Route[SolveRequest, SolveResult]):
    """A route for a policy with all its layers: the first one that applies solves it."""


def no_observer(_level: Level) -> Observer:
    """Observe nothing."""
    return NULL_OBSERVER


@dataclass(eq=False)
class ProgramRequest:
    """A program whose levels are to be minimised all at once.

    Attributes:
        constrained: The program.
        context: Seed, budget and stop.
        deadline: The time that the routes may take.
        start: ``[decisions]`` a plan to begin from, or nearly one.
        gap: Relative gap at which a level is good enough.
        observer_of: Returns the observer of a level, which sees costs and bounds of that level, and plans.
    """

    constrained: ConstrainedProgram
    context: SolveContext
    deadline: Deadline
    start: IntArray | None = None
    gap: float = 0.0
    observer_of: Callable[[Level], Observer] = no_observer

    @cached_property
    def network(self) -> Network | None:
        """The program as a network; None if it is none."""
        whole = (
            None
            if undefined_auxiliaries(self.constrained.program)
            else self.constrained.subproblem(None).full()
        )
        return None if whole is None else as_network(whole)


class ProgramRoute(Route[ProgramRequest, RouteResult]):
    """A route that minimises all levels of a program at once.

    Attributes:
        solver: The solver that ``run.route`` names for each level.
        structure: The structure of the programs that it solves, for ``run.structure``.
        proves: The back ends that its proofs stand on.
    """

    solver: ClassVar[str]
    structure: ClassVar[StructureKind] = "none"
    proves: ClassVar[Witnesses]


@dataclass(eq=False)
class LevelRequest:
    """A level that is to be minimised: routes improve its incumbent in turn.

    Attributes:
        incumbent: The incumbent of the level.
        context: Seed, budget and stop.
        deadline: The time that the level may take.
        parts: ``[variables]`` masks of the independent components.
        unproved: The components that are not proved yet.
    """

    incumbent: LevelIncumbent
    context: SolveContext
    deadline: Deadline
    parts: list[BoolArray] = field(init=False)
    unproved: list[BoolArray] = field(init=False)

    def __post_init__(self) -> None:
        parts = self.incumbent.constrained.parts()
        assert parts is not None, "there is a plan"
        self.parts = self.unproved = parts

    @property
    def is_over(self) -> bool:
        """Whether the incumbent is good enough or the time is over."""
        return self.incumbent.is_good_enough or self.deadline.is_over or self.context.is_over

    @property
    def open_variables(self) -> BoolArray:
        """``[variables]``: what may change; also proved components, if they could leave room for others."""
        rest = self.unproved if self.incumbent.constrained.is_tight else self.parts
        return np.asarray(np.logical_or.reduce(rest or self.parts))

    @property
    def given(self) -> Witnesses:
        """The back ends that proved the components that are not searched any more."""
        return NOBODY if len(self.parts) == 1 else combine_witnesses((CP_SAT,), self.incumbent.above)


class LevelRoute(Route[LevelRequest, None]):
    """A route that improves the incumbent of a level and its bound: all that apply are tried in turn.

    Attributes:
        proves: The back ends that its proofs stand on.
    """

    proves: ClassVar[Witnesses]


@cache
def all_routes() -> Sequence[Route[Any, Any]]:
    """Return every route, in the order in which they are tried."""
    found = [one for one in named_classes(routes) if issubclass(one, Route) and not isabstract(one)]
    return [make() for make in sorted(found, key=lambda one: (one.order, one.name))]


def policy_routes() -> list[PolicyRoute]:
    """Return the routes for policies, in the order in which they are tried."""
    return [route for route in all_routes() if isinstance(route, PolicyRoute)]


def program_routes() -> list[ProgramRoute]:
    """Return the routes for all levels of a program, in the order in which they are tried."""
    return [route for route in all_routes() if isinstance(route, ProgramRoute)]


def level_routes() -> list[LevelRoute]:
    """Return the routes for one level, in the order in which they are tried."""
    return [route for route in all_routes() if isinstance(route, LevelRoute)]
