"""What a store's surroundings ask of each request beside the platform's own credentials (docs/settings.md)."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fbridge.errors import ConfigError
from fbridge.http.auth import plain
from fbridge.models.secrets import Secret

AUTHORIZATION = "authorization"
_NONE = Secret("")


class CredentialsIn(StrEnum):
    """Where the platform's credentials travel, where it takes them in both places."""

    HEADER = "header"
    QUERY = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class WayThrough:
    """The settings of a store by which requests get through what stands before it.

    ``http_user`` and ``http_password`` are for the web server's own password protection (HTTP Basic), ``ca_file``
    vouches for the store's certificate beside the usual authorities, ``client_certificate`` (with ``client_key``, or
    both in one file) is shown to the server. ``proxy`` is a URL without user.
    """

    user_agent: str = ""
    http_user: str = ""
    http_password: Secret = _NONE
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, Secret] = field(default_factory=dict)
    credentials_in: CredentialsIn = CredentialsIn.HEADER
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    proxy: str = ""
    proxy_user: str = ""
    proxy_password: Secret = _NONE

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must not be shown."""
        passwords = (self.http_password, self.proxy_password, *self.secret_headers.values())
        encoded = self._basic.removeprefix("Basic ") if self.http_user else ""
        return tuple(filter(None, (*map(plain, passwords), encoded)))

    @property
    def header_is_free(self) -> bool:
        """Whether the platform's credentials may travel in the Authorization header."""
        return not self.http_user and self.credentials_in is CredentialsIn.HEADER

    @property
    def _basic(self) -> str:
        pair = f"{self.http_user}:{plain(self.http_password)}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def headers_beside(self, signature: Mapping[str, str]) -> dict[str, str]:
        """All headers that go with a signed request, the signature's among them, names in small letters.

        Raises: ConfigError where the platform signs in the header that is not free.
        """
        signed = {name.lower(): value for name, value in signature.items()}
        if AUTHORIZATION in signed and not self.header_is_free:
            raise self._header_is_taken()
        added = {name.lower(): value for name, value in self.headers.items()}
        added |= {name.lower(): plain(value) for name, value in self.secret_headers.items()}
        if self.user_agent:
            added["user-agent"] = self.user_agent
        if self.http_user:
            added[AUTHORIZATION] = self._basic
        return added | signed

    def _header_is_taken(self) -> ConfigError:
        why = "http_user" if self.http_user else 'credentials_in = "query"'
        return ConfigError(
            f"The setting {why} cannot be used with this store: its platform takes these credentials in the "
            "Authorization header alone. Let the web server pass the store's API without a password of its own.",
            reason="header_taken",
        )

    @property
    def has_certificates(self) -> bool:
        """Whether TLS is to be verified by another file, or our own certificate shown."""
        return self.ca_file is not None or self.client_certificate is not None

    @property
    def proxy_login(self) -> tuple[str, str] | None:
        """User and password for the proxy."""
        return (self.proxy_user, plain(self.proxy_password)) if self.proxy_user else None

    def vouched(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The TLS context, which knows the store's authority and our certificate too.

        Raises: ConfigError.
        """
        try:
            if self.ca_file:
                context.load_verify_locations(self.ca_file)
        except OSError as error:
            raise _unreadable("ca_file", self.ca_file, error) from None
        try:
            if self.client_certificate:
                context.load_cert_chain(self.client_certificate, self.client_key, password=_no_password)
        except (OSError, ValueError) as error:
            raise _unreadable("client_certificate", self.client_certificate, error) from None
        return context


def _no_password() -> str:
    """Never ask at the terminal for the password of a key."""
    return ""


def _unreadable(name: str, path: Path | None, error: Exception) -> ConfigError:
    return ConfigError(
        f"The file of the setting {name}, {path}, cannot be used: {getattr(error, 'strerror', None) or error}.",
        reason="bad_certificate_file",
    )
