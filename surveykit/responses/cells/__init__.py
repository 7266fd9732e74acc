"""Cells of files: text tables, workbooks, values, times, labels."""
