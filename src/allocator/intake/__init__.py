"""Reads what lies on a planner's desk: rosters, cadre forms, résumés; into the tables of a scenario."""
