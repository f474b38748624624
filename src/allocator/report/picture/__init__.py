"""Pictures of plans: view -> input -> shapes, in pure functions; `exporters/svg` writes the shapes."""
