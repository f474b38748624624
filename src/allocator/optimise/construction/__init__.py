"""Plans to begin from: made layer by layer, by a flow, near a hint, or by a search for any plan."""
