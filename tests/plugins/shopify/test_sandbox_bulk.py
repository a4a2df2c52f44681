"""Bulk operations of the emulated store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

STATE = "id status type errorCode objectCount rootObjectCount fileSize url partialDataUrl"
RUN = f"""mutation($q: String!, $g: Boolean! = false) {{ bulkOperationRunQuery(query: $q, groupObjects: $g) {{
  bulkOperation {{ {STATE} }} userErrors {{ field message code }} }} }}"""
LOOK = f"query($id: ID!) {{ bulkOperation(id: $id) {{ {STATE} }} }}"
CANCEL = f"""mutation($id: ID!) {{ bulkOperationCancel(id: $id) {{
  bulkOperation {{ {STATE} }} userErrors {{ field message }} }} }}"""
NESTED = """{ orders { edges { node { id name
  lineItems { edges { node { id quantity } } } fulfillmentOrders { edges { node { id
    lineItems { edges { node { id remainingQuantity } } } } } } } } } }"""
STAGE = """mutation($i: [StagedUploadInput!]!) { stagedUploadsCreate(input: $i) {
  stagedTargets { url parameters { name value } } userErrors { message } } }"""
RUN_MUTATION = f"""mutation($m: String!, $p: String!, $c: String) {{
  bulkOperationRunMutation(mutation: $m, stagedUploadPath: $p, clientIdentifier: $c) {{
  bulkOperation {{ {STATE} }} userErrors {{ field message code }} }} }}"""
CREATE = """mutation one($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { status } userErrors { message } } }"""
FIVE_NESTED = " ".join(f"c{number}: lineItems {{ edges {{ node {{ id }} }} }}" for number in range(5))
SIX = f"{{ orders {{ edges {{ node {{ id {FIVE_NESTED} }} }} }} }}"


@pytest.fixture
def shop(make_sandbox: Any, client_of: Any) -> Any:
    after = [0.0]
    moment = datetime(2026, 11, 23, 10, tzinfo=UTC)
    client = client_of(make_sandbox(orders=0, clock=lambda: moment + timedelta(seconds=after[0])))
    client.wait = lambda seconds: after.__setitem__(0, after[0] + seconds)
    return client


def run(shop: Any, query: str, *, grouped: bool = False) -> str:
    identity: str = shop.data(RUN, q=query, g=grouped)["bulkOperation"]["id"]
    return identity


def file_of(shop: Any, identity: str, field: str = "url") -> list[dict[str, Any]]:
    """Asked for until it is there: the store makes it in the background."""
    addresses = (shop.data(LOOK, id=identity)[field] for _ in range(1_000))
    address = next(found for found in addresses if found)
    return [json.loads(line) for line in httpx.get(address).text.splitlines()]


def test_a_query_ends_in_a_file_of_lines_that_name_their_parents(shop):
    order = shop.served.control.new_order([("OLIO-EVO-1L", 2), ("CAFFE-MOKA", 1)])
    started = shop.data(RUN, q=NESTED)["bulkOperation"]
    assert (started["status"], started["objectCount"], started["url"]) == ("CREATED", "0", None)
    lines = file_of(shop, started["id"])
    state = shop.data(LOOK, id=started["id"])
    assert (state["status"], state["type"], state["rootObjectCount"], state["objectCount"]) == (
        *("COMPLETED", "QUERY", "1"),
        str(len(lines)),
    )
    assert state["fileSize"] == str(len(httpx.get(state["url"]).content))
    (part,) = shop.served.control.order(order)["fulfillmentOrders"]
    assert lines[0] == {"id": order, "name": "#1001"}
    assert [line["__parentId"] for line in lines[1:]] == [order, order, order, part["id"], part["id"]]


def test_objects_stand_with_their_parents_only_when_they_are_grouped(shop):
    for _ in range(3):
        shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    query = "{ orders { edges { node { id lineItems { edges { node { id } } } } } } }"
    grouped = ["__parentId" in line for line in file_of(shop, run(shop, query, grouped=True))]
    loose = ["__parentId" in line for line in file_of(shop, run(shop, query))]
    assert grouped == [False, True] * 3
    assert loose == [False] * 3 + [True] * 3


def test_a_query_reads_more_orders_than_a_page_has_and_heeds_its_search(make_sandbox, client_of):
    shop = client_of(make_sandbox(orders=300))
    identity = run(shop, "{ orders { edges { node { id } } } }")
    while (state := shop.data(LOOK, id=identity))["status"] != "COMPLETED":
        assert state["status"] == "RUNNING"
    assert [line["id"] for line in file_of(shop, identity)] == shop.served.control.order_ids()
    found = file_of(shop, run(shop, '{ orders(query: "name:1007") { edges { node { name } } } }'))
    assert found == [{"name": "#1007"}]


def test_one_that_finds_nothing_has_no_file(shop):
    state = shop.data(LOOK, id=run(shop, "{ orders { edges { node { id } } } }"))
    assert (state["status"], state["url"], state["rootObjectCount"]) == ("COMPLETED", None, "0")


def test_it_takes_its_time(shop):
    shop.served.control.shop.bulk.seconds = 60
    shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    identity = run(shop, "{ orders { edges { node { id } } } }")
    assert shop.data(LOOK, id=identity)["status"] == "RUNNING"
    assert shop.http.get(f"/bulk/{identity.rpartition('/')[2]}.jsonl").status_code == 404
    shop.wait(60)
    assert shop.data(LOOK, id=identity)["status"] == "COMPLETED"
    assert shop.data(f"{{ currentBulkOperation {{ {STATE} }} }}")["id"] == identity
    listed = shop.data('{ bulkOperations(first: 5, query: "status:completed") { nodes { id } } }')
    assert listed["nodes"] == [{"id": identity}]
    assert shop.data('{ bulkOperations(first: 5, query: "status:failed") { nodes { id } } }')["nodes"] == []


def test_one_that_fails_leaves_what_it_has(shop):
    for _ in range(4):
        shop.served.control.new_order([("OLIO-EVO-1L", 1)])
    shop.served.control.shop.bulk.fails = "TIMEOUT"
    identity = run(shop, "{ orders { edges { node { id } } } }")
    state = shop.data(LOOK, id=identity)
    assert (state["status"], state["errorCode"], state["url"]) == ("FAILED", "TIMEOUT", None)
    assert len(file_of(shop, identity, "partialDataUrl")) == 2


def test_a_running_one_can_be_cancelled(shop):
    shop.served.control.shop.bulk.seconds = 60
    identity = run(shop, "{ orders { edges { node { id } } } }")
    assert shop.data(CANCEL, id=identity)["bulkOperation"]["status"] == "CANCELED"
    shop.wait(60)
    assert shop.data(LOOK, id=identity)["status"] == "CANCELED"
    assert shop.refused(CANCEL, id="gid://shopify/BulkOperation/1")[0]["field"] == ["id"]


def test_five_at_once(shop):
    shop.served.control.shop.bulk.seconds = 60
    running = [run(shop, "{ orders { edges { node { id } } } }") for _ in range(5)]
    assert shop.refused(RUN, q="{ orders { edges { node { id } } } }") == [
        {
            "field": None,
            "message": "A bulk query operation for this app and shop is already in progress: "
            f"{', '.join(running)}.",
            "code": "OPERATION_IN_PROGRESS",
        }
    ]
    shop.wait(60)
    assert shop.refused(RUN, q="{ orders { edges { node { id } } } }") == []


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        (
            "{ orders { nodes { id } } }",
            ["All connection fields in a bulk query must select their contents using"],
        ),
        (
            '{ node(id: "gid://shopify/Order/1") { id } }',
            [
                "Bulk queries cannot contain a top level `node` field.",
                "Bulk queries must contain at least one connection.",
            ],
        ),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            ["The parent 'node' field for a nested connection must select the 'id' field without an alias"],
        ),
        (
            "{ orders { edges { node { id fulfillments { fulfillmentLineItems { edges { node { id } } } } } } } }",
            ["Queries that contain a connection field within a list field are not currently supported."],
        ),
        (
            (
                "{ orders { edges { node { id fulfillmentOrders { edges { node { id fulfillments { edges { node { id "
                "fulfillmentLineItems { edges { node { id } } } } } } } } } } } } }"
            ),
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
        ),
        (SIX, ["Bulk queries cannot contain more than 5 connections."]),
        (
            'mutation { fulfillmentCancel(id: "gid://shopify/Fulfillment/1") { userErrors { message } } }',
            ["Invalid operation type. Only `query` operations are supported."],
        ),
        ("{ orders {", ["Invalid bulk query: syntax error, unexpected end of file"]),
    ],
)
def test_queries_that_are_refused(shop, query, messages):
    errors = shop.refused(RUN, q=query)
    assert [(error["field"], error["code"]) for error in errors] == [(["query"], "INVALID")] * len(messages)
    for error, message in zip(errors, messages, strict=True):
        assert error["message"].startswith(message)


def upload(shop: Any, content: bytes) -> str:
    given = {
        "resource": "BULK_MUTATION_VARIABLES",
        "filename": "lines.jsonl",
        "mimeType": "text/jsonl",
        "httpMethod": "POST",
    }
    (target,) = shop.data(STAGE, i=[given])["stagedTargets"]
    form = {one["name"]: one["value"] for one in target["parameters"]}
    answer = httpx.post(target["url"], data=form, files={"file": ("lines.jsonl", content)})
    assert answer.status_code == 201
    key: str = form["key"]
    return key


def test_a_mutation_runs_once_for_each_line_of_an_uploaded_file(shop):
    control = shop.served.control
    orders = [control.new_order([("OLIO-EVO-1L", 1)]) for _ in range(2)]
    parts = [control.order(order)["fulfillmentOrders"][0]["id"] for order in orders]
    rows = [
        {"fulfillment": {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}]}}
        for part in (parts[0], parts[0], parts[1])
    ]
    key = upload(shop, "\n".join(map(json.dumps, rows)).encode())
    started = shop.data(RUN_MUTATION, m=CREATE, p=key)
    assert started["userErrors"] == []
    lines = file_of(shop, started["bulkOperation"]["id"])
    assert [line["__lineNumber"] for line in lines] == [0, 1, 2]
    payloads = [line["data"]["fulfillmentCreate"] for line in lines]
    assert [payload["fulfillment"] for payload in payloads] == [
        {"status": "SUCCESS"},
        None,
        {"status": "SUCCESS"},
    ]
    assert "unfulfillable status= closed" in payloads[1]["userErrors"][0]["message"]
    assert {control.order(order)["displayFulfillmentStatus"] for order in orders} == {"FULFILLED"}


@pytest.mark.parametrize(
    ("document", "message", "code"),
    [
        (
            "{ shop { id } }",
            "Invalid operation type. Only `mutation` operations are supported.",
            "INVALID_MUTATION",
        ),
        (
            "mutation { a",
            "Failed to parse the mutation - syntax error, unexpected end of file at [1, 12]",
            None,
        ),
        ("mutation { a { id } b { id } }", "You must specify a single top level mutation.", None),
        ("mutation { bulkOperationRunQuery { id } }", "You must use an allowed mutation name.", None),
    ],
)
def test_mutations_that_are_refused(shop, document, message, code):
    (error,) = shop.refused(RUN_MUTATION, m=document, p="nowhere")
    assert error["message"] == message
    assert code in {None, error["code"]}


def test_files_that_are_refused(shop):
    (missing,) = shop.refused(RUN_MUTATION, m=CREATE, p="tmp/nowhere")
    assert missing["code"] == "NO_SUCH_FILE"
    (empty,) = shop.refused(RUN_MUTATION, m=CREATE, p=upload(shop, b" "))
    assert (empty["code"], empty["message"]) == ("INVALID_STAGED_UPLOAD_FILE", "The input file is empty.")
    (short,) = shop.refused(RUN_MUTATION, m=CREATE, p="x", c="short")
    assert short["message"] == "is too short (minimum is 10 characters)"
    assert httpx.post(f"{shop.served.url}/staged-uploads/", data={"key": "x"}).status_code == 403
