"""Takes credentials out of everything that is shown or kept (C12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit, urlunsplit
from weakref import WeakSet

from fbridge.http.auth import plain
from fbridge.http.secret_forms import (
    LEAST,
    LEAST_IN_DATA,
    exact_forms,
    readings,
    readings_of_all,
    short_forms,
    shows,
    squashed_forms,
)
from fbridge.models.secrets import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from fbridge.models.secrets import Secret

SECRET_PARAMETERS = frozenset(
    {
        "access_token",
        "api_key",
        "client_secret",
        "consumer_key",
        "consumer_secret",
        "key",
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature",
        "oauth_token",
        "password",
        "secret",
        "signature",
        "token",
        "ws_key",
        "x-amz-credential",
        "x-amz-signature",
        "x-goog-credential",
        "x-goog-signature",
    }
)
"""Query parameters that are hidden whatever they hold."""

# A digit or "=" tells a token from the words "Basic authentication".
_CREDENTIALS = re.compile(r"\b(Basic|Bearer) +(?=\S*[\d=])[^\s\"',]{8,}", re.IGNORECASE)
_OAUTH_PARTS = re.compile(r"\b(oauth_(?:consumer_key|token|signature|nonce)=)(\"?)[^\"&,\s]+")


WITHHELD = (
    "What was said here repeats a credential of the store, so it is not shown; whatever of the store's repeats "
    "requests (a debugging plugin, a firewall's page) should be switched off."
)

MOST_REPEATED, LONGEST_REPEATED = 4096, 256
"""So many texts are kept with what is shown of them, and none with more characters."""

_ALIVE: WeakSet[Redactor] = WeakSet()


class Redactor:
    """Hides known secrets in every form they travel in (:mod:`fbridge.http.secret_forms`).

    What is spelled in one piece is cut out of a text; a text in which one shows only after decoding, or after what
    splits it is taken away, is withheld whole.
    """

    def __init__(self, secrets: Iterable[str | Secret] = ()) -> None:
        self._secrets: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._in_words: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()
        self._in_data: tuple[str, ...] = ()
        self._repeated: dict[str, str] = {}
        self.hide(*secrets)
        _ALIVE.add(self)

    def hide(self, *secrets: str | Secret) -> None:
        """Hide these too, from now on (a token that was fetched, the secrets of an auth)."""
        known = self._secrets | {plain(secret) for secret in secrets if plain(secret)}
        if known == self._secrets:
            return
        # All are replaced, never changed, so that other threads see the old or the new.
        self._pattern = exact_forms(known)
        self._in_words = squashed_forms(known, LEAST)
        self._short = short_forms(known)
        self._in_data = squashed_forms(known, LEAST_IN_DATA)
        self._secrets = known
        self._repeated = {}

    def repeated(self, text: str) -> str:
        """The same as :meth:`text` of what is said again and again: names of fields, sentences about orders."""
        known = self._repeated
        shown = known.get(text)
        if shown is None:
            shown = self.text(text)
            if len(known) < MOST_REPEATED and len(text) <= LONGEST_REPEATED:
                known[text] = shown
        return shown

    def text(self, text: str) -> str:
        """Words for people, without secrets and without the tokens of Authorization headers."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        text = _OAUTH_PARTS.sub(rf"\1\2{HIDDEN}", text)
        text = _CREDENTIALS.sub(rf"\1 {HIDDEN}", text)
        return WITHHELD if self._known_in(text) else text

    def data(self, text: str) -> str:
        """A value that programs go on with: as it is, or dots in its place where it repeats a secret.

        It is never changed in part, and short secrets are let be: a password that is also a street's name must
        not take the street out of an address.
        """
        return HIDDEN if self._in_data and shows(readings(text), self._in_data) else text

    def shows_in_data(self, texts: Collection[str]) -> bool:
        """Whether :meth:`data` would withhold one of these; they may be thousands."""
        return bool(self._in_data) and shows(readings_of_all(texts), self._in_data)

    def url(self, url: str) -> str:
        """The URL without secrets, user information and the values of :data:`SECRET_PARAMETERS`."""
        parts = urlsplit(url)
        query = "&".join(_without_value(part) for part in parts.query.split("&")) if parts.query else ""
        bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))
        if self._pattern is not None:
            bare = self._pattern.sub(HIDDEN, bare)
        return f"{parts.scheme}://{HIDDEN}" if self._known_in(bare) else bare

    def _known_in(self, text: str) -> bool:
        return bool(self._secrets) and shows(readings(text), self._in_words, self._short)

    def place(self, url: str) -> str:
        """The URL without its query, for messages."""
        return self.url(url).partition("?")[0]


def without_known_secrets(text: str) -> str:
    """The text without the secrets of all stores that are open in this process: for what several of them write to."""
    for redactor in list(_ALIVE):
        text = redactor.text(text)
    return text


def _without_value(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    if unquote_plus(name).lower() in SECRET_PARAMETERS:
        return f"{name}{equals}{HIDDEN}"
    return parameter
