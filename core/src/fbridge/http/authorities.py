"""The certificate authorities that are trusted where a store has none of its own."""

from __future__ import annotations

import os
import ssl

from fbridge.errors import ConfigError
from fbridge.http.bare_httpx import httpx

_AUTHORITIES_NAMED = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def known_authorities() -> ssl.SSLContext:
    """A TLS context with the authorities that everybody trusts, or those that the environment names.

    Raises: ConfigError where the environment names what cannot be read.
    """
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = next(
            (f"{name}={os.environ[name]}" for name in _AUTHORITIES_NAMED if os.environ.get(name)), ""
        )
        raise ConfigError(
            f"The certificates of the authorities cannot be read ({error.strerror or error}): "
            f"{named or 'those of certifi'}. Name a file that is there, or unset the variable.",
            reason="bad_certificate_file",
        ) from None
