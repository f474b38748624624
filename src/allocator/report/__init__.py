"""Reports: what people see of a plan."""
