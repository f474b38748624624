"""Zones of a map: an exact cover by all candidate zones, and heuristics for large maps."""
