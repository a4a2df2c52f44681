"""Which carriers this store knows, by the place where it keeps tracking."""

from __future__ import annotations

from dataclasses import replace

from fbridge.models.platforms import CarrierCode, CarrierCodes, Store
from fbridge_woocommerce.carriers import fulfillment_carriers, providers_as_codes
from fbridge_woocommerce.client import WooClient
from fbridge_woocommerce.detection import facts_of, place_of
from fbridge_woocommerce.tracking_place import Place, carrier_list_is_open, spelling_words


def carrier_codes(store: Store) -> CarrierCodes:
    """The store's list. Raises: CredentialsError, RefusedError, UnreachableError."""
    client = WooClient(store)
    facts = facts_of(store, client)
    place = place_of(store, facts)
    codes: tuple[CarrierCode, ...] = ()
    if place is Place.FULFILLMENTS:
        codes = fulfillment_carriers()
    elif place in (Place.AST, Place.WST) and facts.namespace:
        listed = providers_as_codes(client.providers(facts.namespace))
        codes = tuple(replace(one, warning=spelling_words(place, one.code, facts)) for one in listed)
    return CarrierCodes(codes=codes, open=carrier_list_is_open(place))
