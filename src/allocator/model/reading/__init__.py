"""Reading scenarios: from files that anyone may have written to values that can be trusted."""

from allocator.model.reading.faults import bounded
from allocator.model.reading.files import scenario_digest
from allocator.model.reading.folder import load_scenario, read_spec
from allocator.model.reading.validate import validate_yaml
from allocator.model.reading.yaml_file import YamlDocument, read_yaml

__all__ = [
    "YamlDocument",
    "bounded",
    "load_scenario",
    "read_spec",
    "read_yaml",
    "scenario_digest",
    "validate_yaml",
]
