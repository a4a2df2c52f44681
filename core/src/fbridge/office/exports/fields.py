"""Which fields a map of files out may have, by the kind of its rows."""

from __future__ import annotations

from collections.abc import Mapping

from fbridge.office.exports.courier_values import COURIER_VALUES
from fbridge.office.exports.courier_values import TOTALS as _TOTALS
from fbridge.office.exports.order_values import LINE_VALUES, ORDER_VALUES
from fbridge.office.exports.shipment_values import SHIPMENT_VALUES

COURIER, ORDERS, SHIPMENTS = "courier", "orders", "shipments"
FIELDS: Mapping[str, tuple[str, ...]] = {
    COURIER: tuple(COURIER_VALUES),
    ORDERS: ("batch", *ORDER_VALUES, *LINE_VALUES),
    SHIPMENTS: ("batch", *SHIPMENT_VALUES),
}
TOTALS: tuple[str, ...] = tuple(_TOTALS)
