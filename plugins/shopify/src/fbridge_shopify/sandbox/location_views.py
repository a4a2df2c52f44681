"""The shop and its locations as objects of the API."""

from __future__ import annotations

from fbridge_shopify.sandbox.connections import View
from fbridge_shopify.sandbox.gids import gid
from fbridge_shopify.sandbox.records import Location

SHOP_DOMAIN = "sandbox.myshopify.com"
OPENED = "2024-01-01T08:00:00Z"


def location_view(location: Location) -> View:
    """A ``Location``."""
    service = location.managed != "merchant_managed"
    return {
        "__typename": "Location",
        "id": gid("Location", location.id),
        "legacyResourceId": str(location.id),
        "name": location.name,
        "isActive": True,
        "isPrimary": location.id % 10 == 1,
        "isFulfillmentService": service,
        "fulfillsOnlineOrders": True,
        "shipsInventory": True,
        "hasActiveInventory": True,
        "hasUnfulfilledOrders": True,
        "activatable": True,
        "deactivatable": False,
        "deletable": False,
        "addressVerified": False,
        "suggestedAddresses": [],
        "createdAt": OPENED,
        "updatedAt": OPENED,
        "address": {
            "city": location.city,
            "countryCode": location.country,
            "country": "Italy",
            "formatted": [location.city, "Italy"],
        },
    }


def shop_view(currency: str) -> View:
    """The ``Shop``."""
    domain = {
        "id": gid("Domain", 1),
        "host": SHOP_DOMAIN,
        "url": f"https://{SHOP_DOMAIN}",
        "sslEnabled": True,
    }
    return {
        "__typename": "Shop",
        "id": gid("Shop", 1),
        "name": "Bottega fbridge",
        "email": "negozio@example.test",
        "contactEmail": "negozio@example.test",
        "myshopifyDomain": SHOP_DOMAIN,
        "url": f"https://{SHOP_DOMAIN}",
        "primaryDomain": domain,
        "domains": [domain],
        "currencyCode": currency,
        "enabledPresentmentCurrencies": [currency],
        "ianaTimezone": "Europe/Rome",
        "timezoneAbbreviation": "CET",
        "timezoneOffset": "+0100",
        "timezoneOffsetMinutes": 60,
        "weightUnit": "KILOGRAMS",
        "unitSystem": "METRIC_SYSTEM",
        "taxesIncluded": True,
        "taxShipping": True,
        "setupRequired": False,
        "orderNumberFormatPrefix": "#",
        "orderNumberFormatSuffix": "",
        "shopOwnerName": "Anna Rossi",
        "createdAt": OPENED,
        "updatedAt": OPENED,
        "plan": {
            "publicDisplayName": "Basic",
            "displayName": "Basic",
            "partnerDevelopment": False,
            "shopifyPlus": False,
        },
    }
