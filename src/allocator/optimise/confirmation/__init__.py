"""Second proofs: another solver is asked whether any plan contradicts what one solver has proved."""
