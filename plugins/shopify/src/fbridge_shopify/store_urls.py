"""What people take for the URL of a Shopify store, and which it is. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fbridge.http.urls import is_loopback

_OWN = ".myshopify.com"
_IN_ADMIN = re.compile(r"/store/([\w-]+)")
_WHERE = f" The store's URL has to be its {_OWN[1:]} address: its admin shows it under Settings > Domains."


def fault_of_url(url: str) -> str:
    """What is wrong with a URL that names the store and is the address of its admin; "" where nothing is."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    found = _IN_ADMIN.match(parts.path) if host == "admin.shopify.com" else None
    name = found[1] if found else host.removesuffix(_OWN)
    if found or (host.endswith(_OWN) and parts.path.strip("/")):
        return f"{url} is the address of the store's admin; set the store's url to https://{name}{_OWN}."
    return ""


def hint_on_url(url: str) -> str:
    """What to add where a URL that is none of Shopify's own did not answer; "" for those that are."""
    host = urlsplit(url).hostname or ""
    return "" if host.endswith(_OWN) or is_loopback(host) else _WHERE
