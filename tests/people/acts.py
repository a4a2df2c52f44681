"""What a person does at another desk, one function an act. Each raises the FbridgeError that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fbridge.bridge import Bridge
from fbridge.errors import InputError
from fbridge.models.results import ItemResult

NEW_NUMBER = "NEW{label}"
OTHER_CARRIER = "UPS"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the person acts on: a shipment, its manifest, its order, and the colleague's open fbridge."""

    desk: Bridge
    shipment: str
    manifest: str
    order: str

    @property
    def new_number(self) -> str:
        return NEW_NUMBER.format(label=self.shipment)


def set_number(target: Target) -> None:
    target.desk.shipments.set_tracking(target.shipment, [target.new_number])


def set_carrier(target: Target) -> None:
    target.desk.shipments.set_tracking(target.shipment, [], carrier=OTHER_CARRIER)


def adopt(target: Target) -> None:
    target.desk.adopt(target.shipment)


def resend(target: Target) -> None:
    target.desk.resend(target.shipment)


def withdraw(target: Target) -> None:
    target.desk.shipments.withdraw(target.shipment)


def leave_behind(target: Target) -> None:
    _each_done(target.desk.manifests.leave_behind(target.manifest, [target.shipment]))


def leave_behind_and_withdraw(target: Target) -> None:
    leave_behind(target)
    withdraw(target)


def reopen(target: Target) -> None:
    target.desk.manifests.reopen(target.manifest)


def reopen_and_remove(target: Target) -> None:
    reopen(target)
    _each_done(target.desk.manifests.remove(target.manifest, [target.shipment]))


def reopen_and_cancel(target: Target) -> None:
    reopen(target)
    target.desk.manifests.cancel(target.manifest)


def remove(target: Target) -> None:
    _each_done(target.desk.manifests.remove(target.manifest, [target.shipment]))


def cancel(target: Target) -> None:
    target.desk.manifests.cancel(target.manifest)


def ship_the_rest(target: Target) -> None:
    """A second shipment of the same order leaves with a manifest of its own."""
    manifest = target.desk.manifests.new("BRT").number
    target.desk.shipments.create(
        target.order, store="shop", carrier="BRT", numbers=[f"REST{target.order}"], manifest=manifest
    )
    assert target.desk.manifests.ship(manifest, check=False).shipped


def _each_done(results: tuple[ItemResult, ...]) -> None:
    for result in results:
        if not result.ok:
            raise InputError(result.words, reason=result.reason)


Act = Callable[[Target], None]

ACTS: tuple[Act, ...] = (
    set_number,
    set_carrier,
    adopt,
    resend,
    withdraw,
    leave_behind,
    leave_behind_and_withdraw,
    reopen,
    reopen_and_remove,
    reopen_and_cancel,
    remove,
    cancel,
    ship_the_rest,
)

TAKES_BACK = frozenset(
    {
        "withdraw",
        "leave_behind",
        "leave_behind_and_withdraw",
        "reopen",
        "reopen_and_remove",
        "reopen_and_cancel",
    }
)
"""Those after which no store may hold the shipment."""
