"""PLRA, probability-limited random assignment: lotteries with a bound on the chance of a pair.

No pair of an item and a slot is more likely than the bound, and within it the lottery has the least expected
cost, level by level.

Source: Jecmen, Zhang, Liu, Shah, Conitzer, Fang, *Mitigating manipulation in peer review via randomized
reviewer assignments* (NeurIPS 2020). Chances are spread further as in Xu, Jecmen, Song, Fang, *A
one-size-fits-all approach to improving randomness in paper assignment* (NeurIPS 2023).
"""
