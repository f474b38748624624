"""Large neighbourhood search: operators, assignment neighbourhoods, repair, and the last tie-break."""
