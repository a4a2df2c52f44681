"""The tokens of programs: made and revoked by managers, used with the HTTP API."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.accounts.names import known_form
from fbridge.accounts.token_hashes import hash_of
from fbridge.context import Context
from fbridge.errors import InputError, NotFoundError
from fbridge.models.accounts import Right
from fbridge.models.api_tokens import LONGEST_TOKEN_NAME, SCOPES, ApiToken, NewApiToken
from fbridge.settings.near_match import did_you_mean
from fbridge.storage.account_tables import api_tokens
from fbridge.storage.events import record
from fbridge.storage.upserts import insert_if_new

_BEGINS = "fbridge_"
"""So that whoever finds one in a file or a log knows what it is; tools that look for leaked secrets do as well."""
_USED_EVERY = timedelta(minutes=5)


class ApiTokens:
    """Which programs may use the HTTP API."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def add(self, name: str, scopes: Collection[Right]) -> NewApiToken:
        """Make a token for a program. Raises InputError (the name is taken or odd, a right that no token has)."""
        name = known_form(name, "a token", LONGEST_TOKEN_NAME)
        kept, at = _known_scopes(scopes), self._context.now()
        token = _BEGINS + secrets.token_urlsafe(32)
        with self._database.write() as connection:
            made = _row(connection, name) is None and insert_if_new(
                connection, api_tokens, name=name, token_hash=hash_of(token), scopes=kept, created_at=at
            )
            if not made:
                raise InputError(f"There is a token {name!r} already.", reason="token_exists")
            words = f"Token {name} was made; it is good for: {', '.join(kept)}."
            record(connection, "token.added", words, at=at)
        return NewApiToken(name=name, scopes=kept, created_at=at, token=token)

    def list(self) -> tuple[ApiToken, ...]:
        """All, by name."""
        with self._database.read() as connection:
            return tuple(map(_token, connection.execute(sa.select(api_tokens).order_by(api_tokens.c.name))))

    def revoke(self, name: str) -> ApiToken:
        """It is good for nothing any more, at once. Raises NotFoundError."""
        with self._database.write() as connection:
            row = _row(connection, name)
            if row is None:
                names = connection.execute(sa.select(api_tokens.c.name)).scalars().all()
                raise NotFoundError(
                    f"There is no token {name!r}.{did_you_mean(name, names)}", reason="unknown_token"
                )
            connection.execute(sa.delete(api_tokens).where(api_tokens.c.name == row.name))
            record(connection, "token.revoked", f"Token {row.name} was revoked.", at=self._context.now())
            return _token(row)

    def who(self, token: str, *, note: bool = True) -> ApiToken | None:
        """Whose token it is; None where it is nobody's, or was revoked. ``note`` that it was used."""
        mine = api_tokens.c.token_hash == hash_of(token)
        with self._database.read() as connection:
            row = connection.execute(sa.select(api_tokens).where(mine)).one_or_none()
        now = self._context.now()
        is_old = row is not None and (row.last_used_at is None or row.last_used_at < now - _USED_EVERY)
        if note and is_old:
            with self._database.write() as connection:
                connection.execute(sa.update(api_tokens).where(mine).values(last_used_at=now))
        return None if row is None else _token(row)


def _known_scopes(scopes: Collection[Right]) -> tuple[Right, ...]:
    kept = tuple(one for one in SCOPES if one in scopes)
    if not kept or len(kept) < len(set(scopes)):
        raise InputError(f"A token is good for one or more of: {', '.join(SCOPES)}.", reason="bad_scope")
    return kept


def _row(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    same = sa.func.lower(api_tokens.c.name) == name.strip().lower()
    return connection.execute(sa.select(api_tokens).where(same)).first()


def _token(row: Row[tuple[object, ...]]) -> ApiToken:
    return ApiToken(
        name=row.name,
        scopes=tuple(map(Right, row.scopes)),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
