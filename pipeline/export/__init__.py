"""Copies of the tables in the forms of other programs: CSV, an Excel workbook, DuckDB, SQLite."""
