"""Studies: scenarios x options x seeds x limits, each cell in a process of its own, resumed and compared.

A study is a YAML file. Each cell is one solve; its result is a file named by the hash of what went in.
Nothing here solves or judges: a runner starts a process for each cell and watches it.
"""
