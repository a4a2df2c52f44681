"""The client that adapters use as ``store.http``: the only module that knows httpx."""

from __future__ import annotations

import json as json_lib
import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from time import monotonic
from typing import Any, BinaryIO, Self

from fbridge.errors import ConfigError, NotSentError, RefusedError, UnconfirmedError, UnreachableError
from fbridge.http.auth import Auth
from fbridge.http.authorities import begin_reading_authorities, known_authorities, usual_authorities
from fbridge.http.bare_httpx import httpx
from fbridge.http.body_reader import ACCEPTED_ENCODINGS, BodyError, copy_body, read_body
from fbridge.http.connections import open_client
from fbridge.http.diagnoses import cached
from fbridge.http.exchange import OnExchange, Recorder
from fbridge.http.fresh_reads import NO_CACHE, new_read_mark, with_read_mark, without_read_mark
from fbridge.http.last_moment import LastMoment
from fbridge.http.rate_limit import waiter
from fbridge.http.redaction import Redactor
from fbridge.http.response import Headers, Response
from fbridge.http.retries import PASSING_STATUSES, RetryPolicy, no_exception, read_with_retries
from fbridge.http.urls import Params, clean_base_url, followed, is_safe_place, join
from fbridge.http.way_through import WayThrough
from fbridge.models.secrets import Secret
from fbridge.version import __version__

USER_AGENT = f"fbridge/{__version__}"
LARGEST_ANSWER = 32 * 1024 * 1024
MOST_HOPS = 3
MOST_NOISE = 5

_NO_CONNECTION = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_FAULTS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, BodyError)

