"""Pictures of plans: view -> sheet -> shapes -> SVG, each step a pure function that touches no file."""
