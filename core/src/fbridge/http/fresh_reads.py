"""Reads that decide come from the store: URLs that no cache knows, and what shows that a cache answered all the same.

Sources: RFC 9111 (Age, Cache-Control), RFC 9211 (Cache-Status), and the headers of the caches that stand before
shops: Varnish, nginx, LiteSpeed, Squid, Cloudflare, Fastly, CloudFront, Akamai, and caching plugins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

READ_MARK = "fbridge_read"
"""A query parameter that stores ignore and that no cache strips, as they do with utm_* and the like."""

NO_CACHE = {"cache-control": "no-cache", "pragma": "no-cache"}
"""Asks caches to look at the store; those that keep to RFC 9111 do."""

_ABOUT_KEEPING = re.compile(r"control|lookup|key|tag|ttl|enabled|cacheable|purge")
"""Parts of header names that tell how something may be kept, not whether it was."""
_SERVED = re.compile(
    r"(?<![a-z])(?:(?:tcp|udp|mem|disk|ims|refresh|cache|edge|parent)_?)*"
    r"(?:hits?|stale|updating|revalidated|served)(?![a-z])"
)
_POSITIVE = re.compile(r"0*[1-9]\d*", re.ASCII)
_YES = frozenset({"1", "true", "yes"})
_STALE_WARNING = re.compile(r"(?:^|,)\s*11[0-3]\b")
_CDN_TIMING = re.compile(r"cdn-cache\s*;\s*desc=\"?(?:hit|stale|revalidated)", re.IGNORECASE)
_RATIO = re.compile(r"(?<![a-z])hit(?:s|-| )?(?:ratio|rate|count)")


def new_read_mark() -> str:
    """A value that was never used before."""
    return token_hex(8)


def with_read_mark(url: str, mark: str) -> str:
    """The URL with a parameter that makes it one that was never asked for."""
    bare = without_read_mark(url)
    return f"{bare}{'&' if '?' in bare else '?'}{READ_MARK}={mark}"


def without_read_mark(url: str) -> str:
    """The URL as it is written in the record of exchanges."""
    parts = urlsplit(url)
    if READ_MARK not in parts.query:
        return url
    kept = "&".join(part for part in parts.query.split("&") if not part.startswith(f"{READ_MARK}="))
    return urlunsplit(parts._replace(query=kept))


def cache_sign(headers: Mapping[str, str]) -> str:
    """The header, as ``Name: value``, by which a cache tells that it gave this answer; "" where none does."""
    for name, value in headers.items():
        if _tells(name.lower(), value.strip().lower()):
            return f"{'-'.join(map(str.capitalize, name.split('-')))}: {value.strip()[:80]}"
    return ""


def _tells(name: str, value: str) -> bool:
    if name == "age":
        return _POSITIVE.fullmatch(value) is not None
    if name == "cache-status":
        return any("hit" in cache for cache in _parameters(value))
    if name == "x-varnish":
        return len(value.split()) > 1
    if name == "warning":
        return _STALE_WARNING.search(value) is not None
    if name == "server-timing":
        return _CDN_TIMING.search(value) is not None
    if "cache" not in name or _ABOUT_KEEPING.search(name):
        return False
    return _tells_of_a_hit(name, value)


def _tells_of_a_hit(name: str, value: str) -> bool:
    if name.endswith("hits"):
        return any(_POSITIVE.fullmatch(part.strip()) for part in value.split(","))
    if "from-cache" in name or name.endswith("cached"):
        return value in _YES or _SERVED.search(value) is not None
    return _SERVED.search(_RATIO.sub("", value)) is not None


def _parameters(value: str) -> Iterator[set[str]]:
    """Of each cache on the way, nearest the store first: its parameters that are true (RFC 9211 2.1)."""
    for cache in value.split(","):
        given = {part.strip() for part in cache.split(";")[1:]}
        yield {part.removesuffix("=?1") for part in given}
