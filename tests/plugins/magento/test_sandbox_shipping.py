"""Shipping on the emulated store, where the recordings do not reach: what a shipment does to its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

    from .conftest import StoreClient

TRACK = {"track_number": "FB000000001IT", "title": "BRT", "carrier_code": "custom"}
DOCUMENT_ERROR = "Shipment Document Validation Error(s):\n"
NO_PRODUCTS = f"{DOCUMENT_ERROR}You can't create a shipment without products."


@pytest.fixture
def new_order(sandbox: ServedSandbox) -> Callable[..., tuple[int, list[int]]]:
    """``new_order(("TAZZA-01", 2), cod=True)``: the order's id and those of its rows."""

    def make(*lines: tuple[str, int], **options: Any) -> tuple[int, list[int]]:
        order_id = sandbox.control.new_order(lines, **options)
        return order_id, [row["item_id"] for row in sandbox.control.order(order_id)["items"]]

    return make


def shipped(sandbox: ServedSandbox, order_id: int) -> list[int]:
    return [row["qty_shipped"] for row in sandbox.control.order(order_id)["items"]]


NewOrder = Any


def test_the_answer_is_the_id_as_a_text(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2), ("SCIARPA-02", 1))
    answer = call("POST", f"order/{order_id}/ship", json={"tracks": [TRACK]})
    shipment = sandbox.control.shipments(order_id)[0]
    assert answer.json() == str(shipment["entity_id"])
    assert [item["qty"] for item in shipment["items"]] == [2, 1]
    assert (shipment["total_qty"], shipment["extension_attributes"]) == (3, {"source_code": "default"})
    assert sandbox.control.order(order_id)["status"] == "complete"


def test_a_part_leaves_the_order_as_it_was_and_the_rest_completes_it(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (row,) = new_order(("TAZZA-01", 3))
    sandbox.control.set_updated([order_id], 1795305600)
    call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": row, "qty": 2}]})
    order = sandbox.control.order(order_id)
    assert (order["status"], order["updated_at"]) == ("processing", "2026-11-22 00:00:00")
    call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": row, "qty": 2}]})
    order = sandbox.control.order(order_id)
    assert (order["status"], shipped(sandbox, order_id)) == ("complete", [3])
    assert order["updated_at"] > "2026-11-22 00:00:00"


def test_cash_on_delivery_stays_open_after_all_has_left(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2), cod=True)
    order = sandbox.control.order(order_id)
    assert (order["state"], order["status"], order["total_due"]) == ("new", "pending", 29.8)
    call("POST", f"order/{order_id}/ship", json={})
    order = sandbox.control.order(order_id)
    assert (order["state"], order["status"], shipped(sandbox, order_id)) == ("processing", "processing", [2])
    assert order["total_due"] == order["grand_total"]


