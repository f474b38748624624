"""One migration a file: a store of an older version is led through those that it has not seen."""
