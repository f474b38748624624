"""Messages of foreign libraries in both languages: a file for each, held by a test to the pinned version."""
