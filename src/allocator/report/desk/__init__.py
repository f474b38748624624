"""A plan as the tables of the planner's desk, without a format: Excel, Word and HTML show the same ones."""
