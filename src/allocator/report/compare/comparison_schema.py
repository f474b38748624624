"""The JSON Schema of a comparison, for programs that read ``allocator compare --json``."""

from __future__ import annotations

from pydantic import TypeAdapter

from allocator.report.compare.plan_comparison import FORMAT, PlanComparison
from allocator.report.json_schemas import DIALECT, Schema


def comparison_schema() -> Schema:
    """Return the schema of a comparison of options, ``allocator-comparison/1``."""
    schema = TypeAdapter(PlanComparison).json_schema(mode="serialization")
    return {"$schema": DIALECT, **schema, "title": FORMAT}
