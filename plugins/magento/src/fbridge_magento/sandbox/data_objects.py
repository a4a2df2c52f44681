"""Turns a part of a body into the data object that a service wants: keys, types, and what Magento says
against them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fbridge_magento.sandbox.calls import snake_case, upper_camel_case
from fbridge_magento.sandbox.errors import too_many_entries, unknown_property, wrong_type


@dataclass(frozen=True, slots=True)
class DataObject:
    """The fields of a data object, in snake case, with ``int``, ``float``, ``string`` or ``any`` as type.

    ``interface`` is its name in PHP.
    """

    fields: Mapping[str, str]
    interface: str = ""

    def read(self, given: Any) -> dict[str, Any]:
        """The fields that were given. What is no object has none. Raises: RestError (400)."""
        if not isinstance(given, Mapping):
            return {}
        return {snake_case(key): self._value(key, value) for key, value in given.items()}

    def read_list(self, given: Any, most: int | None = None) -> list[dict[str, Any]]:
        """A list of them, of ``most`` entries; of an object each value is taken for one. Raises: RestError (400)."""
        if given is None:
            return []
        values = list(given.values()) if isinstance(given, Mapping) else given
        if most is not None and not isinstance(values, str) and len(values) > most:
            raise too_many_entries(self.interface, most)
        return [self.read(one) for one in values] if not isinstance(values, str) else [{}]

    def _value(self, key: str, value: Any) -> Any:
        name = snake_case(key)
        if name not in self.fields:
            raise unknown_property(upper_camel_case(key))
        kind = self.fields[name]
        if value is None or kind == "any":
            return value
        try:
            return _CASTS[kind](value)
        except (TypeError, ValueError):
            raise wrong_type(value, kind, field=name) from None


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError
    return "1" if value is True else "" if value is False else str(value)


def _whole(value: Any) -> int:
    number = float(value)
    if number != int(number):
        raise ValueError
    return int(number)


_CASTS: dict[str, Callable[[Any], Any]] = {"int": _whole, "float": float, "string": _text}

SHIPMENT_ITEM = DataObject(
    {"order_item_id": "int", "qty": "float", "extension_attributes": "any"},
    "\\Magento\\Sales\\Api\\Data\\ShipmentItemCreationInterface",
)
SHIPMENT_TRACK = DataObject(
    {"track_number": "string", "title": "string", "carrier_code": "string", "extension_attributes": "any"},
    "\\Magento\\Sales\\Api\\Data\\ShipmentTrackCreationInterface",
)
SHIPMENT_COMMENT = DataObject(
    {"comment": "string", "is_visible_on_front": "int", "extension_attributes": "any"}
)
SHIPMENT_ARGUMENTS = DataObject({"extension_attributes": "any"})
SOURCE = DataObject({"source_code": "string", "ext_location_id": "string", "ext_return_shipment_id": "any"})
TRACK = DataObject(
    {
        "entity_id": "int",
        "order_id": "int",
        "parent_id": "int",
        "track_number": "string",
        "title": "string",
        "carrier_code": "string",
        "weight": "float",
        "qty": "float",
        "description": "string",
        "created_at": "string",
        "updated_at": "string",
        "extension_attributes": "any",
    }
)
COMMENT = DataObject(
    {
        "comment": "string",
        "created_at": "string",
        "entity_id": "int",
        "entity_name": "string",
        "is_customer_notified": "int",
        "is_visible_on_front": "int",
        "parent_id": "int",
        "status": "string",
        "extension_attributes": "any",
    }
)
SELECTED_ITEM = DataObject(
    {"sku": "string", "qty": "float", "extension_attributes": "any"},
    "\\Magento\\InventorySourceSelectionApi\\Api\\Data\\ItemRequestInterface",
)
REFUND_ITEM = DataObject({"order_item_id": "int", "qty": "float", "extension_attributes": "any"})
