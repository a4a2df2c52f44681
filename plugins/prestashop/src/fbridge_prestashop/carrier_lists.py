"""Which carriers a shop knows: by reference, for an edit gives a carrier another id."""

from __future__ import annotations

from dataclasses import replace

from fbridge.models.platforms import CarrierCodes, Store
from fbridge_prestashop.client import PrestaShopClient
from fbridge_prestashop.detection import carriers_of, permissions_of
from fbridge_prestashop.run_memory import memory_of
from fbridge_prestashop.shop_facts import ShopFacts


def carrier_codes(store: Store) -> CarrierCodes:
    """The shop's list, which is closed. Raises: CredentialsError, RefusedError, UnreachableError."""
    client = PrestaShopClient(store)
    known = memory_of(store).facts or ShopFacts.from_json(store.facts) or ShopFacts()
    facts = replace(known.allowing(permissions_of(client)), carriers=carriers_of(client))
    return CarrierCodes(codes=facts.codes(), open=False)
