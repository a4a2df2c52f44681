"""What Shopify answers: the fields without which nothing can be shipped, and the parts that several modules look at.

Shapes: the types Order, LineItem, FulfillmentOrder and Fulfillment of the Admin GraphQL schema, as far as the
documents ask for them. Money is a string in the customer's currency, times have a zone. Enums are texts, for Shopify
adds values. What belongs to the customer may be null: it is withheld from apps without approval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import fields

from fbridge.adapterkit.needed import NarrowPayload, Needed, Payload, Rows, Told
from fbridge.adapterkit.payloads import (
    count,
    count_if_told,
    flag,
    identity,
    mapping,
    moment,
    named,
    pieces,
    rows,
    text,
)

_THIRD_PARTY = "THIRD_PARTY"
OVERLAP = timedelta(minutes=5)
"""Of two readings: what the search did not know yet."""

NODES = "nodes"
"""Where a connection has its list."""


def written(moment: datetime) -> str:
    """A time as Shopify writes it, to the second."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def number_of(global_id: str) -> str:
    """``7`` for ``gid://shopify/Location/7``, and for ``7``."""
    return global_id.rpartition("/")[2]


def number(value: Any) -> str:
    """The number in a global id: what people see and type of lines. Raises: UnreadableError."""
    return named(number_of(named(value)))


def global_id(value: Any) -> str:
    """A global id that ends with a number. Raises: UnreadableError."""
    identity(number_of(named(value)))
    return named(value)


def number_below(value: Any) -> str:
    """The number in the id of an object. Raises: UnreadableError."""
    return number(mapping(value).get("id"))


@dataclass(frozen=True, slots=True)
class Place:
    """An assigned location. ``id`` is its number: "" where the app may not read locations, or it is gone.

    ``service``: a fulfillment service keeps it; False where that is not told either.
    """

    id: str
    name: str
    service: bool

    @property
    def label(self) -> str:
        """The number, or the name where there is none."""
        return self.id or self.name


def place(value: Any) -> Place:
    """The place of an assigned location."""
    location = mapping(mapping(value).get("location"))
    return Place(
        number_of(text(location.get("id"))),
        text(mapping(value).get("name")),
        flag(location.get("isFulfillmentService")),
    )


def service(value: Any) -> str:
    """The name of the fulfillment service that made a fulfillment; "" where it is the merchant's own."""
    told = mapping(value)
    return text(told.get("serviceName")) if text(told.get("type")) == _THIRD_PARTY else ""


def below(name: str) -> Callable[[Any], str]:
    """A reader of the text that stands in an object under this name."""
    return lambda value: text(mapping(value).get(name))


def each_below(name: str) -> Callable[[Any], list[str]]:
    """A reader of the texts that stand in a list or a connection of objects under this name."""
    return lambda value: [text(one.get(name)) for one in rows(nodes(value))]


def texts_below(*names: str) -> Callable[[Any], list[dict[str, str]]]:
    """A reader of the texts that stand in a list of objects under these names (in Python's form)."""
    keys = {name: _key(name) for name in names}
    return lambda value: [{name: text(one.get(key)) for name, key in keys.items()} for one in rows(value)]


def nodes(value: Any) -> Any:
    """The list of a connection."""
    return mapping(value).get(NODES) if NODES in mapping(value) else value


def _key(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class GraphPayload(NarrowPayload):
    """Fields are named as Python does, and stand in an answer as GraphQL does (``updated_at``: ``updatedAt``)."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Called by marshmallow for each field."""
        field_obj.data_key = _key(field_name)


class OpenPayload(Payload):
    """As :class:`GraphPayload`; all other fields are kept as they came, under GraphQL's names."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Called by marshmallow for each field."""
        field_obj.data_key = _key(field_name)


class LinePayload(OpenPayload):
    """A LineItem. ``unfulfilledQuantity`` is what the store would still ship."""

    id = Needed(number)
    quantity = Needed(pieces)
    current_quantity = Needed(count)
    unfulfilled_quantity = Needed(count)


class PiecePayload(GraphPayload):
    """A FulfillmentOrderLineItem: so many pieces of a line."""

    id = Needed(named)
    remaining_quantity = Needed(count)
    line_item = Needed(number_below)


class FulfillmentOrderPayload(GraphPayload):
    """A FulfillmentOrder: goods of one order that one place has to ship."""

    id = Needed(named)
    status = Needed(named)
    fulfill_at = Told(moment)
    supported_actions = Told(each_below("action"))
    fulfillment_holds = Told(texts_below("reason", "reason_notes"))
    delivery_method = Told(below("methodType"))
    assigned_location = Told(place)
    line_items = Rows(PiecePayload, inside=NODES)


class ShippedPayload(GraphPayload):
    """A FulfillmentLineItem."""

    quantity = Told(count_if_told)
    line_item = Needed(number_below)


class FulfillmentPayload(GraphPayload):
    """A Fulfillment: a shipment that the store holds."""

    id = Needed(named)
    status = Needed(named)
    created_at = Told(moment)
    service = Told(service)
    tracking_info = Told(texts_below("company", "number", "url"))
    fulfillment_orders = Told(each_below("id"))
    fulfillment_line_items = Rows(ShippedPayload, inside=NODES)


class ShownPayload(GraphPayload):
    """A Fulfillment, no more of it than whether it counts."""

    id = Told(text)
    status = Told(text)


class OrderPayload(OpenPayload):
    """An Order, as far as the fragment ``OrderFields`` asks for it."""

    id = Needed(global_id)
    line_items = Rows(LinePayload, key="id", inside=NODES)
    fulfillment_orders = Rows(FulfillmentOrderPayload, inside=NODES)
    fulfillments = Rows(FulfillmentPayload)
    shown = Rows(ShownPayload)
