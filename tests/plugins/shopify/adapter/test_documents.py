"""Every document that is sent is valid for every version of the Admin API, and uses nothing deprecated."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    parse,
    specified_rules,
    validate,
)

from fbridge_shopify.cost_budget import (
    AMPLE,
    COMFORT,
    COUNT_COST,
    MOST_POINTS,
    USUAL,
    Sizes,
    comfortable_page,
    connection,
    nodes_cost,
    page_cost,
    rest_cost,
)
from fbridge_shopify.documents import document, names
from fbridge_shopify.sandbox.cost import CostOf

SCHEMAS = files("fbridge_shopify") / "sandbox/schema"
VERSIONS = sorted(
    entry.name.removesuffix(".graphql") for entry in SCHEMAS.iterdir() if entry.name.endswith(".graphql")
)


def is_operation(name: str) -> bool:
    return re.match(r"\s*(query|mutation)\b", document(name)) is not None


OPERATIONS = [name for name in names() if is_operation(name)]
FRAGMENTS = [name for name in names() if not is_operation(name)]


@cache
def schema(version: str) -> GraphQLSchema:
    return build_schema((SCHEMAS / f"{version}.graphql").read_text("utf-8"))


def test_there_is_more_than_one_version_and_one_document() -> None:
    assert len(VERSIONS) >= 3
    assert len(OPERATIONS) > 10


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_each_document_is_valid_and_without_anything_deprecated(name: str, version: str) -> None:
    rules = (*specified_rules, NoDeprecatedCustomRule)
    assert [str(error) for error in validate(schema(version), parse(document(name)), rules)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_deprecated_field_would_be_found(version: str) -> None:
    wrong = parse("{ orders(first: 1) { nodes { totalPrice } } }")
    assert len(validate(schema(version), wrong, [NoDeprecatedCustomRule])) == 1


@pytest.mark.parametrize("name", FRAGMENTS)
def test_each_fragment_is_named_as_its_file(name: str) -> None:
    (first, *_) = parse(document(name)).definitions
    assert isinstance(first, FragmentDefinitionNode)
    assert first.name.value == "".join(map(str.capitalize, name.split("_")))


Selected = dict[str, "Selected"]


def selected(text: str, *path: str) -> Selected:
    """The fields below a path as a tree, fragments put in, connections without how their nodes are named."""
    ast = parse(text)
    (operation,) = [one for one in ast.definitions if isinstance(one, OperationDefinitionNode)]
    tree = _tree(operation.selection_set, ast)
    for name in path:
        tree = tree[name]
    return tree


def _tree(selection: SelectionSetNode | None, ast: DocumentNode) -> Selected:
    found: Selected = {}
    for node in selection.selections if selection else ():
        if isinstance(node, FieldNode):
            found[node.name.value] = _tree(node.selection_set, ast)
        else:
            inner: Any = getattr(node, "selection_set", None) or _fragment(node, ast).selection_set
            found |= _tree(inner, ast)
    found.pop("pageInfo", None)
    for wrapper in ("nodes", "edges", "node"):
        if set(found) == {wrapper}:
            found = found[wrapper]
    return found


def _fragment(spread: Any, ast: DocumentNode) -> FragmentDefinitionNode:
    for one in ast.definitions:
        if isinstance(one, FragmentDefinitionNode) and one.name.value == spread.name.value:
            return one
    raise AssertionError(f"no fragment {spread.name.value}")


def test_a_bulk_operation_reads_the_same_of_an_order_as_a_page() -> None:
    """But for what was cancelled of ours on the store: a first sync comes before anything is."""
    page = selected(document("changed_orders"), "orders")
    del page["fulfillments"]
    assert selected(document("bulk_orders"), "orders") == page


def cost_by_shopifys_rules(name: str, variables: dict[str, Any]) -> int:
    ast = parse(document(name))
    (operation,) = [one for one in ast.definitions if isinstance(one, OperationDefinitionNode)]
    return CostOf(schema(VERSIONS[0]), ast, operation, variables).requested()


@pytest.mark.parametrize("sizes", [USUAL, AMPLE, Sizes(lines=1, fulfillment_orders=1, pieces=1)])
@pytest.mark.parametrize("first", [1, 25, 100, 250])
def test_the_formula_tells_what_a_page_costs(sizes: Sizes, first: int) -> None:
    variables = {"first": first, **sizes.variables}
    bare = cost_by_shopifys_rules("changed_orders", variables)
    whole = cost_by_shopifys_rules("changed_orders_and_shipments", variables)
    assert bare == page_cost(first, sizes, shipments=False)
    assert whole == page_cost(first, sizes, shipments=True)
    assert cost_by_shopifys_rules("newest_orders", variables) == bare


def test_the_formula_tells_what_the_other_reads_cost() -> None:
    by_id = {"ids": ["x"], **AMPLE.variables}
    assert cost_by_shopifys_rules("orders_by_id", by_id) == nodes_cost(AMPLE, shipments=False)
    assert cost_by_shopifys_rules("orders_by_id_and_shipments", by_id) == nodes_cost(AMPLE, shipments=True)
    assert cost_by_shopifys_rules("count_orders", {}) == COUNT_COST
    more = {"id": "x", "first": AMPLE.fulfillment_orders, "after": "c", "pieces": AMPLE.pieces}
    for name in ("more_lines", "more_fulfillment_orders", "more_pieces", "more_shipped"):
        assert cost_by_shopifys_rules(name, more) <= rest_cost(AMPLE.fulfillment_orders, AMPLE)


def test_costs_of_connections_as_live_stores_counted_them() -> None:
    assert [connection(first, 0) for first in (1, 2, 3, 10, 50, 250)] == [3, 3, 4, 6, 9, 13]
    assert connection(250, 1) == 2 + 11 * 2


def test_a_page_is_as_large_as_stays_well_under_the_limit() -> None:
    shape, with_shipments = (comfortable_page(USUAL, shipments=shipments) for shipments in (False, True))
    assert (shape.first, with_shipments.first) == (100, 75)
    assert page_cost(shape.first, USUAL, shipments=False) <= COMFORT < MOST_POINTS
    assert page_cost(with_shipments.first, USUAL, shipments=True) <= COMFORT
    assert comfortable_page(USUAL, shipments=True, points=1).first == 1


def test_halving_ends_with_the_least_of_an_order_that_can_be_asked_for() -> None:
    seen = [USUAL]
    while (smaller := seen[-1].halved()) != seen[-1]:
        seen.append(smaller)
    assert seen[-1] == Sizes(lines=1, fulfillment_orders=1, pieces=1)
    costs = [page_cost(1, sizes, shipments=True) for sizes in seen]
    assert costs == sorted(costs, reverse=True)
