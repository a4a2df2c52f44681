"""A person's act at every moment of a push, and what the store and fbridge show afterwards."""
