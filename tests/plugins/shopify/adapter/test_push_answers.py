"""What each answer to a mutation means: done, refused with a reason, or nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from fbridge.errors import CredentialsError
from fbridge.models.problems import Problem
from fbridge.models.states import Outcome
from fbridge_shopify.answers import Answer, GraphError
from fbridge_shopify.documents import Kind, Mutation
from fbridge_shopify.write_answers import Made, results_in

CREATE, SPLIT = Mutation(Kind.CREATE, {}), Mutation(Kind.SPLIT, {})
MADE = {
    "fulfillment": {
        "id": "gid://shopify/Fulfillment/1",
        "status": "SUCCESS",
        "trackingInfo": [
            {"company": "BRT", "number": "N1", "url": None},
            {"company": "BRT", "number": "N2", "url": None},
        ],
        "fulfillmentLineItems": {"nodes": [{"quantity": 2, "lineItem": {"id": "gid://shopify/LineItem/5"}}]},
        "order": {"displayFulfillmentStatus": "PARTIALLY_FULFILLED"},
    },
    "userErrors": [],
}
DENIED = (
    "Access denied for fulfillmentCreate field. Required access: `write_merchant_managed_fulfillment_orders`."
)


def result(
    payload: Any, *errors: GraphError, mutation: Mutation = CREATE
) -> Made | Problem | CredentialsError:
    (found,) = results_in(Answer(data={"m0": payload}, errors=errors), [mutation])
    return found


def problem(payload: Any, *errors: GraphError, mutation: Mutation = CREATE) -> tuple[str, str]:
    found = result(payload, *errors, mutation=mutation)
    assert isinstance(found, Problem)
    return str(found.outcome), found.reason


def user_error(message: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]}


def test_what_was_made_is_read_from_the_answer() -> None:
    made = result(MADE)
    assert isinstance(made, Made)
    assert made.order_status == "PARTIALLY_FULFILLED"
    assert made.fulfillment is not None
    assert made.fulfillment.numbers == ("N1", "N2")
    assert made.fulfillment.carrier == "BRT"
    assert made.fulfillment.lines == (("5", 2),)


@pytest.mark.parametrize(("goes_on", "whole"), [(False, True), (True, False), (None, False)])
def test_a_list_that_was_cut_off_is_not_called_whole(goes_on: bool | None, whole: bool) -> None:
    page = {**MADE["fulfillment"]["fulfillmentLineItems"], "pageInfo": {"hasNextPage": goes_on}}  # type: ignore[index]
    made = result({**MADE, "fulfillment": {**MADE["fulfillment"], "fulfillmentLineItems": page}})  # type: ignore[dict-item]
    assert isinstance(made, Made)
    assert made.whole is whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Fulfillment order 9825095909682 has an unfulfillable status= closed.",
            "fulfillment_order_closed",
        ),
        ("Fulfillment order 9 has an unfulfillable status= on_hold.", "on_hold"),
        ("Fulfillment order 9 has an unfulfillable status= scheduled.", "scheduled"),
        ("Fulfillment order 9 has an unfulfillable status= cancelled.", "cancelled"),
        ("Fulfillment order 9 has an unfulfillable status= asleep.", "not_fulfillable"),
        ("Fulfillment order does not exist.", "fulfillment_order_missing"),
        ("Invalid fulfillment order line item quantity requested.", "more_than_remains"),
        ("Fulfillment order line item does not exist.", "fulfillment_order_changed"),
        ("Fulfillment does not exist.", "fulfillment_missing"),
        ("The fulfillment order is not in a splittable state.", "not_splittable"),
        ("The moon is in the wrong quarter.", "refused"),
    ],
)
def test_a_no_is_told_by_its_text_and_kept_in_shopifys_words(text: str, reason: str) -> None:
    found = result(user_error(text))
    assert isinstance(found, Problem)
    assert (found.outcome, found.reason, found.words) == (Outcome.REFUSED, reason, text)


@pytest.mark.parametrize(
    "errors",
    [
        (),
        (GraphError("Internal error.", "INTERNAL_SERVER_ERROR", ("m0",)),),
        (GraphError("Internal error.", "INTERNAL_SERVER_ERROR"),),
        (GraphError("Took too long.", "TIMEOUT", ("m0",)),),
        (GraphError("Something else.", "", ("m0",)),),
        (GraphError("Something else.", "SOMETHING_NEW", ("m0",)),),
        (GraphError(DENIED, "ACCESS_DENIED", ("m0",)), GraphError("And this.", "", ("m0", "fulfillment"))),
        # Below the alias: it was executed, and what it made could not be shown.
        (GraphError("Access denied for order field.", "ACCESS_DENIED", ("m0", "fulfillment", "order")),),
        # About another one.
        (GraphError(DENIED, "ACCESS_DENIED", ("m1",)),),
    ],
)
@pytest.mark.parametrize("payload", [None, {"fulfillment": None, "userErrors": []}])
def test_without_a_word_of_its_own_nobody_knows(payload: Any, errors: tuple[GraphError, ...]) -> None:
    assert problem(payload, *errors)[0] == "unconfirmed"


def test_a_missing_alias_is_unknown_and_the_others_are_known() -> None:
    first, second = results_in(Answer(data={"m1": MADE}), [CREATE, CREATE])
    assert isinstance(first, Problem)
    assert first.outcome is Outcome.UNCONFIRMED
    assert isinstance(second, Made)


def test_a_missing_scope_is_no_fault_of_the_order() -> None:
    found = result(None, GraphError(DENIED, "ACCESS_DENIED", ("m0",)))
    assert isinstance(found, CredentialsError)
    assert "write_merchant_managed_fulfillment_orders" in str(found)


def test_an_app_that_may_not_split_goes_on_without() -> None:
    found = result(None, GraphError(DENIED, "ACCESS_DENIED", ("m0",)), mutation=SPLIT)
    assert isinstance(found, Problem)
    assert (found.outcome, found.reason) == (Outcome.REFUSED, "missing_scopes")
    assert "write_merchant_managed_fulfillment_orders" in found.words


def test_a_nonsense_id_is_refused() -> None:
    error = GraphError("invalid id", "RESOURCE_NOT_FOUND", ("m0",))
    assert problem(None, error) == ("refused", "resource_not_found")


def test_a_fulfillment_that_failed_is_not_done() -> None:
    failed = {**MADE, "fulfillment": {**MADE["fulfillment"], "status": "FAILURE"}}  # type: ignore[dict-item]
    assert problem(failed) == ("refused", "fulfillment_failed")


def test_a_split_is_done_when_nothing_is_said_against_it() -> None:
    assert result({"userErrors": []}, mutation=SPLIT) == Made()
    said = {"userErrors": [{"field": None, "message": "Fulfillment order does not exist.", "code": "X"}]}
    assert problem(said, mutation=SPLIT) == ("refused", "fulfillment_order_missing")
