"""URLs: what a store's may be, how requests are joined to it, which redirects stay with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit, urlunsplit

from fbridge.errors import ConfigError

Value = str | int | bool | None
Params = Mapping[str, Value] | Sequence[tuple[str, Value]]

_DEFAULT_PORTS = {"http": 80, "https": 443}


def clean_base_url(url: str, *, allow_http: bool = False) -> str:
    """The store's URL without a trailing slash, its host in ASCII.

    Raises: ConfigError (reason ``bad_url`` or ``insecure_url``).
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        host = host.encode("idna").decode() if not host.isascii() else host
    except (ValueError, UnicodeError):
        raise _bad_url() from None
    if parts.scheme not in _DEFAULT_PORTS or not _is_host(host) or parts.query or parts.fragment:
        raise _bad_url()
    if parts.username is not None:
        raise ConfigError(
            "must not hold a user name or password; these have fields of their own.", reason="bad_url"
        )
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise ConfigError(
            "must begin with https:// (plain http sends credentials and addresses in the clear; "
            "allow_http = true permits it).",
            reason="insecure_url",
        )
    bare = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{bare}:{port}" if port else bare, parts.path.rstrip("/"), "", ""))


def _bad_url() -> ConfigError:
    return ConfigError("must be a web address such as https://shop.example", reason="bad_url")


def _is_host(host: str) -> bool:
    return bool(host) and not any(character.isspace() or character in "<>\"'%\\^`{|}" for character in host)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_safe_place(url: str) -> bool:
    """Whether a whole URL leads to https, or to this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        return False


def join(base_url: str, path: str, params: Params | None = None) -> str:
    """``base_url`` (which may have a path) + ``path`` (which may have a query) + ``params``.

    Spaces become ``%20``, never ``+``, which breaks OAuth signatures on Magento. True is ``true``; None is
    left out.

    Raises: ValueError where ``path`` is a whole URL: adapters stay on their store.
    """
    if "://" in path.partition("?")[0] or path.startswith("//"):
        raise ValueError(f"a path is wanted, not the URL of another place: {path.partition('?')[0]}")
    url = f"{base_url}/{path.lstrip('/')}" if path else base_url
    query = encode(params)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def encode(params: Params | None) -> str:
    """The parameters as a query string."""
    if not params:
        return ""
    pairs: Iterable[tuple[str, Value]] = params.items() if isinstance(params, Mapping) else params
    return urlencode(
        [(name, _word(value)) for name, value in pairs if value is not None], quote_via=quote, safe=""
    )


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def followed(method: str, url: str, status: int, location: str | None) -> str | None:
    """Where a read goes on after a redirect, or None: it is not followed, or is none."""
    follows = {301, 302, 303, 307, 308} if method == "GET" else {307, 308}
    return redirect_on_same_host(url, location) if location is not None and status in follows else None


def redirect_on_same_host(url: str, location: str) -> str | None:
    """Where a redirect leads, or None where it leaves the host (or gives up TLS)."""
    try:
        before, after = urlsplit(url), urlsplit(urljoin(url, location))
        target = (after.scheme, after.hostname, _port(after))
        allowed = {(before.scheme, before.hostname, _port(before))}
    except ValueError:
        return None
    if before.scheme == "http" and _port(before) == _DEFAULT_PORTS["http"]:
        allowed.add(("https", before.hostname, _DEFAULT_PORTS["https"]))
    return urlunsplit(after._replace(fragment="")) if target in allowed else None


def _port(parts: SplitResult) -> int | None:
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)
