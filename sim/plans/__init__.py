"""The plan as heads by area, force, kind of unit and shift: a table, a workbook to fill in, and settings again."""
