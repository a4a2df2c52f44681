"""Who asks, and what may be seen of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from graphql import GraphQLEnumType, GraphQLResolveInfo, GraphQLSchema

from fbridge_shopify.sandbox.records import FulfillmentOrder, Order, Token
from fbridge_shopify.sandbox.state import Shop

SIXTY_DAYS = 60 * 86_400

Info: TypeAlias = "GraphQLResolveInfo[Viewer]"
"""What a resolver is told; its ``context`` is the :class:`Viewer`."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """One request's token, the API version that it is served with, and the store's own address."""

    shop: Shop
    token: Token
    version: str
    schema: GraphQLSchema
    url: str

    def may(self, scopes: frozenset[str]) -> bool:
        """Whether the token has one of them."""
        return bool(self.token.reach & scopes)

    def knows(self, enum: str, value: str) -> bool:
        """Whether the served version has this value of an enum."""
        found = self.schema.type_map[enum]
        return isinstance(found, GraphQLEnumType) and value in found.values

    def oldest(self) -> int | None:
        """Orders made before are not shown (seconds since 1970); None when all are."""
        return None if "read_all_orders" in self.token.reach else self.shop.now() - SIXTY_DAYS

    def order(self, order_id: int) -> Order | None:
        """An order, unless there is none for this viewer."""
        if order_id not in self.shop.orders:
            return None
        order = self.shop.orders.get(order_id)
        oldest = self.oldest()
        return None if oldest is not None and order.created < oldest else order

    def sees(self, one: FulfillmentOrder) -> bool:
        """Fulfillment orders of a kind that the token has no scope for are left out without a word."""
        kind = self.shop.locations[one.location_id].managed
        return f"read_{kind}_fulfillment_orders" in self.token.reach

    def may_fulfil(self, one: FulfillmentOrder) -> bool:
        """Whether the token may ship it."""
        kind = self.shop.locations[one.location_id].managed
        return f"write_{kind}_fulfillment_orders" in self.token.scopes