# These write whole URLs and signatures into the log, which fbridge.http does in a redacted form.
for _name in ("httpx", "httpcore", "oauthlib", "stamina"):
    logging.getLogger(_name).setLevel(logging.ERROR)


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class _Call:
    """One request before it is signed. ``into`` takes the body of a good answer that may be too large for memory."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    about: frozenset[str] = frozenset()
    signed: bool = True
    into: BinaryIO | None = None
    write: bool = False


class StoreHttp:
    """HTTP with one store: signed, rate-limited, redacted, size-limited, TLS verified, no cookies kept.

    ``read`` is tried again while a fault may pass; ``write`` goes out exactly once. Safe for several threads.
    Times are seconds. ``secrets`` never show in messages, logs and exchanges; those of the auth are known.
    ``on_exchange`` gets an :class:`~fbridge.http.exchange.Exchange` for every try, in its thread.
    ``before_write`` is called before each write, and once more right before its first byte where that took a while;
    what it raises stops that write. ``before_request`` is called before each try of anything, in its thread.
    ``redactor`` takes them out of whatever else comes from the store.
    ``exchange_fields`` are the JSON keys whose values an exchange may keep (``Platform.exchange_fields``).
    ``way_through`` is what the store's surroundings ask of each request.
    ``read_marks`` gives values that were never used before, one for each try of a fresh read.

    Raises: ConfigError where ``base_url`` is no URL, or plain http to another machine without ``allow_http``.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: Auth | None = None,
        timeout: float = 30.0,
        connect_timeout: float = 10.0,
        requests_per_second: float | None = None,
        allow_http: bool = False,
        secrets: Iterable[str | Secret] = (),
        on_exchange: OnExchange | None = None,
        exchange_fields: frozenset[str] = frozenset(),
        largest_answer: int = LARGEST_ANSWER,
        retry_policy: RetryPolicy | None = None,
        read_marks: Callable[[], str] = new_read_mark,
        way_through: WayThrough | None = None,
    ) -> None:
        self.base_url = _checked(base_url, allow_http=allow_http)
        self.way_through = way = way_through or WayThrough()
        self.redactor = Redactor([*secrets, *way.secrets])
        self._recorder = Recorder(self.redactor, exchange_fields, on_exchange)
        self._noise: list[str] = []
        self._wait_for_turn = waiter(requests_per_second)
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._largest_answer = largest_answer
        self._retry_policy = retry_policy or RetryPolicy()
        self._read_marks = read_marks
        self._own_certificates = way.vouched(known_authorities()) if way.has_certificates else None
        if self._own_certificates is None:
            begin_reading_authorities()
        self.auth = auth
        self.before_write: Callable[[], object] = _nothing
        self.before_request: Callable[[], object] = _nothing

    @property
    def auth(self) -> Auth | None:
        """Who signs the requests; the adapter's client sets it once."""
        return self._auth

    @auth.setter
    def auth(self, auth: Auth | None) -> None:
        self._auth = auth
        self.hide(*getattr(auth, "secrets", ()))

    @property
    def noise(self) -> tuple[str, ...]:
        """What else the store's software wrote into answers that were read all the same: some kinds, in words."""
        return tuple(self._noise)

    def hide(self, *secrets: str | Secret) -> None:
        """Never show these: a token that was obtained on the way."""
        self.redactor.hide(*secrets)

    def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        retry: bool = True,
        final: Callable[[Response], bool] = no_exception,
        follow: bool = True,
        fresh: bool = False,
    ) -> Response:
        """Ask for something; nothing on the store changes by it.

        ``fresh`` is for what decides about a write: the store itself has to answer. Each try has a URL that was never
        used before (a POST, which no cache keeps by its URL, has its own), and an answer by which a cache shows
        itself (``Response.cache_sign``) counts as a fault that may pass.

        ``path`` is joined to ``base_url``. Tried again on connection faults, 429, 500, 502, 503 and 504, unless
        the answer is ``final``, waiting as ``Retry-After`` asks; what the last try gave counts, so a 503 may be
        returned. Redirects are followed on the same host only; others are returned, and all of them
        without ``follow``.

        Raises: UnreachableError (``no_connection``, ``bad_certificate``, ``no_answer``, ``answer_too_large``,
        ``broken_encoding``; of a fresh read ``cached_answer``).
        """
        call = self._call(method, path, params, json, content, NO_CACHE | dict(headers or {}))
        once = self._follow if follow else self._read_once
        read_once = partial(self._read_fresh, once, call) if fresh else partial(once, call)
        return read_with_retries(read_once, self._retry_policy, final) if retry else read_once()

    def download(self, url: str, into: BinaryIO) -> None:
        """Copy a file of any size, which the store names by its whole URL, on whatever host that is.

        The store's credentials do not go there. Tried again as a read is, each time from the beginning of ``into``.

        Raises: RefusedError (``download_refused``; such URLs expire); UnreachableError (``insecure_url`` where the
        place has no TLS, and as :meth:`read`).
        """
        if not is_safe_place(url):
            raise UnreachableError("The store names a file by what is no https URL.", reason="insecure_url")
        headers = {"accept": "*/*", "accept-encoding": "identity", "user-agent": USER_AGENT}
        call = _Call("GET", url, headers, b"", signed=False, into=into)
        answer = read_with_retries(partial(self._read_once, call), self._retry_policy)
        if answer.ok:
            return
        words = f"The file at {answer.url} cannot be had: {answer.status}."
        if answer.status in PASSING_STATUSES:
            raise UnreachableError(words, reason="server_error")
        raise RefusedError(words, reason="download_refused")

    def write(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        about: Iterable[str] = (),
    ) -> Response:
        """Change something: exactly one try. Any HTTP status is returned, redirects too.

        ``about`` are the ids of the orders that it concerns, for the record; where none is given, those that the path
        names, else all of the chunk.

        Raises: NotSentError where no connection was made; UnconfirmedError where the request may have arrived
        and no whole answer came.
        """
        call = replace(
            self._call(method, path, params, json, content, headers), about=frozenset(about), write=True
        )
        try:
            return self._exchange(call, self.before_write)
        except _FAULTS as fault:
            raise self._write_error(call, fault) from None

    def close(self) -> None:
        """Close the connections."""
        if "_client" in vars(self):
            self._client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        """Made for the first request; a plan makes none."""
        times = httpx.Timeout(self._timeout, connect=self._connect_timeout)
        certificates = self._own_certificates or usual_authorities()
        return open_client(self.base_url, times, certificates, self.way_through)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(
        self,
        method: str,
        path: str,
        params: Params | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> _Call:
        own = {
            "accept": "application/json",
            "accept-encoding": ACCEPTED_ENCODINGS,
            "user-agent": USER_AGENT,
        }
        if json is not None:
            content = json_lib.dumps(json, ensure_ascii=False, separators=(",", ":")).encode()
            own["content-type"] = "application/json"
        own |= {name.lower(): value for name, value in (headers or {}).items()}
        return _Call(method.upper(), join(self.base_url, path, params), own, content or b"")

    def _read_fresh(self, once: Callable[[_Call], Response], call: _Call) -> Response:
        url = with_read_mark(call.url, self._read_marks()) if call.method == "GET" else call.url
        response = once(replace(call, url=url))
        if response.cache_sign:
            raise cached(response)
        return response

    def _follow(self, call: _Call) -> Response:
        for _ in range(MOST_HOPS):
            response = self._read_once(call)
            target = followed(call.method, call.url, response.status, response.headers.get("location"))
            if target is None:
                return response
            call = replace(call, url=target)
        return self._read_once(call)

    def _read_once(self, call: _Call) -> Response:
        try:
            return self._exchange(call)
        except _FAULTS as fault:
            raise UnreachableError(f"{self._words(call, fault)}.", reason=_reason(fault)) from None

    def _exchange(self, call: _Call, before_sending: Callable[[], object] = _nothing) -> Response:
        self.before_request()
        self._wait_for_turn()
        last_moment = LastMoment(before_sending)
        auth = self._auth if call.signed else None
        url, signature = auth.sign(call.method, call.url) if auth else (call.url, {})
        added = self.way_through.headers_beside(signature) if call.signed else {}
        at, started = datetime.now(UTC), monotonic()
        record = partial(
            self._recorder.record,
            at=at,
            method=call.method,
            url=without_read_mark(call.url),
            sent=(call.headers.get("content-type", ""), call.content),
            about=call.about,
        )
        try:
            response = self._send(
                replace(call, url=url, headers={**call.headers, **added}), started, last_moment
            )
        except _FAULTS as fault:
            record(duration=timedelta(seconds=monotonic() - started), error=_plain_words(fault))
            raise
        received = (response.headers.get("content-type", ""), response.content)
        record(duration=response.elapsed, status=response.status, received=received)
        return response

    def _send(self, call: _Call, started: float, last_moment: LastMoment) -> Response:
        # Bytes, because httpx would put a header that is not ASCII, a secret perhaps, into its UnicodeError.
        headers = {name.encode(): value.encode() for name, value in call.headers.items()}
        with self._client.stream(
            call.method,
            call.url,
            headers=headers,
            content=call.content or None,
            extensions={"trace": last_moment},
        ) as answer:
            return Response(
                status=answer.status_code,
                headers=Headers(answer.headers.multi_items()),
                url=self.redactor.place(call.url),
                content=self._body(answer, call),
                elapsed=timedelta(seconds=monotonic() - started),
                on_noise=None if call.write else self._heard,
            )

    def _body(self, answer: httpx.Response, call: _Call) -> bytes:
        encoding = answer.headers.get("content-encoding", "")
        if call.into is not None and answer.is_success:
            copy_body(answer.iter_raw(), call.into, encoding=encoding)
            return b""
        body = read_body(
            answer.iter_raw(),
            encoding=encoding,
            limit=self._largest_answer,
            deadline=monotonic() + 4 * self._timeout,
            by_look=not call.write,
        )
        if body.noise:
            self._heard(body.noise)
        return body.content

    def _heard(self, noise: str) -> None:
        words = self.redactor.text(noise)
        if words not in self._noise and len(self._noise) < MOST_NOISE:
            self._noise.append(words)

    def _write_error(self, call: _Call, fault: Exception) -> UnreachableError:
        words = self._words(call, fault)
        if isinstance(fault, _NO_CONNECTION):
            return NotSentError(f"{words}; nothing was sent.")
        return UnconfirmedError(f"{words}; the store may have done it all the same.")

    def _words(self, call: _Call, fault: Exception) -> str:
        where = self.redactor.place(call.url)
        detail = self.redactor.text(_plain_words(fault))
        if isinstance(fault, httpx.ConnectTimeout):
            return f"No connection to {where} within {self._connect_timeout:g} s"
        if isinstance(fault, httpx.ReadTimeout):
            return f"No answer from {where} within {self._timeout:g} s"
        if _is_certificate_fault(fault):
            return f"The TLS certificate of {where} is not valid ({detail})"
        if isinstance(fault, _NO_CONNECTION):
            return f"No connection to {where} ({detail}); check the URL and the network"
        return f"No whole answer from {where} ({detail})"


def _checked(base_url: str, *, allow_http: bool) -> str:
    try:
        return clean_base_url(base_url, allow_http=allow_http)
    except ConfigError as error:
        raise ConfigError(f"The store's URL {error}", reason=error.reason) from None


def _reason(fault: Exception) -> str:
    if isinstance(fault, BodyError):
        return fault.reason
    if _is_certificate_fault(fault):
        return "bad_certificate"
    return "no_connection" if isinstance(fault, _NO_CONNECTION) else "no_answer"


def _is_certificate_fault(fault: BaseException | None) -> bool:
    while fault is not None:
        if isinstance(fault, ssl.SSLCertVerificationError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _plain_words(fault: Exception) -> str:
    words = str(fault) or type(fault).__name__
    return words.partition("] ")[2] if words.startswith("[Errno") else words
