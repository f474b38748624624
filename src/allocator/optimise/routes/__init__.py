"""Routes to a plan: each is one class in one file, found by its file."""
