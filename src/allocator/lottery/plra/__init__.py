"""Lotteries over whole assignments in which no pair is more likely than a bound."""
