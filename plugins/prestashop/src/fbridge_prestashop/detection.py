"""Find out what a shop is, without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from marshmallow import ValidationError

from fbridge.errors import CredentialsError, RefusedError, UnreachableError
from fbridge.models.platforms import Store
from fbridge_prestashop.answers import error_of, no_api, rows_of, version_of
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.schemas import CARRIER_FIELDS, STATE_FIELDS
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop import Shop
from fbridge_prestashop.shop_facts import (
    CONFIGURATION,
    MAIL_METHOD,
    ShopCarrier,
    ShopFacts,
    State,
    carriers_from,
    configuration_from,
    groups_from,
    own_values_from,
    states_from,
)
from fbridge_prestashop.xml_bodies import Permissions, permissions_in

T = TypeVar("T")


def shop_of(store: Store, client: PrestaShopClient, *, fresh: bool = False) -> Shop:
    """The shop as the last check saw it, or as it is found now, once in a run. ``fresh``: with its configuration and
    states as they are today.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    memory = memory_of(store)
    known = memory.facts or ShopFacts.from_json(store.facts)
    if known is None:
        known, memory.refreshed = detect(store, client), True
    elif fresh and not memory.refreshed:
        known, memory.refreshed = refreshed(store, client, known), True
    memory.facts = known
    return Shop(store.settings, known)


def detect(store: Store, client: PrestaShopClient) -> ShopFacts:
    """Look at permissions, configuration, states and carriers. Raises as :func:`shop_of`."""
    facts = refreshed(store, client, ShopFacts().allowing(permissions_of(client)))
    return replace(facts, carriers=carriers_of(client))


def permissions_of(client: PrestaShopClient) -> Permissions:
    """What the key may do. Raises as :func:`shop_of`."""
    response = client.root()
    if not response.ok:
        raise error_of(response)
    permissions = permissions_in(response.xml)
    if permissions is None:
        raise no_api(response)
    return permissions


def refreshed(store: Store, client: PrestaShopClient, facts: ShopFacts) -> ShopFacts:
    """The facts with version, configuration and states as they are now. Raises as :func:`shop_of`."""
    response = client.configuration(CONFIGURATION)
    try:
        rows = rows_of(response, "configurations")
    except CredentialsError as error:
        # With a time zone of the settings, states are told by their mail templates.
        if error.reason != "missing_permission" or not store.settings.get("timezone"):
            raise
        rows = []
    return replace(
        facts,
        version=version_of(response) or facts.version,
        configuration=(configuration := configuration_from(rows)),
        own_values=(own_values := own_values_from(rows, configuration)),
        groups={**groups_from(rows), **_groups(client, own_values)},
        states=states_of(client),
    )


def with_carriers_now(store: Store, client: PrestaShopClient, shop: Shop) -> Shop:
    """The shop with its carriers as they are today, read once in a run: an edit gives a carrier another id.

    Raises as :func:`shop_of`.
    """
    memory = memory_of(store)
    if not memory.carriers_read:
        memory.facts = replace(memory.facts or shop.known, carriers=carriers_of(client))
        memory.carriers_read = True
    return Shop(store.settings, memory.facts or shop.known)


def mails_now(store: Store, client: PrestaShopClient) -> Shop | None:
    """The shop as it sends mails today, or none, read once in a run; None where that cannot be seen."""
    memory = memory_of(store)
    if memory.mails_now is None and memory.facts is not None:
        try:
            rows = rows_of(client.configuration((MAIL_METHOD,)), "configurations")
            by_state = Shop(store.settings, memory.facts).mail is CustomerMail.SHIPPED
            states = states_of(client) if by_state else memory.facts.states
        except (CredentialsError, RefusedError, UnreachableError):
            return None
        memory.mails_now = replace(memory.facts.with_configuration(rows), states=states)
    return Shop(store.settings, memory.mails_now) if memory.mails_now else None


def _groups(client: PrestaShopClient, owners: Iterable[str]) -> dict[str, str]:
    """Which shop is in which group, where groups have values of their own; a key need not be allowed to see it."""
    if not any(owner.startswith("group ") for owner in owners):
        return {}
    try:
        return groups_from(client.all_rows("shops", "[id,id_shop_group]"), "id")
    except CredentialsError as error:
        if error.reason != "missing_permission":
            raise
        return {}


def states_of(client: PrestaShopClient) -> tuple[State, ...]:
    """All states of orders. Raises as :func:`shop_of`."""
    return _decoded("order_states", lambda: states_from(client.all_rows("order_states", STATE_FIELDS)))


def carriers_of(client: PrestaShopClient) -> tuple[ShopCarrier, ...]:
    """All carriers, deleted ones included. Raises as :func:`shop_of`."""
    return _decoded("carriers", lambda: carriers_from(client.all_rows("carriers", CARRIER_FIELDS)))


def _decoded(resource: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValidationError:
        raise UnreachableError(
            f"The store's list of {resource} is not the one of PrestaShop; a module of the store may interfere.",
            reason="unexpected_answer",
        ) from None
