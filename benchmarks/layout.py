"""Lays out the table as plain text or in Markdown, with a line for each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from benchmarks.outcome import OURS, Outcome, Run

NOTHING = "-"
HEAD = ("problem", "ours", "bound", "gap", "best at", "proved at")
LEGEND = (
    "Lower is better. A peer's column: its value, when it proved that if it did, and (times ours; seconds "
    "until ours was as good). One judge counts all values; infeasible (3) breaks hard rules three times."
)


def text(outcomes: Sequence[Outcome]) -> str:
    """Return the table as plain text, with numbers aligned right."""
    lines = list(_lines(outcomes))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(outcomes: Sequence[Outcome], pictures: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the table in Markdown; a row that has a picture, by its key, links to it."""
    head, *rest = _lines(outcomes)
    rule = ("---", *("--:" for _ in head[1:]))
    linked = (
        (f"[{title}]({pictures[one.key]})" if one.key in pictures else title, *cells)
        for one, (title, *cells) in zip(outcomes, rest, strict=True)
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *linked))


def strongest(outcomes: Iterable[Outcome], count: int) -> list[Outcome]:
    """Return the rows in which our lead over the best peer is greatest, in the order of the table.

    Args:
        outcomes: The rows.
        count: The number of rows at most.
    """
    every = list(outcomes)
    behind = {one.key: lead for one in every if (lead := lead_over_peers(one)) is not None}
    first = sorted(behind, key=lambda key: -behind[key])[:count]
    return [one for one in every if one.key in first]


def lead_over_peers(outcome: Outcome) -> float | None:
    """Return the best peer's cost as a multiple of our cost; None if we or all peers have no plan."""
    ours = outcome.runs.get(OURS, Run()).cost
    costs = [run.cost for name, run in outcome.runs.items() if name != OURS and run.cost is not None]
    return min(costs) / ours if ours and costs else None


def peers_of(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the names of all peers, in the order of their first run."""
    return [name for name in dict.fromkeys(name for one in outcomes for name in one.runs) if name != OURS]


def lacking(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the missing software of each contender that could not run, by its name."""
    return {name: run.lacking for one in outcomes for name, run in one.runs.items() if run.lacking}


def failures(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a line for each run that failed."""
    for one in outcomes:
        for name, run in one.runs.items():
            if run.failed:
                yield f"{one.title}: {name}: {run.failed}"


def notes(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield a line for each run that has a note."""
    for one in outcomes:
        for name, run in one.runs.items():
            if run.note:
                yield f"{one.title}: {name}: {run.note}"


def _lines(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    peers = peers_of(outcomes)
    yield (*HEAD, *peers)
    for one in outcomes:
        run = one.runs.get(OURS, Run())
        own = (result(run), number(run.bound), percent(run.gap), seconds(run.best_at), seconds(run.proved_at))
        yield (
            one.title,
            *own,
            *(beside(run, one.runs[name]) if name in one.runs else NOTHING for name in peers),
        )


def result(run: Run) -> str:
    """Return the cost of a run's plan, or the reason why it has no cost."""
    if run.lacking:
        return NOTHING
    if run.failed:
        return "failed"
    if run.broken:
        return f"infeasible ({sum(run.broken.values())})"
    if run.cost is None:
        return "proved infeasible" if run.status == "infeasible" else "no plan"
    return number(run.cost)


def beside(run: Run, peer: Run) -> str:
    """Return a peer's cost, its ratio to our cost, and the time at which our plan cost no more."""
    found = result(peer)
    if peer.cost is not None and peer.proved_at is not None:
        found += f", proved {seconds(peer.proved_at)}"
    if run.cost is None or peer.cost is None:
        return found
    ratio = f"{peer.cost / run.cost:.2f}x" if run.cost else NOTHING
    at = run.reached(peer.cost)
    return f"{found} ({ratio}; {'never' if at is None else seconds(at)})"


def number(value: float | None) -> str:
    """Return a cost or a bound as text: without decimals from 1000 or where it is whole, else with three."""
    if value is None:
        return NOTHING
    if abs(value) >= 1000 or abs(value - round(value)) < 5e-4:
        return f"{value:,.0f}"
    return f"{value:.3f}"


def percent(part: float | None) -> str:
    return NOTHING if part is None else f"{100 * part:.1f}%" if part else "0"


def seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1f} s"
