"""Reads tables that people and programs write (CSV, XLSX, XLS, ODS, JSON, fixed width), and guesses nothing."""
