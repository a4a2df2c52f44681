"""Which real stores the environment names, and which of their orders may be shipped. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from fbridge.settings.loading import variable

PLATFORMS = ("magento", "prestashop", "shopify", "woocommerce")
LONGEST_AGE = timedelta(days=90)


class NotNamedError(Exception):
    """The environment does not say what may be shipped; the words tell what to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealStore:
    """One store, and the ids of the only orders that are touched there.

    ``carrier`` is what the store calls a carrier ("": the first that it knows, or fbridge's own name).
    """

    platform: str
    url: str
    orders: tuple[str, ...]
    orders_from: date
    accept_mail: bool
    carrier: str = ""

    @property
    def name(self) -> str:
        """Its name in the settings: so its fields are read from ``FBRIDGE_REAL_PLATFORM_FIELD`` as of any store."""
        return store_name(self.platform)


def store_name(platform: str) -> str:
    """``real-woocommerce``."""
    return f"real-{platform}"


def named_stores(environment: Mapping[str, str], today: date) -> Iterator[RealStore]:
    """The stores that have a URL there. Raises NotNamedError where there is none, or one without orders."""
    chosen = [one for one in PLATFORMS if environment.get(variable(store_name(one), "url"))]
    if not chosen:
        raise NotNamedError(
            "No store is named, so nothing was done. Set FBRIDGE_REAL_WOOCOMMERCE_URL, its credentials and "
            "FBRIDGE_REAL_WOOCOMMERCE_ORDERS, or those of another platform; see docs/real-stores.md."
        )
    yield from [_store(environment, platform, today) for platform in chosen]


def _store(environment: Mapping[str, str], platform: str, today: date) -> RealStore:
    def said(field: str) -> str:
        return environment.get(variable(store_name(platform), field), "").strip()

    orders = tuple(dict.fromkeys(said("orders").replace(",", " ").split()))
    if not orders:
        raise NotNamedError(
            f"{variable(store_name(platform), 'orders')} names no order of {said('url')}, so nothing was done. Set "
            "it to the ids of the orders that may be shipped for good, with commas between them."
        )
    return RealStore(
        platform=platform,
        url=said("url"),
        orders=orders,
        orders_from=_day(said("orders_from"), variable(store_name(platform), "orders_from"), today),
        accept_mail=said("accept_mail").lower() in {"1", "true", "yes"},
        carrier=said("carrier"),
    )


def _day(said: str, name: str, today: date) -> date:
    try:
        return date.fromisoformat(said) if said else today - LONGEST_AGE
    except ValueError:
        raise NotNamedError(f"{name} is {said!r}, and no day such as 2026-11-28; nothing was done.") from None
