"""Rules: packs in YAML, kinds in one file each, selectors in CEL. No solver is imported here."""
