"""The fbridge plugin of the tutorial, for a small invented platform."""
