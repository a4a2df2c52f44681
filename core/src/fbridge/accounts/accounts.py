"""The accounts of one database: made at the terminal, used on the page."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from fbridge.accounts.names import known_form
from fbridge.accounts.passwords import fits, hashed, refuse_weak
from fbridge.accounts.token_hashes import hash_of
from fbridge.context import Context
from fbridge.errors import InputError, NotFoundError
from fbridge.models.accounts import LONGEST_NAME, Account, Role
from fbridge.settings.near_match import did_you_mean
from fbridge.storage.account_tables import accounts, sign_ins
from fbridge.storage.events import record
from fbridge.storage.upserts import insert_if_new

IDLE = timedelta(hours=8)
LONGEST = timedelta(hours=16)
"""Who has done nothing for so long, or has signed in so long ago, signs in again."""
_SEEN_EVERY = timedelta(minutes=5)
_log = logging.getLogger(__name__)


class Accounts:
    """Who may use the page of the office."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    def add(self, name: str, role: Role, password: str) -> Account:
        """Make an account. Raises InputError (the name is taken or odd, the password too weak)."""
        name = known_form(name, "an account", LONGEST_NAME)
        refuse_weak(password, name)
        kept, at = hashed(password), self._context.now()
        with self._database.write() as connection:
            made = _row(connection, name) is None and insert_if_new(
                connection, accounts, name=name, role=role, password_hash=kept, created_at=at
            )
            if not made:
                raise InputError(f"There is an account {name!r} already.", reason="account_exists")
            record(connection, "account.added", f"Account {name} was added as {role}.", at=at)
        return Account(name=name, role=role, created_at=at)

    def list(self) -> tuple[Account, ...]:
        """All, by name."""
        with self._database.read() as connection:
            return tuple(map(_account, connection.execute(sa.select(accounts).order_by(accounts.c.name))))

    def get(self, name: str) -> Account:
        """One account. Raises NotFoundError."""
        with self._database.read() as connection:
            return _known(connection, name)

    def remove(self, name: str) -> Account:
        """Take an account away; who is signed in with it is signed out. Raises NotFoundError."""
        with self._database.write() as connection:
            found = _known(connection, name)
            _sign_out_all(connection, found.name)
            connection.execute(sa.delete(accounts).where(accounts.c.name == found.name))
            words = f"Account {found.name} was removed."
            record(connection, "account.removed", words, at=self._context.now())
            return found

    def set_role(self, name: str, role: Role) -> Account:
        """Let an account do more, or less; who is signed in with it is signed out. Raises NotFoundError; InputError
        for the last manager who may sign in."""
        with self._database.write() as connection:
            found = _known(connection, name)
            if found.role is role:
                return found
            _refuse_last_manager(connection, found)
            words = f"Account {found.name} is {role} now, and was {found.role}."
            return self._changed(connection, found, "account.role", words, role=role)

    def switch_off(self, name: str) -> Account:
        """Let nobody sign in with an account, and sign out who is. Raises NotFoundError; InputError for the last
        manager who may sign in."""
        with self._database.write() as connection:
            found = _known(connection, name)
            if found.is_off:
                return found
            _refuse_last_manager(connection, found)
            words = f"Account {found.name} is switched off."
            return self._changed(connection, found, "account.off", words, off_since=self._context.now())

    def switch_on(self, name: str) -> Account:
        """Let an account sign in again, with the password that it had. Raises NotFoundError."""
        with self._database.write() as connection:
            found = _known(connection, name)
            if not found.is_off:
                return found
            words = f"Account {found.name} is switched on again."
            return self._changed(connection, found, "account.on", words, off_since=None)

    def change_password(self, name: str, old: str, new: str) -> Account:
        """Somebody gives themself another password; they are signed out everywhere. Raises NotFoundError; InputError
        where the old one is not theirs or the new one too weak."""
        with self._database.read() as connection:
            row = _row(connection, name)
        if not fits(row.password_hash if row else None, old):
            raise InputError("The password that you have is another one.", reason="wrong_password")
        return self.set_password(name, new)

    def set_password(self, name: str, password: str) -> Account:
        """Give another password; who is signed in with it is signed out. Raises NotFoundError, InputError."""
        refuse_weak(password, name)
        kept = hashed(password)
        with self._database.write() as connection:
            found = _known(connection, name)
            words = f"Account {found.name} has another password."
            return self._changed(connection, found, "account.password", words, password_hash=kept)

    def sign_in(self, name: str, password: str) -> str | None:
        """The token of a new sign-in, to be kept by the browser alone; None where name or password are not right."""
        with self._database.read() as connection:
            row = _row(connection, name)
        may = row is not None and row.off_since is None
        if not fits(row.password_hash if row and may else None, password) or row is None:
            return None
        token, now = secrets.token_urlsafe(32), self._context.now()
        with self._database.write() as connection:
            same = sa.select(accounts).where(
                accounts.c.name == row.name,
                accounts.c.password_hash == row.password_hash,
                accounts.c.off_since.is_(None),
            )
            if connection.execute(same.with_for_update()).one_or_none() is None:
                return None  # removed, switched off, or with another password, while this one was looked at
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.seen_at < now - LONGEST))
            connection.execute(
                sa.insert(sign_ins).values(
                    token_hash=hash_of(token), account=row.name, signed_in_at=now, seen_at=now
                )
            )
        _log.info("account %s signed in", row.name)
        return token

    def who(self, token: str, *, note: bool = True) -> Account | None:
        """Who is signed in with this token; None where nobody is, or is no more. ``note`` that they were here."""
        now = self._context.now()
        query = (
            sa.select(accounts, sign_ins.c.seen_at)
            .join(sign_ins, sign_ins.c.account == accounts.c.name)
            .where(
                sign_ins.c.token_hash == hash_of(token),
                sign_ins.c.signed_in_at > now - LONGEST,
                sign_ins.c.seen_at > now - IDLE,
            )
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if note and row is not None and row.seen_at < now - _SEEN_EVERY:
            with self._database.write() as connection:
                seen = sa.update(sign_ins).where(sign_ins.c.token_hash == hash_of(token))
                connection.execute(seen.values(seen_at=now))
        return None if row is None else _account(row)

    def sign_out(self, token: str) -> None:
        """The token is worth nothing any more."""
        with self._database.write() as connection:
            connection.execute(sa.delete(sign_ins).where(sign_ins.c.token_hash == hash_of(token)))

    def _changed(
        self, connection: Connection, found: Account, kind: str, words: str, **values: object
    ) -> Account:
        """Whoever is signed in with it signs in again: what they may do, or by which word, is otherwise now."""
        _sign_out_all(connection, found.name)
        connection.execute(sa.update(accounts).where(accounts.c.name == found.name).values(**values))
        record(connection, kind, words, at=self._context.now())
        return _known(connection, found.name)


def _refuse_last_manager(connection: Connection, found: Account) -> None:
    """Nobody could let anybody in any more, but at the terminal."""
    others = sa.select(accounts.c.name).where(
        accounts.c.role == Role.MANAGER, accounts.c.off_since.is_(None), accounts.c.name != found.name
    )
    is_one = found.role is Role.MANAGER and not found.is_off
    if is_one and connection.execute(others.with_for_update()).first() is None:
        raise InputError(
            f"{found.name} is the last manager who can sign in; make another one first.",
            reason="last_manager",
        )


def _known(connection: Connection, name: str) -> Account:
    row = _row(connection, name)
    if row is None:
        names = connection.execute(sa.select(accounts.c.name)).scalars().all()
        raise NotFoundError(
            f"There is no account {name!r}.{did_you_mean(name, names)}", reason="unknown_account"
        )
    return _account(row)


def _row(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    """Case does not matter: nobody remembers whether they are ``Anna`` or ``anna``."""
    same = sa.func.lower(accounts.c.name) == name.strip().lower()
    return connection.execute(sa.select(accounts).where(same)).first()


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(name=row.name, role=row.role, created_at=row.created_at, is_off=row.off_since is not None)


def _sign_out_all(connection: Connection, name: str) -> None:
    connection.execute(sa.delete(sign_ins).where(sign_ins.c.account == name))
