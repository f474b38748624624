"""Messages of other libraries in both languages: one module each, tested against the pinned version."""
