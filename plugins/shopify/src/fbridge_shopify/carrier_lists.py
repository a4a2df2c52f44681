"""The carriers that Shopify knows by name. Pure: no API lists them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from fbridge.models.platforms import CarrierCode, CarrierCodes

if TYPE_CHECKING:
    from fbridge.models.platforms import Store


def carrier_codes(store: Store) -> CarrierCodes:  # noqa: ARG001 - every store has the same
    """Shopify's own names; the list is open: any other name goes with a URL of its own."""
    codes = tuple(CarrierCode(code=name, label=name) for name in known_names())
    return CarrierCodes(codes=codes, open=True)


@cache
def known_names() -> tuple[str, ...]:
    """The names for which Shopify makes the link itself, in its exact spelling; those for Italy first.

    Source: the description of ``FulfillmentTrackingInfo.company`` in the Admin GraphQL schema, which lists them for
    any country and, in addition, for shops of one country. The patterns of the links are not public.
    """
    text = files("fbridge_shopify").joinpath("data/carriers.json").read_text("utf-8")
    lists = json.loads(text)
    of_one_country = [name for names in lists["by_country"].values() for name in names]
    return tuple(dict.fromkeys([*lists["by_country"]["Italy"], *lists["any_country"], *of_one_country]))
