"""A scenario as an Excel workbook: written with drop-downs and notes, and marked where it has faults."""
