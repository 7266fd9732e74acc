"""Office files: the report's tables as a workbook, the report as a Word document."""
