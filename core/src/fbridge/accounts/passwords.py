"""Passwords: which are taken, and how they are kept (argon2id, by argon2-cffi, with the parameters of RFC 9106)."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from fbridge.errors import InputError, PluginMissingError
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 200
_ONE_AT_A_TIME = Lock()
"""Each takes 64 MiB: many who try at once must not fill the memory."""


def refuse_weak(password: str, name: str) -> None:
    """Raise InputError for a password that is too short, too long, or the account's name."""
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise InputError(
            f"A password has {LEAST_CHARACTERS} to {MOST_CHARACTERS} characters; choose another one.",
            reason="bad_password",
        )
    if password.casefold().strip() == name.casefold():
        raise InputError("A password is not the name itself; choose another one.", reason="bad_password")


def hashed(password: str) -> str:
    """As it is kept. Raises PluginMissingError without the extra."""
    with _ONE_AT_A_TIME:
        return _hasher().hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether the password is the one that is kept. Without one (None) it takes as long, and is not."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _ONE_AT_A_TIME:
        try:
            _hasher().verify(kept or _nobodys(), password)
            return kept is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
        from argon2.profiles import RFC_9106_LOW_MEMORY
    except ModuleNotFoundError as error:
        raise PluginMissingError(
            f"The page of the office needs {error.name}; run: {extra_command('office-web')}"
        ) from error
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
