"""The version of fbridge."""

__version__ = "0.1.0"
