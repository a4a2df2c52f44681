"""The names that a shell offers for a store, a carrier, a manifest, an order or a shipment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from fbridge.cli.session import Session, home_at

if TYPE_CHECKING:
    from fbridge.bridge import Bridge

_LOOKED_THROUGH = 2000
_MOST = 50
_WORD = re.compile(r"[A-Z]+")


def complete_names(parameters: Iterable[click.Parameter]) -> None:
    """Let parameters that take such names offer those that there are."""
    for parameter in parameters:
        words = _WORD.findall(parameter.metavar or "") or [(parameter.name or "").upper()]
        kinds = [_KINDS[word] for word in (one.removesuffix("S") for one in words) if word in _KINDS]
        if kinds and not isinstance(parameter.type, click.Choice):
            parameter.shell_complete = partial(_offered, kinds)  # type: ignore[method-assign]


_Kind = Callable[["Bridge"], Iterator[tuple[str, str]]]


def _offered(kinds: list[_Kind], ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Whatever goes wrong here is no matter for somebody who pressed the tabulator."""
    session = ctx.find_object(Session) or Session()
    try:
        session.home = session.home or ctx.find_root().params.get("home")
        return _of_home(kinds, session, incomplete)
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []
    finally:
        session.close()


def _of_home(kinds: list[_Kind], session: Session, incomplete: str) -> list[CompletionItem]:
    from fbridge.settings import find_home

    if not (home_at(session.home) or find_home()).config.exists():
        return []  # nothing is made by pressing a key
    begun = incomplete.casefold()
    found = (item for kind in kinds for item in islice(kind(session.bridge), _LOOKED_THROUGH))
    fitting = {name: words for name, words in found if name.casefold().startswith(begun)}
    return [CompletionItem(name, help=words) for name, words in islice(fitting.items(), _MOST)]


def _stores(bridge: Bridge) -> Iterator[tuple[str, str]]:
    return ((name, store.platform) for name, store in bridge.context.settings.stores.items())


def _carriers(bridge: Bridge) -> Iterator[tuple[str, str]]:
    return ((one.code, one.name) for one in bridge.carriers.list())


def _manifests(bridge: Bridge) -> Iterator[tuple[str, str]]:
    for one in bridge.manifests.list(limit=_MOST):
        yield one.number, f"{one.carrier.code}, {one.state}"
    yield from _carriers(bridge)


def _orders(bridge: Bridge) -> Iterator[tuple[str, str]]:
    from fbridge.models.states import OrderSort
    from fbridge.orders.listing import OrderFilter

    chosen = OrderFilter(ready=True, sort=OrderSort.NEWEST, limit=_LOOKED_THROUGH)
    return (
        (one.number.removeprefix("#"), f"{one.store}, {one.customer}") for one in bridge.orders.list(chosen)
    )


def _shipments(bridge: Bridge) -> Iterator[tuple[str, str]]:
    for one in reversed(bridge.shipments.list(limit=_MOST)):
        yield one.label, f"{one.carrier.code}, {one.order_number or 'no store order'}"


def _platforms(bridge: Bridge) -> Iterator[tuple[str, str]]:
    return ((one.key, one.package) for one in bridge.platforms())


_KINDS: dict[str, _Kind] = {
    "STORE": _stores,
    "CARRIER": _carriers,
    "MANIFEST": _manifests,
    "ORDER": _orders,
    "SHIPMENT": _shipments,
    "PLATFORM": _platforms,
}
