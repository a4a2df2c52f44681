"""A real store reads, waits and writes without a lock; two writers at once see it, and so they must here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.sandbox import ServedSandbox

ORDER = 29
Call = Any


def at_once(requests: list[tuple[str, str, dict[str, Any]]]) -> list[int]:
    def send(request: tuple[str, str, dict[str, Any]]) -> int:
        method, url, body = request
        return httpx.request(method, url, json=body, timeout=30).status_code

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def test_equal_completions_at_once_mail_more_than_once(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(pace=5)
    call = client_of(served)
    urls = [call.sign("PUT", f"/wc/v3/orders/{ORDER}") for _ in range(6)]
    assert at_once([("PUT", url, {"status": "completed"}) for url in urls]) == [200] * 6
    assert len(served.control.mails(ORDER)) > 1


def test_a_note_and_a_status_at_once_are_both_kept(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(pace=5)
    call = client_of(served)
    bodies = [{"status": "completed"}, {"customer_note": "contemporanea"}]
    at_once([("PUT", call.sign("PUT", f"/wc/v3/orders/{ORDER}"), body) for body in bodies])
    order = served.control.order(ORDER)
    assert (order["status"], order["customer_note"]) == ("completed", "contemporanea")


def test_trackings_written_at_once_get_lost(
    make_sandbox: Callable[..., ServedSandbox], client_of: Callable[[ServedSandbox], Call]
) -> None:
    served = make_sandbox(tracking="wst", wst_routes=True, pace=5)
    call = client_of(served)
    path = f"/wc-shipment-tracking/v3/orders/{ORDER}/shipment-trackings"
    bodies = [{"tracking_provider": "UPS", "tracking_number": f"C{number}"} for number in range(4)]
    assert at_once([("POST", call.sign("POST", path), body) for body in bodies]) == [201] * 4
    assert len(served.control.trackings(ORDER)) < 4
