"""LEXIMIN panels: of all lotteries over panels that keep the quotas, the one whose chances are most equal.

The least favoured person has as high a chance as can be; given that, the next one; and so on. People who
count to the same quotas are one *type* and have the same chance, so all is reckoned in types.

Method: Flanigan, Gölz, Gupta, Hennig, Procaccia, *Fair algorithms for selecting citizens' assemblies*,
Nature 596 (2021), with column generation. Other than there, the chances are found first, by linear programs
without integers (``targets``), then panels whose mixture has them (``mixing``). Only where whole panels
cannot attain them are the chances found over whole panels, as the paper does (``whole``).
"""
