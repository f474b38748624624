"""Options side by side: what plans have in common, and what not."""
