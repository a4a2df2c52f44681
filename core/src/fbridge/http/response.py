"""An answer, wholly read, and what can be understood of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

from fbridge.errors import UnreachableError
from fbridge.http.before_store import is_block, known_stranger, stranger_in
from fbridge.http.fresh_reads import cache_sign
from fbridge.http.noise import documents_in, noise_in, spelling, strange_text, whole_json, whole_xml

_A_PAGE_BEGINS = re.compile(r"\s*<(?:!doctype|html|head|body|title)\b", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_A_PAGE = "check the store's URL, its maintenance mode and what stands before it (login page, firewall)"


class Headers(Mapping[str, str]):
    """Headers by name, whatever the case; several of one name are joined by a comma (RFC 9110 5.3)."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            before = self._values.get(name.lower())
            self._values[name.lower()] = value if before is None else f"{before}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of the store. ``url`` is redacted, for messages; ``elapsed`` is of the last try.

    ``on_noise`` is there for answers to reads: these are read also where a store's other software printed into them,
    if what was asked for is whole, and each kind of noise is told to it. An answer to a write counts as it is.
    """

    status: int
    headers: Mapping[str, str]
    url: str
    content: bytes
    elapsed: timedelta
    on_noise: Callable[[str], object] | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status <= 299  # noqa: PLR2004 - the definition of success

    def number(self, name: str) -> int | None:
        """The whole number in this header; None where it holds none, or, from several programs, several."""
        values = {value.strip() for value in self.headers.get(name, "").split(",")}
        only = values.pop() if len(values) == 1 else ""
        return int(only) if _WHOLE.fullmatch(only) else None

    @property
    def text(self) -> str:
        """The body in the charset that the answer names, else UTF-8; U+FFFD for what cannot be decoded."""
        try:
            return self.content.decode(self._charset, errors="replace")
        except (LookupError, UnicodeError):
            return self.content.decode("utf-8", errors="replace")

    @property
    def _charset(self) -> str:
        message = Message()
        message["Content-Type"] = self.headers.get("content-type", "")
        return message.get_content_charset("utf-8")

    @property
    def date(self) -> datetime | None:
        """The store's clock, from the ``Date`` header; aware UTC."""
        return _http_date(self.headers.get("date", ""))

    @property
    def cache_sign(self) -> str:
        """The header that shows that a cache answered in the store's place; "" where none does."""
        return cache_sign(self.headers)

    @property
    def wait_asked(self) -> timedelta | None:
        """How long ``Retry-After`` asks to wait, as seconds or as a date (RFC 9110 10.2.3)."""
        value = self.headers.get("retry-after", "").strip()
        try:
            if value[:1].isdigit():
                return timedelta(seconds=float(value))
        except (ValueError, OverflowError):
            return None
        moment = _http_date(value)
        return max(moment - datetime.now(UTC), timedelta(0)) if moment else None

    def json(self) -> Any:
        """The body as JSON.

        Raises: UnreachableError (``empty_answer``, ``html_instead_of_json`` or ``broken_json``).
        """
        try:
            value = json.loads(self.content)
            if b"\0" in self.content[:4]:  # Python reads UTF-16 without a word
                self._tell(spelling(self.content))
            return value
        except (ValueError, RecursionError):
            whole = whole_json(self.content, self._charset) if self.on_noise else None
        if whole is None:
            raise self._not_json()
        self._tell(whole.noise)
        return whole.value

    @property
    def xml(self) -> bytes:
        """The body as one XML document, without noise around it; what is none, as it is."""
        if self.on_noise is None:
            return self.content
        content, noise = whole_xml(self.content)
        self._tell(noise)
        return content

    def _tell(self, noise: Iterable[str]) -> None:
        if self.on_noise is not None:
            for one in noise:
                self.on_noise(one)

    def _not_json(self) -> UnreachableError:
        answered = f"{self.url} answered (HTTP {self.status})"
        printed = noise_in(self.text)
        if not self.content.strip() and is_block(self.headers):
            stranger = stranger_in(self.status, self.headers, "")
            return UnreachableError(
                f"{answered} with an empty body instead of JSON: {stranger.name}; {stranger.advice}.",
                reason="blocked",
            )
        if not self.content.strip():
            return UnreachableError(
                f"{answered} with an empty body instead of JSON; look into the store's error log.",
                reason="empty_answer",
            )
        if (several := documents_in(self.content)) > 1:
            return UnreachableError(
                f"{answered} with {several} JSON documents one after another instead of one. Which of them counts "
                "nobody can tell; find what prints another one on the store, and switch that off.",
                reason="broken_json",
            )
        if any(words.startswith("PHP ") for words in printed):
            return UnreachableError(
                f"{answered} with no whole JSON, but with a {'; '.join(printed)}; mend that on the store.",
                reason="broken_json",
            )
        strange = "" if _A_PAGE_BEGINS.match(self.text) else strange_text(self.content)
        if self.content.lstrip().startswith(b"<") and not strange:
            return self._a_page(answered)
        if strange:
            return UnreachableError(
                f"{answered} with whole JSON, and other text beside it: {strange!r}. That proves nothing; find what "
                "prints it on the store, and switch that off.",
                reason="broken_json",
            )
        return UnreachableError(
            f"{answered} with broken or cut JSON ({len(self.content)} bytes); try again later.",
            reason="broken_json",
        )

    def _a_page(self, answered: str) -> UnreachableError:
        if self.content.lstrip().startswith(b"<?xml"):
            return UnreachableError(
                f"{answered} with XML instead of JSON: look for a proxy, cache or firewall before the store that "
                "takes the query or the Accept header away.",
                reason="html_instead_of_json",
            )
        stranger = known_stranger(self.status, self.headers, self.text)
        told = f"{stranger.name}; {stranger.advice}" if stranger else _A_PAGE
        return UnreachableError(
            f"{answered} with a web page instead of JSON: {told}.", reason="html_instead_of_json"
        )


def _http_date(value: str) -> datetime | None:
    """None also for a time that no clock shows, as those at either end of the calendar, which nothing can be added to
    or taken from."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
