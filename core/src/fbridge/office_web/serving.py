"""Serves the page by waitress: on this machine, or behind a proxy that speaks TLS."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fbridge.errors import InputError, PluginMissingError
from fbridge.installation import extra_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge import Bridge

THREADS = 8
_FORWARDED = frozenset({"x-forwarded-for", "x-forwarded-proto"})
"""What counts of a proxy's word: who asks, and how; never by which name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page is served. ``proxy``: the address of the proxy whose forwarded headers count; "" for none.
    ``names``: what browsers call the page beside ``localhost``."""

    host: str = "127.0.0.1"
    port: int = 8484
    proxy: str = ""
    names: tuple[str, ...] = ()


def serve(bridge: Bridge, place: Place, *, ready: Callable[[str], None]) -> None:
    """Serve until the process is interrupted; ``ready`` is called with the address once it answers.

    Raises: InputError (an address that would be open to others, a port that is taken), PluginMissingError.
    """
    host = refuse_open(place)
    try:
        from waitress.server import create_server

        from fbridge.office_web.app import Site, create_app
        from fbridge.office_web.guarding import LOCAL_NAMES, MOST_BYTES, MOST_FILE_BYTES
    except ModuleNotFoundError as error:
        raise PluginMissingError(
            f"The page of the office needs {error.name}; run: {extra_command('office-web')}"
        ) from error
    names = LOCAL_NAMES | {name.lower() for name in place.names}
    app = create_app(bridge, Site(names=names, has_tls=bool(place.proxy)))
    held = _bind(host, place.port)
    server = create_server(
        app,
        sockets=[held],
        threads=THREADS,
        ident=None,
        trusted_proxy=place.proxy or None,
        trusted_proxy_headers=_FORWARDED if place.proxy else frozenset(),
        clear_untrusted_proxy_headers=True,
        max_request_body_size=MOST_FILE_BYTES + MOST_BYTES,
    )
    try:
        ready(_shown(place, held))
        server.run()
    finally:
        server.close()


def refuse_open(place: Place) -> str:
    """The address to bind. Raises InputError where passwords would go over the network in clear."""
    host = "127.0.0.1" if place.host == "localhost" else place.host
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InputError(
            f"{place.host!r} is no address to serve on, such as 127.0.0.1.", reason="bad_address"
        ) from None
    if place.proxy and not place.names:
        raise InputError(
            "Say too by which name browsers reach the page: fbridge office --behind-proxy ADDRESS --name NAME",
            reason="no_name",
        )
    if not is_loopback and not place.proxy:
        raise InputError(
            f"{place.host} is open to other machines, and passwords would go there in clear. Put a proxy that speaks "
            f"TLS before it: fbridge office --host {place.host} --behind-proxy ADDRESS --name NAME",
            reason="open_address",
        )
    return host


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"{host}:{port} cannot be served: {error.strerror or error}.", reason="port_taken"
        ) from error


def _shown(place: Place, held: socket.socket) -> str:
    if place.proxy:
        return f"https://{place.names[0]}"
    host, port = held.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
