"""The one door for files: what is read is looked at first, a path is one file, and every failure is a `DataError`.

`looking` opens files and reads text and JSON; `csv_rules` fixes the dialect of CSV; `duck` opens frames in DuckDB;
`csv_text`, `workbook` and `old_workbook` read CSV, XLSX and XLS as text; `parquet` and `statistics` read Parquet, SPSS
and Stata.
"""
