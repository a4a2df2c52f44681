"""Names of accounts and tokens: short, and nothing that could be taken for something else."""

from __future__ import annotations

from fbridge.errors import InputError


def known_form(name: str, of: str, longest: int) -> str:
    """The name without blanks around it. Raises InputError for an odd one; ``of`` is what it names."""
    plain = name.strip()
    if not plain or len(plain) > longest or not all(map(_may_stand, plain)):
        raise InputError(
            f"{name!r} is no name of {of}: letters a to z, digits, . _ - and @, at most {longest}.",
            reason="bad_name",
        )
    return plain


def _may_stand(character: str) -> bool:
    return (character.isascii() and character.isalnum()) or character in "._-@"
