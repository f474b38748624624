"""Zones of larger maps by their centres: plans by flows, a bound by prices, and the proof by branch and cut."""
