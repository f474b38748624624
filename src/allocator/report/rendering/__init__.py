"""Writes reports as text for the terminal: rich tables and lines.

``render_...`` yields several parts, ``..._table`` returns one table, ``..._line`` returns one line. The views
that are rendered do not know this package.
"""
