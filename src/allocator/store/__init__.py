"""The memory: scenarios and plans kept by their content, and a chain of events that is only ever added to."""
