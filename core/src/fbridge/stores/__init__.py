"""Configured stores: opened for work, checked, listed."""
