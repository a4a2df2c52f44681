"""Storage: SQLAlchemy Core on one SQLite file or on PostgreSQL (DESIGN.md section 5.6)."""
