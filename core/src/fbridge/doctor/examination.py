"""The whole examination, and the bundle for a bug report: without secrets, hosts and the user's name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from fbridge.bridge import Bridge
from fbridge.doctor.installation_looks import (
    looks_at_database,
    looks_at_paths,
    looks_at_plugins,
    looks_at_telemetry,
    looks_at_versions,
)
from fbridge.doctor.listener_looks import looks_at_listeners
from fbridge.doctor.looks import Examination, Look
from fbridge.doctor.store_looks import looks_at_store
from fbridge.errors import FbridgeError
from fbridge.http.redaction import Redactor
from fbridge.settings import Home, Settings, load_settings
from fbridge.stores.each_store import for_each_store


def examine(home: Home, *, with_stores: bool = True) -> Examination:
    """Look at everything. Nothing is sent but reads, and nothing is changed; a fault is a look, never raised."""
    return Examination(looks=tuple(_looks(home, with_stores=with_stores)))


def _looks(home: Home, *, with_stores: bool) -> Iterator[Look]:
    yield from looks_at_versions()
    yield from looks_at_telemetry()
    yield from looks_at_paths(home)
    yield from looks_at_plugins()
    try:
        settings = load_settings(home)
    except FbridgeError as error:
        yield Look(about="settings", name="read", ok=False, words=str(error))
        return
    yield Look(about="settings", name="read", ok=True, words=f"{len(settings.stores)} stores")
    looks, current = looks_at_database(home, settings)
    yield from looks
    if not current:
        yield from looks_at_listeners(None, settings.listener_seconds)
    else:
        with Bridge.open(home) as bridge:
            yield from looks_at_listeners(bridge.context, settings.listener_seconds)
    if not (with_stores and settings.stores):
        return
    if not current:
        words = "not looked at, for the database would be changed by that; see above"
        yield Look(about="stores", name="skipped", ok=False, words=words, next_step="fbridge db check")
        return
    with Bridge.open(home) as bridge:
        context = bridge.context
        for of_store in for_each_store(
            None, list(settings.stores), lambda name, _: looks_at_store(context, name)
        ):
            yield from of_store


def bundle(home: Home, examination: Examination) -> bytes:
    """A ZIP file with the examination as JSON, to be attached to a bug report."""
    text = json.dumps({"looks": [asdict(look) for look in examination.looks]}, indent=1)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("doctor.json", _without_what_is_private(home, text))
    return content.getvalue()


def _without_what_is_private(home: Home, text: str) -> str:
    """No credential in any spelling, no host of a store, and no path that names the user."""
    try:
        settings = load_settings(home)
    except FbridgeError:
        settings = None
    redactor = Redactor(_secrets(settings) if settings else ())
    for place in sorted(
        {str(Path.home()), str(home.config), str(home.data), str(home.log)}, key=len, reverse=True
    ):
        text = text.replace(place, "~")
    for number, host in enumerate(sorted(_hosts(settings), key=len, reverse=True), 1) if settings else ():
        text = text.replace(host, f"store-{number}.invalid")
    # Line by line, for what holds a secret in another spelling is withheld whole.
    return "\n".join(redactor.text(line) for line in text.splitlines())


def _secrets(settings: Settings) -> Iterator[str]:
    for raw in settings.stores.values():
        yield from (str(value) for value in raw.secrets.values())


def _hosts(settings: Settings) -> set[str]:
    urls = (str(raw.values.get("url", "")) for raw in settings.stores.values())
    return {host for url in urls if (host := urlsplit(url).hostname)}
