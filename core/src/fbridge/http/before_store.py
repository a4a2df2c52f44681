"""What answers in a store's place, told by its headers and its page. Pure.

Sources: the pages and headers of the products named here. None of it proves anything; it tells where to look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LOOKED_AT = 20_000
_ALLOW = "allow this computer's address and the paths of the store's API there"
_LOGIN = "exempt the store's API from the login there"


@dataclass(frozen=True, slots=True)
class Stranger:
    """Its name, and what to do about it."""

    name: str
    advice: str = _ALLOW


@dataclass(frozen=True, slots=True)
class _Sign:
    """``pattern`` is searched in ``Name: value`` lines of the headers where ``of_headers``, else in the page."""

    spelled: str
    stranger: Stranger
    of_headers: bool = False

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when the first stranger is looked for, which most programs never do."""
        return re.compile(self.spelled, re.IGNORECASE | (re.MULTILINE if self.of_headers else re.DOTALL))


def _page(pattern: str, name: str, advice: str = _ALLOW) -> _Sign:
    return _Sign(pattern, Stranger(name, advice))


def _header(pattern: str, name: str, advice: str = _ALLOW) -> _Sign:
    return _Sign(pattern, Stranger(name, advice), of_headers=True)


_SIGNS = (
    _header(r"^cf-mitigated: challenge", "a Cloudflare challenge"),
    _page(
        r"just a moment\.\.\.|cf[-_]chl|challenge-platform|checking your browser.*cloudflare",
        "a Cloudflare challenge",
    ),
    _page(
        r"attention required! \| cloudflare|error code:? 10\d\d|you have been blocked.*cloudflare",
        "Cloudflare's firewall",
    ),
    _header(r"^sg-captcha:|^location: .*sgcaptcha", "SiteGround's captcha"),
    _page(r"sgcaptcha", "SiteGround's captcha"),
    _header(r"^server: .*imunify360", "Imunify360"),
    _page(r"imunify360", "Imunify360"),
    _page(r"wordfence", "Wordfence"),
    _page(r"sucuri website firewall|sucuri\.net", "Sucuri's firewall"),
    _header(r"^x-sucuri-block:", "Sucuri's firewall"),
    _page(r"mod_?security|an appropriate representation of the requested resource", "ModSecurity"),
    _header(r"^x-iinfo:", "Imperva"),
    _page(r"_incapsula_resource|incapsula incident", "Imperva"),
    _header(r"^x-amzn-waf-action:", "the firewall of AWS"),
    _header(r"^server: akamaighost", "Akamai"),
    _header(r"^server: ddos-guard", "DDoS-Guard"),
    _page(r"lsrecap|litespeed.*captcha", "LiteSpeed's captcha"),
    _page(r"shield security|icwp-wpsf", "Shield Security"),
    _page(r"ithemes security|solid security|all in one wp security|all-in-one security", "a security plugin"),
    _page(r"captcha|turnstile|are you (?:a )?human|one moment, please", "a captcha page"),
    _header(r"^location: .*wp-login\.php", "the login page of WordPress", _LOGIN),
    _page(r"wp-login\.php|id=['\"]loginform|wp-submit", "the login page of WordPress", _LOGIN),
    _header(r"^location: .*(?:login|signin|sign-in|sso|/auth)\b", "a login page", _LOGIN),
    _page(
        r"briefly unavailable for scheduled maintenance",
        "the maintenance page of WordPress",
        "wait until the store is back",
    ),
    _page(
        r"<(?:title|h1)[^>]*>[^<]*(?:maintenance|coming soon|under construction|back soon)",
        "a maintenance page",
        "wait until the store is back",
    ),
    _page(r"type=['\"]?password|name=['\"]?password|<title>[^<]*log ?in", "a login page", _LOGIN),
    _page(
        r"plain http request was sent to https port",
        "a web server that wants https",
        "begin the store's URL with https://",
    ),
    _page(
        r"no required ssl certificate was sent",
        "a web server that wants a client certificate",
        "set client_certificate of the store",
    ),
    _page(
        r"<(?:title|h1)[^>]*>[^<]*account (?:has been )?suspended|suspendedpage\.cgi",
        "a host that has suspended the store's account",
        "ask the host of the store",
    ),
    _page(
        r"<title[^>]*>[^<]*(?:welcome to nginx|default page|iis windows|it works!?<)|sedoparking|parkingcrew"
        r"|domain (?:is|has been) (?:parked|for sale)|this domain is parked",
        "the page of a host or of a parked domain",
        "check that the name in the store's URL leads to the store's server",
    ),
    _page(r"guru meditation|varnish cache server", "Varnish"),
    _page(r"cloudflare", "Cloudflare"),
)
_BLOCKS = frozenset({"cf-mitigated", "sg-captcha", "x-amzn-waf-action", "x-sucuri-block"})
"""Headers that stand on no answer of the store itself."""
_OTHER_LOGIN = re.compile(r"\s*(digest|negotiate|ntlm|kerberos)\b", re.IGNORECASE)
_BASIC = re.compile(r"\s*basic\b(?:.*?realm=\"?([^\",]*))?", re.IGNORECASE)
_NO_SERVER = Stranger("Cloudflare, which does not reach the store's own server", "ask the host of the store")
_NO_TRUST = Stranger(
    "Cloudflare, which does not trust the certificate of the store's own server", "renew that certificate"
)
_OF_STATUS = {
    405: Stranger(
        "a web server or firewall that does not let this method through", "let it pass PUT, PATCH and DELETE"
    ),
    406: Stranger("something before the store, ModSecurity most likely,"),
    407: Stranger("the proxy of this computer", "set proxy_user and proxy_password"),
    408: Stranger("a proxy or web server that waited in vain", "try again later"),
    411: Stranger("a proxy or web server that wants another form of request", _ALLOW),
    413: Stranger(
        "a web server that takes no requests of this size", "raise its limit (client_max_body_size)"
    ),
    414: Stranger("a web server that takes no URLs of this length", "raise its limit"),
    431: Stranger("a web server that takes no headers of this size", "raise its limit"),
    426: Stranger("a proxy or web server that wants another protocol"),
    499: Stranger("a proxy whose other side went away", "try again later"),
    508: Stranger("a host at the limit of what the store may use", "ask the host for more"),
    509: Stranger("a host at the limit of the store's traffic", "ask the host for more"),
    511: Stranger("the network of this computer that wants a login first", "log in there with a browser"),
    **dict.fromkeys(range(520, 525), _NO_SERVER),
    **dict.fromkeys((525, 526), _NO_TRUST),
    527: _NO_SERVER,
    530: _NO_SERVER,
}
_ANY = Stranger("something before the store (a firewall, a login page)")


