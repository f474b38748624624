"""Reads scenarios from untrusted files into validated values."""

from allocator.model.reading.fault_list import input_error
from allocator.model.reading.files import scenario_digest
from allocator.model.reading.scenario_reader import SoundPart, load_scenario, read_sound_part, read_spec
from allocator.model.reading.yaml_file import YamlDocument, read_yaml
from allocator.model.reading.yaml_validation import validate_yaml

__all__ = [
    "SoundPart",
    "YamlDocument",
    "input_error",
    "load_scenario",
    "read_sound_part",
    "read_spec",
    "read_yaml",
    "scenario_digest",
    "validate_yaml",
]
