"""Zones of larger maps by their centres: plans by flows, a bound by prices, the proof by branch and cut."""
