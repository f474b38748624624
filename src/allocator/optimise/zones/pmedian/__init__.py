"""Zones around centres: the p-median districting problem, its bounds and its searches."""
