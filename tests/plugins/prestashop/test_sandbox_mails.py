"""What moves an order's date of change, what mails the customer, and what happens when a mail cannot leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

Call = Any
Make = Any
ORDER, WITHOUT_URL = 20, 216
TRACKING = (
    "<prestashop><order_carrier><id>{order}</id>"
    "<tracking_number>A1</tracking_number></order_carrier></prestashop>"
)
STATE = (
    "<prestashop><order_history><id_order>{order}</id_order><id_order_state>{state}</id_order_state>"
    "</order_history></prestashop>"
)
BOTH = (
    "<prestashop><order><id>{order}</id><shipping_number>A1</shipping_number>"
    "<current_state>4</current_state></order></prestashop>"
)


def track(call: Call, order: int = ORDER, **query: Any) -> int:
    return int(call("PATCH", "/order_carriers", TRACKING.format(order=order), **query).status_code)


def set_state(call: Call, state: str = "4", order: int = ORDER, **query: str) -> int:
    return int(call("POST", "/order_histories", STATE.format(order=order, state=state), **query).status_code)


def mails(sandbox: ServedSandbox, order: int = ORDER) -> list[tuple[str, bool]]:
    return [(mail.kind, mail.has_tracking) for mail in sandbox.control.mails(order)]


def test_a_number_does_not_move_the_order_and_a_state_does(sandbox: ServedSandbox, call: Call) -> None:
    before = sandbox.control.order(ORDER)["date_upd"]
    track(call)
    assert sandbox.control.order(ORDER)["date_upd"] == before
    assert len(sandbox.control.order(ORDER)["histories"]) == 1
    set_state(call)
    assert sandbox.control.order(ORDER)["date_upd"] > before
    assert sandbox.control.tracking(ORDER) == ["A1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, 0), ({"sendemail": "0"}, 0), ({"sendemail": "1"}, 2), ({"sendemail": "x"}, 2)],
)
def test_the_mail_in_transit_leaves_with_every_write(
    sandbox: ServedSandbox, call: Call, query: dict[str, Any], expected: int
) -> None:
    for _ in range(2):
        assert track(call, **query) == 200
    assert mails(sandbox) == [("in_transit", True)] * expected
    assert all(mail.link.endswith("match=A1") for mail in sandbox.control.mails(ORDER))


def test_no_mail_leaves_for_a_carrier_without_an_address(sandbox: ServedSandbox, call: Call) -> None:
    assert track(call, WITHOUT_URL, sendemail="1") == 200
    assert sandbox.control.mails() == []
    assert sandbox.control.tracking(WITHOUT_URL) == ["A1"]


def test_a_state_written_again_mails_again(sandbox: ServedSandbox, call: Call) -> None:
    for _ in range(2):
        assert set_state(call, sendemail="1") == 201
    assert mails(sandbox) == [("shipped", False)] * 2
    assert [row["id_order_state"] for row in sandbox.control.order(ORDER)["histories"]] == ["2", "4", "4"]


def test_a_state_that_mails_nothing(sandbox: ServedSandbox, call: Call) -> None:
    assert set_state(call, "5", sendemail="1") == 201
    assert set_state(call, "4") == 201
    assert mails(sandbox) == []


def test_a_customised_template_shows_the_number_that_was_there_before(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(number_in_shipped_mail=True)
    call = client_of(served)
    set_state(call, sendemail="1")
    track(call)
    set_state(call, sendemail="1")
    assert mails(served) == [("shipped", False), ("shipped", True)]


def test_an_order_patched_with_state_and_number_mails_once_before_the_number(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    served = make_sandbox(number_in_shipped_mail=True)
    for _ in range(2):
        answer = client_of(served)("PATCH", "/orders", BOTH.format(order=ORDER), sendemail="0")
        assert answer.status_code == 200
    assert mails(served) == [("shipped", False)]
    assert served.control.tracking(ORDER) == ["A1"]


def test_a_mail_server_that_refuses_hides_that_all_was_saved(sandbox: ServedSandbox, call: Call) -> None:
    sandbox.control.shop.smtp_down = True
    assert track(call, sendemail="1") == set_state(call, sendemail="1") == 500
    assert sandbox.control.tracking(ORDER) == ["A1"]
    assert sandbox.control.order(ORDER)["current_state"] == "4"
    assert track(call) == 200
    assert set_state(call) == 201
    assert sandbox.control.mails() == []


def test_a_mail_server_that_refuses_stops_the_entities_that_follow(
    sandbox: ServedSandbox, call: Call
) -> None:
    sandbox.control.shop.smtp_down = True
    body = "".join(STATE.format(order=order, state="4") for order in (20, 21))
    body = body.replace("</prestashop><prestashop>", "")
    assert call("POST", "/order_histories", body, sendemail="1").json()["errors"][0]["code"] == 46
    assert [sandbox.control.order(order)["current_state"] for order in (20, 21)] == ["4", "2"]


def test_in_9_a_mail_that_fails_is_an_error_of_both_writes(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    call = client_of(make_sandbox(version="9.0.3", smtp_down=True))
    assert track(call, sendemail="1") == 500
    assert set_state(call, sendemail="1") == 500


def test_a_shop_that_sends_no_mails_says_nothing(make_sandbox: Make, client_of: Callable[..., Call]) -> None:
    served = make_sandbox(mail="off")
    call = client_of(served)
    assert track(call, sendemail="1") == 200
    assert set_state(call, sendemail="1") == 201
    assert served.control.mails() == []
    assert call.rows("configurations", **{"filter[name]": "PS_MAIL_METHOD"})[0]["value"] == "3"


def test_shipping_cash_on_delivery_makes_invoice_and_slip(sandbox: ServedSandbox, call: Call) -> None:
    order = next(one for one in sandbox.control.order_ids("13") if one >= 400)
    assert sandbox.control.order(order)["invoice_number"] == "0"
    set_state(call, order=order)
    after = sandbox.control.order(order)
    assert "0" not in {after["invoice_number"], after["delivery_number"]}
    assert after["valid"] == "1"


def test_a_delivery_slip_keeps_its_number_and_changes_its_date(
    make_sandbox: Make, client_of: Callable[..., Call]
) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    served = make_sandbox(clock=lambda: now)
    slips = []
    for _ in range(2):
        set_state(client_of(served))
        order = served.control.order(ORDER)
        slips.append((order["delivery_number"], order["delivery_date"]))
        now += timedelta(minutes=5)
    assert slips[0][0] == slips[1][0] != "0"
    assert [date for _, date in slips] == ["2026-11-23 10:00:00", "2026-11-23 10:05:00"]