def test_refunded_pieces_are_not_shipped(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (first, _) = new_order(("TAZZA-01", 3), ("SCIARPA-02", 1))
    sandbox.control.refund(order_id, {first: 1})
    assert call("POST", f"order/{order_id}/ship", json={}).status_code == 200
    assert shipped(sandbox, order_id) == [2, 1]
    assert sandbox.control.order(order_id)["state"] == "complete"


def test_a_bundle_shipped_together_counts_its_children_out_of_sight(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (bundle, cup, *_) = new_order(("CESTO-INSIEME", 2), ("MOKA-03", 4))
    refused = call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": cup, "qty": 1}]})
    assert refused.json()["message"].endswith('"Together". Bundle product itself should be shipped instead.')
    call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": bundle, "qty": 1}]})
    assert [item["order_item_id"] for item in sandbox.control.shipments(order_id)[0]["items"]] == [bundle]
    assert shipped(sandbox, order_id) == [1, 1, 1, 0]


def test_a_bundle_shipped_separately_is_complete_too_early(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (bundle, cup, scarf) = new_order(("CESTO-SEPARATO", 1))
    refused = call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": bundle, "qty": 1}]})
    assert refused.json()["message"] == (
        f'{NO_PRODUCTS}\nCannot create shipment as bundle product "CESTO-SEPARATO" has shipment type '
        '"Separately". Bundle product options should be shipped instead.'
    )
    call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": cup, "qty": 1}]})
    assert sandbox.control.order(order_id)["state"] == "complete"
    answer = call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": scarf, "qty": 1}]})
    assert answer.status_code == 200
    assert shipped(sandbox, order_id)[1:] == [1, 1]


def test_the_children_of_a_configurable_stay_at_nothing(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (parent, child) = new_order(("MAGLIA-M", 2))
    refused = call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": child, "qty": 1}]})
    assert refused.json() == {"message": NO_PRODUCTS}
    call("POST", f"order/{order_id}/ship", json={"items": [{"order_item_id": parent, "qty": 2}]})
    assert shipped(sandbox, order_id) == [2, 0]


def test_a_refused_carrier_code_undoes_everything(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2))
    tracks = [TRACK, {"track_number": "B", "title": "BRT", "carrier_code": ""}]
    assert call("POST", f"order/{order_id}/ship", json={"tracks": tracks}).status_code == 400
    assert sandbox.control.shipments(order_id) == []
    assert shipped(sandbox, order_id) == [0]


def test_snake_case_keys_mean_the_same(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, (row,) = new_order(("TAZZA-01", 2))
    body = {
        "items": [{"orderItemId": row, "qty": 1}],
        "append_comment": True,
        "notify": True,
        "comment": {"comment": "ciao", "isVisibleOnFront": 1},
        "tracks": [{"trackNumber": "N1", "title": "BRT", "carrierCode": "custom"}],
    }
    assert call("POST", f"order/{order_id}/ship", json=body).status_code == 200
    (mail,) = sandbox.control.mails(order_id)
    assert (mail.numbers, mail.comment) == (("N1",), "ciao")
    assert sandbox.control.shipments(order_id)[0]["comments"][0]["is_customer_notified"] == 1


def test_a_mail_holds_the_numbers_of_its_moment(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2))
    shipment_id = int(call("POST", f"order/{order_id}/ship", json={}).json())
    assert sandbox.control.mails(order_id) == []
    assert call("POST", f"shipment/{shipment_id}/emails").json() is True
    entity = {"order_id": order_id, "parent_id": shipment_id, **TRACK}
    call("POST", "shipment/track", json={"entity": entity})
    assert call("POST", f"shipment/{shipment_id}/emails").json() is True
    mails = sandbox.control.mails(order_id)
    assert [mail.numbers for mail in mails] == [(), (TRACK["track_number"],)]
    assert [mail.has_tracking for mail in mails] == [False, True]


def test_a_lost_mail_is_told_by_emails_only(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2))
    sandbox.control.lose_mails()
    answer = call("POST", f"order/{order_id}/ship", json={"notify": True})
    assert answer.status_code == 200
    shipment = call("GET", f"shipment/{answer.json()}").json()
    assert "email_sent" not in shipment
    assert call("POST", f"shipment/{answer.json()}/emails").json() is False
    sandbox.control.lose_mails(lost=False)
    assert call("POST", f"shipment/{answer.json()}/emails").json() is True
    assert call("GET", f"shipment/{answer.json()}").json()["email_sent"] == 1
    assert len(sandbox.control.mails(order_id)) == 1


def test_tracks_are_changed_and_deleted_in_place(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2))
    shipment_id = int(call("POST", f"order/{order_id}/ship", json={"tracks": [TRACK, TRACK]}).json())
    first, second = sandbox.control.shipments(order_id)[0]["tracks"]
    entity = {"entity_id": second["entity_id"], "order_id": order_id, "parent_id": shipment_id, **TRACK}
    call("POST", "shipment/track", json={"entity": entity | {"track_number": "CORRECTED"}})
    assert call("DELETE", f"shipment/track/{first['entity_id']}").json() is True
    (track,) = sandbox.control.shipments(order_id)[0]["tracks"]
    assert (track["entity_id"], track["track_number"]) == (second["entity_id"], "CORRECTED")


def test_a_source_that_the_store_does_not_have_ships_nothing(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], StoreClient]
) -> None:
    served = make_sandbox(orders=0, sources=("default", "roma"))
    call = client_of(served)
    order_id = served.control.new_order([("TAZZA-01", 2)])
    sources = {
        code: call(
            "POST",
            f"order/{order_id}/ship",
            json={
                "items": [{"order_item_id": order_id * 20, "qty": 1}],
                "arguments": {"extension_attributes": {"source_code": code}},
            },
        ).status_code
        for code in ("torino", "roma")
    }
    assert sources == {"torino": 400, "roma": 200}
    assert [one["extension_attributes"]["source_code"] for one in served.control.shipments(order_id)] == [
        "roma"
    ]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("hold", "A shipment cannot be created when an order has a status of holded"),
        ("cancel", "The order does not allow a shipment to be created."),
    ],
)
def test_what_is_held_or_refunded_is_not_shipped(
    sandbox: ServedSandbox, call: StoreClient, new_order: NewOrder, act: str, words: str
) -> None:
    order_id, _ = new_order(("TAZZA-01", 2))
    getattr(sandbox.control, act)(order_id)
    answer = call("POST", f"order/{order_id}/ship", json={})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(DOCUMENT_ERROR + words)
    assert sandbox.control.shipments(order_id) == []


def test_mails_by_cron_leave_once_however_often_they_are_asked_for(
    sandbox: ServedSandbox, call: StoreClient
) -> None:
    """As 2.4.7-p3 did, with its asynchronous sending switched on."""
    control = sandbox.control
    control.mail_by_cron()
    order = control.new_order([("TAZZA-01", 1)])
    shipment = control.ship(order)
    asked = [call("POST", f"shipment/{shipment}/emails").json() for _ in range(3)]
    assert (asked, control.mails(order)) == ([False] * 3, [])
    for _ in range(2):
        control.run_mail_cron()
        assert len(control.mails(order)) == 1
        assert control.shipments(order)[0]["email_sent"] == 1
        assert call("POST", f"shipment/{shipment}/emails").json() is False
