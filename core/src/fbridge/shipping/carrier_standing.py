"""How each own carrier stands on each store: mapped, not mapped, gone from the store's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.models.platforms import CarrierCodes
from fbridge.models.shipments import Carrier
from fbridge.shipping.carrier_rows import load_carriers, load_codes, mapped_codes
from fbridge.storage.tables import stores


class OnTheStore(StrEnum):
    """``own_name``: not mapped, and the store takes any name. ``gone``: mapped to what the store has no more."""

    MAPPED = "mapped"
    OWN_NAME = "own_name"
    UNMAPPED = "unmapped"
    GONE = "gone"
    NOT_LISTED = "not_listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierStanding:
    """One carrier on one store; ``warning`` is what the store's list says against it."""

    store: str
    carrier: str
    standing: OnTheStore
    site_code: str = ""
    label: str = ""
    warning: str = ""


def carrier_standings(connection: Connection, store: str | None) -> tuple[CarrierStanding, ...]:
    """Each carrier on each store (or one), by the store's codes as last listed."""
    names: Sequence[str] = [store] if store else _stores(connection)
    carriers = load_carriers(connection)
    return tuple(one for name in names for one in _on_store(connection, name, carriers))


def _stores(connection: Connection) -> Sequence[str]:
    return connection.execute(sa.select(stores.c.name).order_by(stores.c.name)).scalars().all()


def _on_store(connection: Connection, store: str, carriers: Sequence[Carrier]) -> list[CarrierStanding]:
    codes, mapped = load_codes(connection, store), mapped_codes(connection, store)
    return [_standing(store, carrier, mapped.get(carrier.id), codes) for carrier in carriers]


def _standing(
    store: str, carrier: Carrier, site_code: str | None, codes: CarrierCodes | None
) -> CarrierStanding:
    listed = {entry.code: entry for entry in codes.codes} if codes else {}
    entry = listed.get(site_code or "")
    if site_code is None:
        standing = OnTheStore.OWN_NAME if codes and codes.open else OnTheStore.UNMAPPED
    elif codes is None:
        standing = OnTheStore.NOT_LISTED
    else:
        standing = OnTheStore.MAPPED if entry or codes.open else OnTheStore.GONE
    return CarrierStanding(
        store=store,
        carrier=carrier.code,
        standing=standing,
        site_code=site_code or "",
        label=entry.label if entry else "",
        warning=entry.warning if entry else "",
    )
