"""Each store as its plugin sees it: reachable, credentials, versions, clock, what somebody has to do by a day."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from fbridge.context import Context
from fbridge.doctor.looks import Look
from fbridge.errors import FbridgeError
from fbridge.models.platforms import StoreReport
from fbridge.stores.open_store import OpenStore, open_store

CERTIFICATE_NOTICE = timedelta(days=21)
LARGEST_OFFSET = timedelta(minutes=2)
_PATIENCE = 10.0


def looks_at_store(context: Context, name: str) -> list[Look]:
    """Nothing is sent to it but reads, and what they find is not kept."""
    step = f"fbridge store check {name}"
    try:
        with open_store(context, name) as opened:
            report = opened.adapter.check_store(opened.store)
            looks = list(_report(name, report)) if report else []
            looks += _certificate(name, opened)
    except FbridgeError as error:
        looks = [Look(about=name, name="reachable", ok=False, words=str(error), next_step=step)]
    return looks


def _report(name: str, report: StoreReport) -> Iterator[Look]:
    step = f"fbridge store check {name}"
    for one in report.findings:
        yield Look(about=name, name=one.name, ok=one.ok, words=one.words, next_step="" if one.ok else step)
    if report.clock_offset is not None:
        seconds = report.clock_offset.total_seconds()
        ok = abs(report.clock_offset) <= LARGEST_OFFSET
        words = f"the store's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} ours"
        yield Look(about=name, name="clock", ok=ok, words=words)
    for notice in report.notices:
        due = notice.since <= datetime.now(UTC)
        words = notice.words if due else f"{notice.words} (told by status from {notice.since:%Y-%m-%d} on)"
        yield Look(about=name, name="notice", ok=not due, words=words, next_step=step if due else "")


def _certificate(name: str, opened: OpenStore) -> Iterator[Look]:
    """Of a store that is spoken to directly, by https; what cannot be seen is no fault."""
    place = urlsplit(opened.settings.url)
    if place.scheme != "https" or not place.hostname or opened.settings.way_through.proxy:
        return
    try:
        end = certificate_end(place.hostname, place.port or 443)
    except (OSError, ValueError):
        words = "its certificate could not be looked at apart"
        yield Look(about=name, name="certificate", ok=True, words=words)
        return
    left = end - datetime.now(UTC)
    words = f"its certificate ends on {end:%Y-%m-%d}, in {left.days} days"
    yield Look(about=name, name="certificate", ok=left > CERTIFICATE_NOTICE, words=words)


def certificate_end(host: str, port: int) -> datetime:
    """When the certificate of a server ends, aware UTC. Raises: OSError, ValueError."""
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=_PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        told = dict(secured.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told)), UTC)
