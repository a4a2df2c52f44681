"""Where the page is served: by waitress here or behind a proxy that speaks TLS, by cheroot with a certificate."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fbridge.errors import InputError, PluginMissingError
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from fbridge import Bridge
    from fbridge.office_web.plain_server import PlainServer
    from fbridge.office_web.tls_server import TlsServer

_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
THREADS, TLS_THREADS = 8, 32
"""Cheroot gives a thread to each new connection, and browsers open some on which they say nothing for a while."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is served. ``proxy``: the address of the proxy whose forwarded headers count; "" for none.
    ``names``: what browsers call the page beside ``localhost``. ``certificate``: for TLS without a proxy; its ``key``
    may stand in the same file."""

    host: str = "127.0.0.1"
    port: int = 8484
    proxy: str = ""
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None

    @property
    def has_tls(self) -> bool:
        """Whether browsers reach it over TLS."""
        return bool(self.proxy or self.certificate)


def serve(bridge: Bridge, place: Place, *, ready: Callable[[str], None]) -> None:
    """Serve until the process is interrupted; ``ready`` is called with the address once it answers.

    Raises: InputError (an address that would be open to others, a port that is taken, files that are no certificate),
    PluginMissingError.
    """
    host = refuse_open(place)
    try:
        from fbridge.office_web.app import Site, create_app
        from fbridge.office_web.guarding import LOCAL_NAMES

        names = LOCAL_NAMES | {name.lower() for name in place.names}
        server = _server(create_app(bridge, Site(names=names, has_tls=place.has_tls)), host, place)
    except ModuleNotFoundError as error:
        raise PluginMissingError(
            f"The page of the office needs {error.name}; run: {extra_command('office-web')}"
        ) from error
    try:
        ready(_shown(place, host, server.port))
        server.run()
    finally:
        server.close()


def _server(app: Flask, host: str, place: Place) -> PlainServer | TlsServer:
    if place.certificate:
        from fbridge.office_web.tls_server import TlsServer

        key = place.key or place.certificate
        return TlsServer(app, host, place.port, place.certificate, key, threads=TLS_THREADS)
    from fbridge.office_web.plain_server import PlainServer

    return PlainServer(app, host, place.port, threads=THREADS, proxy=place.proxy)


def refuse_open(place: Place) -> str:
    """The address to bind. Raises InputError where passwords would go over the network in clear."""
    host = "127.0.0.1" if place.host == "localhost" else place.host
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InputError(
            f"{place.host!r} is no address to serve on, such as 127.0.0.1.", reason="bad_address"
        ) from None
    _refuse_odd(place)
    if (place.proxy or not is_loopback) and place.has_tls and not place.names:
        raise InputError(
            "Say too by which name browsers reach the page, such as --name office.example.com.",
            reason="no_name",
        )
    if not is_loopback and not place.has_tls:
        raise InputError(
            f"{place.host} is open to other machines, and passwords would go there in clear. Give a certificate: "
            f"fbridge office --host {place.host} --certificate FILE --key FILE --name NAME; or put a proxy that "
            f"speaks TLS before it: fbridge office --host {place.host} --behind-proxy ADDRESS --name NAME",
            reason="open_address",
        )
    return host


def _refuse_odd(place: Place) -> None:
    """What was said that does not fit together, or is no name or address."""
    if place.proxy and place.certificate:
        raise InputError(
            "Give either a certificate or a proxy that has one: --certificate or --behind-proxy.",
            reason="two_ways",
        )
    if place.key and not place.certificate:
        raise InputError("A key is for a certificate; give --certificate FILE too.", reason="no_certificate")
    if place.proxy:
        _refuse_no_address(place.proxy)
    for name in place.names:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name of the page: without https:// and port, such as office.example.com.",
                reason="bad_name",
            )


def _refuse_no_address(proxy: str) -> None:
    try:
        ipaddress.ip_address(proxy)
    except ValueError:
        raise InputError(
            f"{proxy!r} is no address of a proxy, such as 10.0.0.2.", reason="bad_address"
        ) from None


def _shown(place: Place, host: str, port: int) -> str:
    """What is typed into a browser. A proxy has a port of its own."""
    if place.proxy:
        return f"https://{place.names[0]}"
    name = place.names[0] if place.names else f"[{host}]" if ":" in host else host
    return f"{'https' if place.has_tls else 'http'}://{name}:{port}"
