"""The model: organisation, scenario and plan, frozen and typed."""
