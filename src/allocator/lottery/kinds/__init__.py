"""The kinds of draws, one file each; a new one is found by its presence."""
