"""Trade-offs: all plans of which none is better than another at every criterion."""
