"""Orders: fetched, stored, listed."""
