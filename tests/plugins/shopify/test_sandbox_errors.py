"""Requests that are wrong are told so in the forms that live stores were seen to answer."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge_shopify.sandbox.documents import is_mutation, root_fields


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    return client_of(make_sandbox(orders=0))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            "query Unknown {\n  definitelyNotThere {\n    id\n  }\n}",
            {
                "message": "Field 'definitelyNotThere' doesn't exist on type 'QueryRoot'",
                "locations": [{"line": 2, "column": 3}],
                "path": ["query Unknown", "definitelyNotThere"],
                "extensions": {
                    "code": "undefinedField",
                    "typeName": "QueryRoot",
                    "fieldName": "definitelyNotThere",
                },
            },
            id="undefined field",
        ),
        pytest.param(
            'mutation M { again: fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { code } } }',
            {
                "message": "Field 'code' doesn't exist on type 'UserError'",
                "locations": [{"line": 1, "column": 89}],
                "path": ["mutation M", "again", "userErrors", "code"],
                "extensions": {"code": "undefinedField", "typeName": "UserError", "fieldName": "code"},
            },
            id="code of a plain user error",
        ),
        pytest.param(
            "query NoSelection {\n  shop\n}",
            {
                "message": "Field must have selections (field 'shop' returns Shop but has no selections. "
                "Did you mean 'shop { ... }'?)",
                "locations": [{"line": 2, "column": 3}],
                "path": ["query NoSelection", "shop"],
                "extensions": {"code": "selectionMismatch", "nodeName": "field 'shop'", "typeName": "Shop"},
            },
            id="missing selection",
        ),
        pytest.param(
            "mutation Missing {\n  fulfillmentCancel {\n    userErrors { message }\n  }\n}",
            {
                "message": "Field 'fulfillmentCancel' is missing required arguments: id",
                "locations": [{"line": 2, "column": 3}],
                "path": ["mutation Missing", "fulfillmentCancel"],
                "extensions": {
                    "code": "missingRequiredArguments",
                    "className": "Field",
                    "name": "fulfillmentCancel",
                    "arguments": "id",
                },
            },
            id="missing argument",
        ),
        pytest.param(
            "mutation Null {\n  fulfillmentCancel(id: null) {\n    userErrors { message }\n  }\n}",
            {
                "message": "Argument 'id' on Field 'fulfillmentCancel' has an invalid value (null). "
                "Expected type 'ID!'.",
                "locations": [{"line": 2, "column": 3}],
                "path": ["mutation Null", "fulfillmentCancel", "id"],
                "extensions": {
                    "code": "argumentLiteralsIncompatible",
                    "typeName": "Field",
                    "argumentName": "id",
                },
            },
            id="null argument",
        ),
        pytest.param(
            "query Extra {\n  orders(first: 1, colour: 2) {\n    nodes { id }\n  }\n}",
            {
                "message": "Field 'orders' doesn't accept argument 'colour'",
                "locations": [{"line": 2, "column": 20}],
                "path": ["query Extra", "orders", "colour"],
                "extensions": {
                    "code": "argumentNotAccepted",
                    "name": "orders",
                    "typeName": "Field",
                    "argumentName": "colour",
                },
            },
            id="unknown argument",
        ),
        pytest.param(
            "query Unused($a: Int) { shop { id } }",
            {
                "message": "Variable $a is declared by Unused but not used",
                "locations": [{"line": 1, "column": 1}],
                "path": ["query Unused"],
                "extensions": {"code": "variableNotUsed", "variableName": "a"},
            },
            id="unused variable",
        ),
        pytest.param(
            'query Hydrate {\n  node(id: "gid://shopify/Order/1") {\n    ... on Nothing { id }\n  }\n}',
            {
                "message": "No such type Nothing, so it can't be a fragment condition",
                "locations": [{"line": 3, "column": 5}],
                "path": ["query Hydrate", "node", "... on Nothing"],
                "extensions": {"code": "undefinedType", "typeName": "Nothing"},
            },
            id="unknown type",
        ),
        pytest.param(
            'query BadId {\n  bulkOperation(id: "not-a-gid") {\n    id\n  }\n}',
            {
                "message": "Invalid global id 'not-a-gid'",
                "locations": [{"line": 2, "column": 3}],
                "path": ["query BadId", "bulkOperation", "id"],
                "extensions": {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
            },
            id="id that is none",
        ),
        pytest.param(
            "query Open {\n  shop {\n    id\n",
            {
                "message": "syntax error, unexpected end of file at [3, 5]",
                "locations": [{"line": 3, "column": 5}],
                "extensions": {"code": "PARSE_ERROR"},
            },
            id="syntax",
        ),
    ],
)
def test_a_document_that_is_wrong(shop, document, expected):
    answer = shop(document)
    assert answer.status_code == 200
    assert answer.json() == {"errors": [expected]}


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ("{ orders(first: 1, sortKey: SIZE) { nodes { id } } }", ["argumentLiteralsIncompatible"]),
        ('{ orders(first: "x") { nodes { id } } }', ["argumentLiteralsIncompatible"]),
        ("query($a: String) { orders(first: $a) { nodes { id } } }", ["variableMismatch"]),
        ("query($a: ID) { order(id: $a) { id } }", ["variableMismatch"]),
        ("{ orders(first: $n) { nodes { id } } }", ["variableNotDefined"]),
        ("{ shop { name { first } } }", ["selectionMismatch"]),
        (
            "mutation { fulfillmentCreate(fulfillment: { notifyCustomer: true }) { userErrors { message } } }",
            ["missingRequiredInputObjectAttribute"],
        ),
        (
            (
                "mutation { fulfillmentCreate(fulfillment: { lineItemsByFulfillmentOrder: [], day: 1 }) "
                "{ userErrors { message } } }"
            ),
            ["argumentNotAccepted"],
        ),
    ],
)
def test_codes_of_other_mistakes_in_documents(shop, given, codes):
    assert [error["extensions"]["code"] for error in shop.errors(given)] == codes


def test_a_variable_that_is_missing(shop):
    assert shop.errors(
        "mutation Missing($id: ID!) { fulfillmentCancel(id: $id) { userErrors { message } } }"
    ) == [
        {
            "message": "Variable $id of type ID! was provided invalid value",
            "locations": [{"line": 1, "column": 18}],
            "extensions": {
                "code": "INVALID_VARIABLE",
                "value": None,
                "problems": [{"path": [], "explanation": "Expected value to not be null"}],
            },
        }
    ]


def test_every_problem_within_a_variable_is_named_by_its_path(shop):
    document = (
        "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }"
    )
    given = {
        "lineItemsByFulfillmentOrder": [
            {"fulfillmentOrderId": "12", "fulfillmentOrderLineItems": [{"quantity": "many"}]}
        ],
        "colour": 1,
    }
    (error,) = shop.errors(document, f=given)
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert error["extensions"]["value"] == given
    assert [tuple(problem.values()) for problem in error["extensions"]["problems"]] == [
        (["lineItemsByFulfillmentOrder", 0, "fulfillmentOrderId"], "Invalid global id '12'"),
        (
            ["lineItemsByFulfillmentOrder", 0, "fulfillmentOrderLineItems", 0, "id"],
            "Expected value to not be null",
        ),
        (
            ["lineItemsByFulfillmentOrder", 0, "fulfillmentOrderLineItems", 0, "quantity"],
            'Could not coerce value "many" to Int',
        ),
        (["colour"], "Field is not defined on FulfillmentInput"),
    ]
    assert "for lineItemsByFulfillmentOrder.0.fulfillmentOrderId (Invalid global id '12')" in error["message"]


def test_a_value_that_an_enum_does_not_have_is_told_with_those_that_it_has(shop):
    document = """mutation($e: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: $e) {
      userErrors { message } } }"""
    (error,) = shop.errors(document, e={"fulfillmentId": "gid://shopify/Fulfillment/1", "status": "LOST"})
    (problem,) = error["extensions"]["problems"]
    assert problem["path"] == ["status"]
    assert problem["explanation"].startswith('Expected "LOST" to be one of: ')
    assert "DELIVERED" in problem["explanation"]


def test_no_more_than_250_ids_at_once(shop):
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [f"gid://shopify/Order/{number}" for number in range(1, 252)]
    (error,) = shop.errors(document, ids=ids)
    assert error["message"] == "The input array size of 251 is greater than the maximum allowed of 250."
    assert error["extensions"] == {"code": "MAX_INPUT_SIZE_EXCEEDED"}
    assert shop.data(document, ids=ids[:250]) == [None] * 250


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "you must provide one of first or last"),
        ("(first: 1, last: 1)", "providing both first and last is not supported"),
        ('(first: 1, after: "nonsense")', "Invalid cursor for current pagination sort."),
    ],
)
def test_pages_that_cannot_be(shop, arguments, message):
    answer = shop(f"{{ orders{arguments} {{ nodes {{ id }} }} }}").json()
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"], error["path"]) == (
        message,
        {"code": "BAD_REQUEST"},
        ["orders"],
    )
    assert answer["data"] is None
    assert "cost" in answer["extensions"]


def test_an_id_of_another_kind_is_an_error_of_its_field_and_the_rest_is_answered(shop):
    answer = shop('{ shop { name } order(id: "gid://shopify/Product/1") { id } }').json()
    (error,) = answer["errors"]
    assert error["message"] == "Invalid id: gid://shopify/Product/1"
    assert error["extensions"] == {"code": "RESOURCE_NOT_FOUND"}
    assert answer["data"]["order"] is None
    assert answer["data"]["shop"]["name"]


def test_what_is_no_request_at_all(shop):
    headers = {"X-Shopify-Access-Token": shop.token}
    path = "/admin/api/2026-07/graphql.json"
    assert shop.http.get(path, headers=headers).status_code == 405
    assert shop.http.post(path, content=b"x", headers=headers).status_code == 415
    json_type = headers | {"Content-Type": "application/json"}
    assert shop.http.post(path, content=b"{", headers=json_type).status_code == 400
    assert shop.http.post("/elsewhere", headers=headers).status_code == 404


def test_what_a_document_is_about_is_told_without_a_schema():
    document = "# mutation\nquery A { orders { id } } mutation B { x: fulfillmentCreate { id } }"
    assert not is_mutation(document, "A")
    assert is_mutation(document, "B")
    assert is_mutation(document)
    assert root_fields(document) == ["orders", "fulfillmentCreate"]
    assert not is_mutation("nonsense")
