"""Which fields a map of files out may have, by the kind of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.errors import ConfigError
from fbridge.office.exports.courier_values import COURIER_VALUES
from fbridge.office.exports.courier_values import TOTALS as _TOTALS
from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES
from fbridge.office.exports.shipment_values import SHIPMENT_VALUES
from fbridge.settings.extra_fields import extra_fields_of
from fbridge.settings.loading import Settings

COURIER, ORDERS, SHIPMENTS = "courier", "orders", "shipments"
FIELDS: Mapping[str, tuple[str, ...]] = {
    COURIER: tuple(COURIER_VALUES),
    ORDERS: ("batch", "cursor", *ORDER_VALUES, *LINE_VALUES),
    SHIPMENTS: ("batch", *SHIPMENT_VALUES),
}
TOTALS: tuple[str, ...] = tuple(_TOTALS)


def extra_columns(settings: Settings) -> tuple[str, ...]:
    """The extra fields of all stores. Raises ConfigError for one that is called like a field that all orders have."""
    names = extra_fields_of(settings)
    for name in names:
        if name in FIELDS[ORDERS]:
            raise ConfigError(
                f'{settings.home.config_file}: field "extra_fields": "{name}" is a column of all orders; give it '
                "another name.",
                reason="extra_field_known",
            )
    return names
