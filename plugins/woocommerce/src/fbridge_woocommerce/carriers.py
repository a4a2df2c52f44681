"""The carriers that a store knows by a code: of the tracking plugins, or of core fulfillments. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fbridge.models.fulfillments import ResolvedCarrier
from fbridge.models.platforms import CarrierCode
from fbridge_woocommerce.slugs import sanitize_title

OTHER = "other"
"""The provider of a core fulfillment that carries a free name."""

_PLACEHOLDERS = ("__TN__", "%number%", "%1$s")


@cache
def fulfillment_carriers() -> tuple[CarrierCode, ...]:
    """The 77 providers built into core fulfillments (WooCommerce 11.0.1; no route lists them)."""
    text = files("fbridge_woocommerce").joinpath("data/fulfillment_carriers.json").read_text("utf-8")
    return tuple(
        CarrierCode(code=key, label=entry["label"], tracking_url=_template(entry["url"]))
        for key, entry in json.loads(text).items()
    )


def providers_as_codes(providers: Any) -> tuple[CarrierCode, ...]:
    """The answer of a plugin's ``providers`` route as codes.

    It is {country: {name: URL}}, or an empty list where there is none. The code is the slug of the name, which
    is what a row holds; one that stands under several countries is given once.
    """
    codes: dict[str, CarrierCode] = {}
    for name, url in _names(providers):
        slug = sanitize_title(name)
        codes.setdefault(slug, CarrierCode(code=slug, label=name, tracking_url=_template(url)))
    return tuple(codes.values())


def _names(providers: Any) -> Iterator[tuple[str, str]]:
    countries = providers.values() if isinstance(providers, Mapping) else ()
    for country in countries:
        if isinstance(country, Mapping):
            yield from ((str(name), str(url or "")) for name, url in country.items())


def _template(url: str) -> str:
    for placeholder in _PLACEHOLDERS:
        url = url.replace(placeholder, "{number}")
    return url


def carrier_words(carrier: ResolvedCarrier | None) -> str:
    """The carrier's name for a person."""
    if carrier is None:
        return ""
    return carrier.label or carrier.site_code or carrier.code