def known_stranger(status: int, headers: Mapping[str, str], page: str) -> Stranger | None:
    """What is known to answer so; None where nothing shows who it was."""
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    protected = _BASIC.match(headers.get("www-authenticate", "")) if status == 401 else None  # noqa: PLR2004 - HTTP's
    if protected:
        realm = f' ("{protected[1][:60]}")' if protected[1] else ""
        return Stranger(
            f"the password protection of the web server{realm}",
            "set http_user and http_password of the store",
        )
    other = _OTHER_LOGIN.match(headers.get("www-authenticate", "")) if status == 401 else None  # noqa: PLR2004 - HTTP's
    if other:
        name = f"a password protection of the web server ({other[1]}) that fbridge cannot pass"
        return Stranger(name, "let it take Basic, or exempt the store's API there")
    shown = page[:_LOOKED_AT]
    return next(
        (sign.stranger for sign in _SIGNS if sign.pattern.search(lines if sign.of_headers else shown)), None
    )


def of_gateway(status: int) -> Stranger | None:
    """Who says so, by a status that no store's software has itself."""
    return _OF_STATUS.get(status) if status > 504 else None  # noqa: PLR2004 - those of HTTP itself end there


def is_block(headers: Mapping[str, str]) -> bool:
    """Whether a firewall says by a header that it answered in the store's place."""
    return not _BLOCKS.isdisjoint(name.lower() for name in headers)


def stranger_in(status: int, headers: Mapping[str, str], page: str) -> Stranger:
    """As :func:`known_stranger`, else what answers with such a status mostly."""
    return known_stranger(status, headers, page) or _OF_STATUS.get(status, _ANY)
