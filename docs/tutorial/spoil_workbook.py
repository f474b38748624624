"""Spoil two cells of the starter's workbook, as an example of what a check says.

Run: python docs/tutorial/spoil_workbook.py FILE.xlsx
"""

from __future__ import annotations

import sys

from openpyxl import load_workbook

book = load_workbook(sys.argv[1])
page = book["人员"]
columns = {cell.value: cell.column for cell in page[1]}
page.cell(2, columns["出生"]).value = "1975.1"
page.cell(3, columns["单位"]).value = "U9"
book.save(sys.argv[1])
