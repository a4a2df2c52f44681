"""One measured run in a fresh process: ``python -m tests.bench.measured fbridge|bare`` with the store on stdin."""

from __future__ import annotations

import json
import re
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

_CHANGED_ORDERS = re.compile(r"/orders\?.*(modified_after|updated_at)")


def fbridge_fetch(store: dict[str, Any]) -> tuple[int, float]:
    """Fetch every order into a new SQLite database; orders and seconds."""
    from fbridge.bridge import Bridge
    from fbridge.settings import Home

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Bridge.open(Home(config=home, data=home, log=home)) as bridge:
            bridge.stores.add(
                "shop",
                store["platform"],
                store["url"],
                store["settings"],
                orders_from=date(1980, 1, 1),
                accept_mail=True,
            )
            started = time.perf_counter()
            (result,) = bridge.fetch()
            seconds = time.perf_counter() - started
            if result.error:
                raise result.error
            return result.new, seconds


def auth_of(store: dict[str, Any]) -> Any:
    """Who signs for this store."""
    settings = store["settings"]
    if store["platform"] == "woocommerce":
        from fbridge.http.oauth1 import OAuth1Auth

        return OAuth1Auth(settings["consumer_key"], settings["consumer_secret"])
    from fbridge.http.auth import BasicAuth, HeaderAuth

    if store["platform"] == "prestashop":
        return BasicAuth(settings["api_key"], "")
    if store["platform"] == "shopify":
        return HeaderAuth("X-Shopify-Access-Token", settings["access_token"])
    return HeaderAuth("Authorization", settings["access_token"], prefix="Bearer ")


def bare_loop(store: dict[str, Any]) -> tuple[int, float]:
    """Download the pages that fbridge asked for, and throw them away."""
    import httpx

    auth = auth_of(store)
    paths = [one["path"] for one in store["pages"] if _CHANGED_ORDERS.search(one["path"])]
    with httpx.Client() as client:
        started = time.perf_counter()
        for path in paths:
            url, headers = auth.sign("GET", store["url"] + path)
            client.get(url, headers=dict(headers)).raise_for_status()
        return len(paths), time.perf_counter() - started


def main() -> None:
    """Measure and print one line of JSON."""
    store = json.load(sys.stdin)
    count, seconds = (fbridge_fetch if sys.argv[1] == "fbridge" else bare_loop)(store)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024
    print(json.dumps({"orders": count, "seconds": seconds, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
