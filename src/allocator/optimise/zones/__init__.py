"""Zones of a map: every connected zone that keeps what is asked of one, then an exact cover of the map."""
