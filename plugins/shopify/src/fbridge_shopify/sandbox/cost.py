"""The points that a request costs, by a formula fitted to what live stores answered.

Objects cost 1, scalars nothing, a mutation 10; a connection costs ``2 + n * (1 + its node's children)`` where n is
``floor(2 * ln(first))``, at least 1: the published "2 + first" is out of date. Shopify sets some costs by hand, and
changes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MUTATION = 10
BY_HAND = {
    "Mutation.fulfillmentTrackingInfoUpdate": 50,
    "Mutation.fulfillmentTrackingInfoUpdateV2": 50,
    "QueryRoot.ordersCount": 10,
}
FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})
ASKED: Any = object()
"""Stands for what is not answered yet."""


def connection_weight(size: int) -> int:
    """How often the nodes of a page of this size count."""
    return max(1, math.floor(2 * math.log(size))) if size > 0 else 0


class CostOf:
    """The cost of one operation, before (:meth:`requested`) and after it ran (:meth:`actual`)."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._variables = variables
        self._root = schema.get_root_type(operation.operation)
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def requested(self) -> int:
        """What is asked of the bucket beforehand."""
        return self._children(self._operation.selection_set, self._root, ASKED)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What the answer was worth."""
        return 0 if data is None else self._children(self._operation.selection_set, self._root, data)

    def _children(self, selected: SelectionSetNode | None, parent: Any, value: Any) -> int:
        """The cost of the fields of an answered object, or of any (``ASKED``)."""
        return sum(self._field(node, holder, value) for node, holder in self._fields(selected, parent))

    def _field(self, node: FieldNode, parent: Any, holder: Any) -> int:
        field = getattr(parent, "fields", {}).get(node.name.value)
        if field is None or node.selection_set is None:
            return 0
        kind, value = get_named_type(field.type), _answered(holder, node)
        key = f"{parent.name}.{node.name.value}"
        if parent is self._schema.mutation_type:
            return BY_HAND.get(key, MUTATION) + self._payload(node, kind, value)
        if key in BY_HAND:
            return BY_HAND[key]
        if kind.name in FREE or kind.name.endswith("UserError") or value is None:
            return int(value is None and holder is not ASKED and parent is self._root)
        if kind.name.endswith("Connection"):
            return self._connection(node, kind, value)
        items = [item for item in value if item] if isinstance(value, list) else [value]
        return 1 + max((self._children(node.selection_set, kind, item) for item in items), default=0)

    def _payload(self, node: FieldNode, kind: Any, value: Any) -> int:
        """The payload of a mutation and its own objects are in the mutation's price."""
        paid = 0
        for inner, holder in self._fields(node.selection_set, kind):
            field = holder.fields.get(inner.name.value)
            if field is not None and inner.selection_set is not None and _answered(value, inner):
                paid += int(not get_named_type(field.type).name.endswith("Error"))
        return max(0, self._children(node.selection_set, kind, value) - paid)

    def _connection(self, node: FieldNode, kind: Any, value: Any) -> int:
        selections = list(self._node_selections(node, kind))
        node_kind = get_named_type(kind.fields["nodes"].type)
        if value is ASKED:
            items, size = [ASKED], self._asked(node)
        else:
            items = _nodes(value)
            size = len(items)
        dearest = max(
            (sum(self._children(one, node_kind, item) for one in selections) for item in items), default=0
        )
        return 2 + connection_weight(size) * (1 + dearest)

    def _node_selections(self, node: FieldNode, kind: Any) -> Iterator[SelectionSetNode]:
        for inner, _ in self._fields(node.selection_set, kind):
            if inner.name.value == "nodes" and inner.selection_set is not None:
                yield inner.selection_set
            elif inner.name.value == "edges":
                for deeper, _ in self._fields(inner.selection_set, get_named_type(kind.fields["edges"].type)):
                    if deeper.name.value == "node" and deeper.selection_set is not None:
                        yield deeper.selection_set

    def _asked(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in {"first", "last"}:
                given = (
                    self._variables.get(argument.value.name.value)
                    if isinstance(argument.value, VariableNode)
                    else getattr(argument.value, "value", None)
                )
                if given is not None:
                    return int(given)
        return 1

    def _fields(self, selected: SelectionSetNode | None, parent: Any) -> Iterator[tuple[FieldNode, Any]]:
        for node in selected.selections if selected is not None else ():
            if isinstance(node, FieldNode):
                yield node, parent
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                yield from self._fields(
                    node.selection_set, self._type(condition.name.value, parent) if condition else parent
                )
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                yield from self._fields(
                    fragment.selection_set, self._type(fragment.type_condition.name.value, parent)
                )

    def _type(self, name: str, otherwise: Any) -> Any:
        found = self._schema.type_map.get(name)
        return found if isinstance(found, (GraphQLObjectType, GraphQLInterfaceType)) else otherwise


def _answered(holder: Any, node: FieldNode) -> Any:
    if holder is ASKED:
        return ASKED
    return holder.get((node.alias or node.name).value) if isinstance(holder, Mapping) else None


def _nodes(value: Mapping[str, Any]) -> list[Any]:
    """The objects on an answered page, under whatever name."""
    lists = [content for content in value.values() if isinstance(content, list)]
    found = lists[0] if lists else []
    return [
        item["node"] if set(item) <= {"node", "cursor"} and "node" in item else item for item in found if item
    ]
