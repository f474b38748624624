"""Reports as rich tables and lines; the reports themselves know nothing of how they look."""
