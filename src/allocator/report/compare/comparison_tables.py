"""The tables of a comparison, options as columns: text, Excel, Word and web pages show the same ones."""

from __future__ import annotations

from allocator.report.compare.option_score_tables import ScoreTables
from allocator.report.compare.option_seat_tables import SeatTables
from allocator.report.compare.plan_comparison import PlanComparison
from allocator.report.desk.desk_tables import DeskTable


def comparison_tables(found: PlanComparison, *, every: bool = False) -> tuple[DeskTable, ...]:
    """Return every table of a comparison that has a row, in the order of reports.

    Args:
        found: The comparison.
        every: Whether to list also the rows in which the options do not differ.
    """
    scores, seats = ScoreTables(found, every=every), SeatTables(found, every=every)
    made = (
        scores.overview(),
        scores.rules(),
        scores.rule_texts(),
        scores.judgements(),
        seats.people(),
        seats.units(),
        seats.places(),
        seats.recusals(),
        seats.waivers(),
    )
    return tuple(one for one in made if one.rows)
