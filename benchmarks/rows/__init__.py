"""The rows of the table: each module has one kind of problem and is discovered; ``_row`` is the base."""
