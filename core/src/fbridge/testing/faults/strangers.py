"""Answers that are not the store's: of caches, gateways, firewalls, login pages and security plugins.

Each may come before the store has seen the request, or after it acted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from fbridge.testing.faults.rules import Answer, Fault

_GURU = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html><head>'
    b"<title>503 Backend fetch failed</title></head><body><h1>Error 503 Backend fetch failed</h1>"
    b"<h3>Guru Meditation:</h3><p>XID: 32770</p><hr><p>Varnish cache server</p></body></html>"
)
_CLOUDFLARE = (
    b"<!DOCTYPE html><html><head><title>shop.example | %d</title></head><body><h1>Error code %d</h1>"
    b"<p>The web server reported an unknown error. Cloudflare Ray ID: 8f0</p></body></html>"
)
_CAPTCHA = b"<!DOCTYPE html><html><body><h1>One moment, please...</h1><script>check()</script></body></html>"
_WORDPRESS = {"code": "shield_request_blocked", "message": "Access denied.", "data": {"status": 403}}
_PAGES = (
    400,
    401,
    402,
    403,
    404,
    405,
    406,
    408,
    409,
    411,
    413,
    415,
    421,
    423,
    429,
    430,
    451,
    499,
    501,
    507,
    530,
)
_CLOUDFLARES = (520, 521, 522, 523, 524, 525, 526)


def strangers(*, acts: bool, acts_after: float | None = None) -> tuple[Fault, ...]:
    """What something else than the store may answer to a write; the store ``acts`` on it, so many seconds after that
    answer perhaps, or never sees it."""
    return tuple(replace(fault, acts=acts, acts_after=acts_after) for fault in _strangers())


def some_strangers(*, acts: bool, acts_after: float | None = None) -> tuple[Fault, ...]:
    """A few of them that differ most, for tests of the whole way."""
    names = {"503_varnish", "404_page", "302_login", "403_json", "200_json_errors"}
    found = strangers(acts=acts, acts_after=acts_after)
    return tuple(fault for fault in found if fault.name in names)


def _strangers() -> Iterator[Fault]:
    yield Fault(
        name="503_varnish",
        answer=Answer.STATUS,
        status=503,
        headers=(("Retry-After", "1"), ("X-Varnish", "32770"), ("Via", "1.1 varnish")),
        body=_GURU,
    )
    for status in _CLOUDFLARES:
        body = _CLOUDFLARE % (status, status)
        yield Fault(name=f"{status}_cloudflare", answer=Answer.STATUS, status=status, body=body)
    for status in _PAGES:
        yield Fault(name=f"{status}_page", answer=Answer.STATUS, status=status)
    for status in (301, 302, 303, 307, 308):
        yield Fault(name=f"{status}_login", answer=Answer.REDIRECT, status=status)
    yield Fault(name="200_captcha", answer=Answer.STATUS, status=200, body=_CAPTCHA)
    yield from _in_json()


def _in_json() -> Iterator[Fault]:
    """Security plugins and gateways that speak JSON, some in forms that platforms have too."""
    told = {
        "200_json": (200, {"status": "blocked", "ray": "8f0"}),
        "200_json_errors": (200, {"errors": "Blocked"}),
        "400_json": (400, {"message": "Bad request", "request_id": "7"}),
        "401_json": (401, {"message": "Unauthorized", "request_id": "7"}),
        "403_json": (403, _WORDPRESS),
        "403_json_list": (403, {"errors": [{"code": "WAF1", "message": "Blocked"}]}),
        "404_json": (404, {"message": "no Route matched with those values", "request_id": "7"}),
        "429_json": (429, {"message": "API rate limit exceeded"}),
        "500_json": (500, {"code": "internal_server_error", "message": "There has been a critical error."}),
        "503_json": (503, {"code": "wp_die", "message": "Be right back.", "data": {"status": 503}}),
        "503_json_message": (503, {"message": "failure to get a peer from the ring-balancer"}),
    }
    for name, (status, body) in told.items():
        yield Fault(name=name, answer=Answer.STATUS, status=status, body=json.dumps(body).encode())
