"""Stores: what is kept of them, a look at them, and adding and removing them. Keys go in, and never out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fbridge import (
    Bridge,
    ConfigError,
    CredentialsError,
    FieldInfo,
    InputError,
    PluginMissingError,
    StoreInfo,
)
from fbridge.models.accounts import Right
from fbridge.office_web.api.arrangements import KeysBody, StoreBody
from fbridge.office_web.api.bodies import NoBody
from fbridge.office_web.api.leaving import begun
from fbridge.office_web.api.routes import Asked, Made, Page, Routes

routes = Routes()


@routes.lists("/stores", StoreInfo)
def list_stores(bridge: Bridge, _asked: Asked) -> Page:
    """The stores with their settings, without secrets."""
    return Page(items=bridge.stores.list())


@routes.reads("/stores/<ref>", StoreInfo)
def read_store(bridge: Bridge, asked: Asked) -> StoreInfo:
    """One store by its name."""
    return bridge.stores.show(asked.ref)


@routes.lists("/platforms/<ref>/settings", FieldInfo)
def list_settings(bridge: Bridge, asked: Asked) -> Page:
    """What a platform wants to know of a store."""
    with _refused():
        return Page(items=bridge.stores.fields(asked.ref))


@routes.begins("/stores/<ref>/check", Right.PREPARE, NoBody)
def check_store(bridge: Bridge, asked: Asked) -> Made:
    """Look whether the store can be worked with; nothing is sent or changed there."""
    name = bridge.stores.show(asked.ref, count_orders=False).name
    return begun(bridge, asked, "store", "check", name)


@routes.writes("/stores", Right.MANAGE, StoreInfo, StoreBody, makes=True, in_parts=True)
def add_store(bridge: Bridge, asked: Asked) -> Made:
    """Keep a new store, after a look at it; with keys that fail nothing is kept."""
    said: dict[str, Any] = dict(asked.body)
    name, settings = said.pop("name"), said.pop("settings")
    with _refused():
        bridge.stores.add(
            name, said.pop("platform"), said.pop("url"), settings, check_first=said.pop("check"), **said
        )
    return Made(what=bridge.stores.show(name), place=f"/stores/{name}")


@routes.writes("/stores/<ref>/keys", Right.MANAGE, StoreInfo, KeysBody, in_parts=True)
def change_keys(bridge: Bridge, asked: Asked) -> StoreInfo:
    """Keep other keys of a store, after a look at it with them; those that are not named stay."""
    with _refused():
        bridge.stores.change_keys(asked.ref, asked.body["keys"], check_first=asked.body["check"])
    return bridge.stores.show(asked.ref)


@routes.writes("/stores/<ref>/remove", Right.MANAGE, StoreInfo, in_parts=True)
def remove_store(bridge: Bridge, asked: Asked) -> StoreInfo:
    """Forget a store's settings and keys, as it was; its orders and shipments stay."""
    found = bridge.stores.show(asked.ref)
    bridge.stores.remove(found.name)
    return found


@contextmanager
def _refused() -> Iterator[None]:
    """What is wrong with a platform or settings that were just named is a fault of the request."""
    try:
        yield
    except (ConfigError, CredentialsError, PluginMissingError) as error:
        raise InputError(str(error), reason=error.reason) from error
