"""The carrier codes of a store. Magento has no call that lists them and takes any code, so the list is open."""

from __future__ import annotations

from fbridge.models.platforms import CarrierCode, CarrierCodes, Store

STOCK_CARRIERS = {
    "custom": "Custom Value",
    "ups": "United Parcel Service",
    "usps": "United States Postal Service",
    "fedex": "Federal Express",
    "dhl": "DHL",
}
"""Those that Magento brings along, with the names that its back office shows; ``custom`` shows the title alone."""


def carrier_codes(store: Store) -> CarrierCodes:
    """The stock codes and those of the setting ``carriers``, which come first."""
    own = dict(_pair(entry) for entry in store.settings.get("carriers") or ())
    labels = {**own, **{code: label for code, label in STOCK_CARRIERS.items() if code not in own}}
    codes = tuple(CarrierCode(code=code, label=label) for code, label in labels.items())
    return CarrierCodes(codes=codes, open=True)


def _pair(entry: str) -> tuple[str, str]:
    code, _, label = entry.partition("=")
    return code.strip(), label.strip()
