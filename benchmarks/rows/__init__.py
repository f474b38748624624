"""The rows of the table: each module has a kind of problem, found by its presence; ``_row`` is the base."""
