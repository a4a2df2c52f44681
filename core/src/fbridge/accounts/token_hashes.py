"""What is kept of a token that a browser or a program carries."""

from __future__ import annotations

from hashlib import sha256


def hash_of(token: str) -> str:
    """Without salt or stretching: a token is 256 random bits, which nobody guesses from a hash."""
    return sha256(token.encode()).hexdigest()
