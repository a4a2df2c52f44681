"""The certificate authorities that are trusted where a store has none of its own."""

from __future__ import annotations

import os
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

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


def begin_reading_authorities() -> None:
    """Read them while something else is done: it takes longer than many a request, and lets other threads work."""
    _being_read()


def usual_authorities() -> ssl.SSLContext:
    """The same context for all stores, which is read once. Raises as :func:`known_authorities`."""
    try:
        return _being_read().result()
    except ConfigError:
        _being_read.cache_clear()  # the file may be there next time
        raise


@cache
def _being_read() -> Future[ssl.SSLContext]:
    pool = ThreadPoolExecutor(1, thread_name_prefix="authorities")
    context = pool.submit(known_authorities)
    pool.shutdown(wait=False)
    return context
