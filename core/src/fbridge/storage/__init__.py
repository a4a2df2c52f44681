"""Storage: SQLAlchemy Core on one SQLite file or on PostgreSQL (docs/architecture.md, "Storage")."""
