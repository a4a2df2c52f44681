"""Mutations under aliases: valid for every version of the Admin API, and what is told to the store in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

from fbridge_shopify.allocation import FulfillmentOrder, Take
from fbridge_shopify.cost_budget import LARGEST_PAGE
from fbridge_shopify.documents import (
    Kind,
    Mutation,
    alias_document,
    cancellation,
    correction,
    creation,
    lines_read,
    splitting,
    tracking_input,
)
from fbridge_shopify.lanes import MOST_MUTATIONS, MOST_POINTS
from fbridge_shopify.sandbox.cost import CostOf

SCHEMAS = files("fbridge_shopify") / "sandbox/schema"
VERSIONS = sorted(
    entry.name.removesuffix(".graphql") for entry in SCHEMAS.iterdir() if entry.name.endswith(".graphql")
)
SOURCE = FulfillmentOrder(
    id="gid://shopify/FulfillmentOrder/1",
    status="OPEN",
    is_open=True,
    actions=frozenset(),
    location="",
    lines=(),
)
TAKE = Take(source=SOURCE, pieces=(("gid://shopify/FulfillmentOrderLineItem/5", 2),), whole=False)
TRACKING = tracking_input("BRT", ["N1"], {"N1": "https://brt.example/N1"})
EACH = {
    Kind.CREATE: creation([TAKE], TRACKING, notify=True),
    Kind.UPDATE: correction("gid://shopify/Fulfillment/9", TRACKING, notify=False),
    Kind.SPLIT: splitting([TAKE]),
    Kind.CANCEL: cancellation("gid://shopify/Fulfillment/9"),
}


@cache
def schema(version: str) -> GraphQLSchema:
    return build_schema((SCHEMAS / f"{version}.graphql").read_text("utf-8"))


def cost_by_shopifys_rules(mutations: list[Mutation]) -> float:
    text, variables = alias_document(mutations)
    ast = parse(text)
    (operation,) = [one for one in ast.definitions if isinstance(one, OperationDefinitionNode)]
    return CostOf(schema(VERSIONS[-1]), ast, operation, variables).requested()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "kinds",
    [[kind] for kind in Kind] + [[Kind.SPLIT, Kind.CREATE, Kind.UPDATE, Kind.CREATE]],
    ids=lambda kinds: "+".join(kind.name for kind in kinds),
)
def test_each_document_is_valid_and_without_anything_deprecated(kinds: list[Kind], version: str) -> None:
    text, _ = alias_document([EACH[kind] for kind in kinds])
    rules = (*specified_rules, NoDeprecatedCustomRule)
    assert [str(error) for error in validate(schema(version), parse(text), rules)] == []


def test_each_mutation_has_its_alias_and_its_variables() -> None:
    text, variables = alias_document([EACH[Kind.SPLIT], EACH[Kind.UPDATE]])
    assert "m0: fulfillmentOrderSplit(fulfillmentOrderSplits: $fulfillmentOrderSplits_0)" in text
    assert "m1: fulfillmentTrackingInfoUpdate(fulfillmentId: $fulfillmentId_1" in text
    assert variables["fulfillmentId_1"] == "gid://shopify/Fulfillment/9"
    assert variables["notifyCustomer_1"] is False


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 8, 20, 100, 250, 400])
def test_a_document_is_thought_to_cost_what_shopify_counts(kind: Kind, lines: int) -> None:
    mutations = [replace(EACH[kind], lines=lines)] * 3
    assert cost_by_shopifys_rules(mutations) == 3 * kind.value.cost(lines_read(mutations))


def test_a_usual_fulfillment_is_cheap() -> None:
    costs = {
        lines: cost_by_shopifys_rules([replace(EACH[Kind.CREATE], lines=lines)]) for lines in (1, 2, 4, 7)
    }
    assert costs == {1: 16, 2: 16, 4: 18, 7: 20}


@given(st.lists(st.integers(1, LARGEST_PAGE), min_size=1, max_size=10))
def test_each_fulfillment_of_a_document_is_read_whole(lines: list[int]) -> None:
    mutations = [replace(EACH[Kind.CREATE], lines=one) for one in lines]
    _, variables = alias_document(mutations)
    assert max(lines) <= variables["pieces"] <= LARGEST_PAGE
    assert cost_by_shopifys_rules(mutations) == len(lines) * Kind.CREATE.value.cost(max(lines))


def test_a_fulfillment_can_have_as_many_lines_as_are_taken_for_it() -> None:
    pieces = tuple((f"gid://shopify/FulfillmentOrderLineItem/{number}", 1) for number in range(3))
    assert creation([TAKE, replace(TAKE, pieces=pieces)], None, notify=False).lines == 4


def test_only_who_reads_lines_says_how_many() -> None:
    text, variables = alias_document([EACH[Kind.SPLIT]])
    assert "pieces" not in variables
    assert "$pieces" not in text


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_a_full_document_is_not_too_dear(kind: Kind) -> None:
    longest = replace(EACH[kind], lines=LARGEST_PAGE)
    assert cost_by_shopifys_rules([longest] * MOST_MUTATIONS) <= MOST_POINTS


@pytest.mark.parametrize(
    ("numbers", "urls", "expected"),
    [
        (["N1"], {}, {"company": "SDA", "numbers": ["N1"]}),
        (
            ["N1", "N2"],
            {"N1": "https://x.example/1", "N2": "https://x.example/2"},
            {
                "company": "SDA",
                "numbers": ["N1", "N2"],
                "urls": ["https://x.example/1", "https://x.example/2"],
            },
        ),
        # By position: one that is missing would shift the others.
        (["N1", "N2"], {"N2": "https://x.example/2"}, {"company": "SDA", "numbers": ["N1", "N2"]}),
        # One bad URL would make Shopify refuse the whole document.
        (["N1"], {"N1": "x.example/1"}, {"company": "SDA", "numbers": ["N1"]}),
        (["N1"], {"N1": "https://x.example/a b"}, {"company": "SDA", "numbers": ["N1"]}),
        ([], {}, {"numbers": []}),
    ],
)
def test_numbers_are_given_as_a_list_with_pages_of_all_or_of_none(
    numbers: list[str], urls: dict[str, str], expected: dict[str, Any]
) -> None:
    assert tracking_input("SDA", numbers, urls) == expected


def test_without_a_number_nothing_is_said_of_tracking() -> None:
    fulfillment = creation([TAKE], None, notify=False).arguments["fulfillment"]
    assert set(fulfillment) == {"lineItemsByFulfillmentOrder", "notifyCustomer"}
