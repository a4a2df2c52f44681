"""The domain: frozen dataclasses and state words, without I/O (DESIGN.md sections 1, 3 and 4)."""
