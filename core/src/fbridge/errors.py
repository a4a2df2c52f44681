"""Errors, named by what the caller must do about them.

``str(error)`` is one sentence for a person: what is wrong, where (file, field, store, order), what to do.
``reason`` is a stable code for programs. The command line turns ``exit_code`` into its exit status
(docs/cli.md). Adapters raise these too; the core alone decides about retries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

LONGEST_REASON = 64
"""Of a reason, which may be a store's own code, and that of any of its plugins, so much is kept."""


class FbridgeError(Exception):
    """Base of every error that fbridge expects; anything else is a bug."""

    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    default_reason: ClassVar[str] = "error"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = "".join(filter(str.isprintable, reason or ""))[:LONGEST_REASON] or self.default_reason


class InputError(FbridgeError):
    """Change what was asked: a wrong argument, a wrong file row, an act that the state does not allow."""

    exit_code = ExitCode.USAGE
    default_reason = "bad_input"


class NotFoundError(InputError):
    """Name something that exists; the message offers near matches."""

    default_reason = "not_found"


class ConfigError(FbridgeError):
    """Mend the settings; the message names file, store and field."""

    exit_code = ExitCode.CONFIGURATION
    default_reason = "bad_settings"


class CredentialsError(ConfigError):
    """Mend the store's credentials or the rights of its key."""

    default_reason = "bad_credentials"


class StorageError(FbridgeError):
    """Mend the place of the database: full, unreadable, from a newer version, on a network folder."""

    exit_code = ExitCode.CONFIGURATION
    default_reason = "bad_database"


class DatabaseUnreachableError(StorageError):
    """Try again later: the database server or the network to it is down, or the connection broke."""

    exit_code = ExitCode.UNREACHABLE
    default_reason = "database_unreachable"


class PluginError(FbridgeError):
    """Install or mend a platform plugin."""

    exit_code = ExitCode.PLUGIN
    default_reason = "plugin_broken"


class PluginMissingError(PluginError):
    """Install the plugin of this platform."""

    default_reason = "plugin_missing"


class StoppedError(FbridgeError):
    """Look at it: a guard of ours holds it back; ``str(error)`` says which setting lets it through."""

    exit_code = ExitCode.SOME_FAILED
    default_reason = "stopped"


class RefusedError(FbridgeError):
    """The store said a lasting no; ``str(error)`` holds its own words. Do not send the same again."""

    exit_code = ExitCode.REFUSED
    default_reason = "refused"


class UnreachableError(FbridgeError):
    """Try again later: no network, a gateway error, a rate limit. Nothing was changed by a read."""

    exit_code = ExitCode.UNREACHABLE
    default_reason = "unreachable"

    def __init__(
        self, message: str, *, reason: str | None = None, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class NotSentError(UnreachableError):
    """A write that provably never reached the store (no connection was made). It may be sent again."""

    default_reason = "not_sent"


class UnconfirmedError(UnreachableError):
    """A write without an answer: the store may have done it. Read the store before anything is sent again."""

    default_reason = "no_answer"


class NotSent(FbridgeError):  # noqa: N818 - the contract's word (docs/contract.md), a statement and not a fault
    """Raised by ``push_fulfillment``: these orders were provably not sent; all without a receipt that are
    not named here count as unconfirmed."""

    exit_code = ExitCode.UNREACHABLE
    default_reason = "not_sent"

    def __init__(self, order_ids: Iterable[str], message: str, *, reason: str | None = None) -> None:
        super().__init__(message, reason=reason)
        if isinstance(order_ids, str):  # its letters could be the ids of other orders
            raise TypeError("NotSent takes the ids of several orders, not one text")
        self.order_ids = frozenset(order_ids)
        if not all(isinstance(one, str) for one in self.order_ids):
            raise TypeError("NotSent takes the ids of orders as texts")


class BusyError(FbridgeError):
    """Wait: another fbridge works on this store."""

    exit_code = ExitCode.BUSY
    default_reason = "busy"
