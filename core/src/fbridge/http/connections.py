"""The connections to one store."""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urlsplit

from fbridge.http.bare_httpx import httpx
from fbridge.http.urls import is_loopback
from fbridge.http.way_through import WayThrough


def open_client(
    base_url: str, times: httpx.Timeout, certificates: ssl.SSLContext, way: WayThrough
) -> httpx.Client:
    """Verifies the store by these certificates, keeps no cookies and follows nothing by itself."""
    return httpx.Client(
        verify=certificates,
        proxy=httpx.Proxy(way.proxy, auth=way.proxy_login) if way.proxy else None,
        timeout=times,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        # A proxy of the office must not stand between us and a sandbox on this machine.
        trust_env=not is_loopback(urlsplit(base_url).hostname or ""),
    )
