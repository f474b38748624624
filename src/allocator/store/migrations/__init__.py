"""The migrations of a store, one file for each version; Alembic takes those that a store has not seen."""
