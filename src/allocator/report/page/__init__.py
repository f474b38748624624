"""A plan as one HTML file for offline reading: markup, sections, and the style and script as data files."""
