"""The engine: finds a plan for a policy, level by level, with a proven bound for each."""
