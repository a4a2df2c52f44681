"""The domain: frozen dataclasses and state words, without I/O (docs/architecture.md, "Words")."""
