"""LEXIMIN panels: the lottery over panels within the quotas whose chances are most equal.

The least chance is maximised first; given that, the next chance; and so on. People who count to the same
quotas form a *type* and have the same chance, so all computations are by type.

Method: Flanigan, Gölz, Gupta, Hennig, Procaccia, *Fair algorithms for selecting citizens' assemblies*,
Nature 596 (2021), by column generation. Unlike the paper, the chances are computed first, by linear programs
with fractional people (``find_targets``); then panels are mixed to these targets (``mix_to_targets``). Only
where no mixture of whole panels attains the targets are the chances computed over whole panels, as in the
paper (``leximin_over_panels``).
"""
