"""Expressions of rules: CEL over the variables of a scenario. No rule kind is imported here."""
