"""The page of the office in a real browser: the whole evening, by scanner, mouse and keyboard; and what axe says."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.contract.toy_store import ToyUnderTest

from fbridge import Bridge, PushState, Role
from fbridge.sandbox import ServedSandbox
from fbridge.settings import Home

pytest.importorskip("selenium")
from tests.end_to_end.office_browser import (
    NARROW,
    Clerk,
    browser,
    missing_programs,
)
from tests.free_ports import free_port
from tests.office_process import office_process

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(missing_programs()), reason=f"no {' and no '.join(missing_programs())} here"),
]
STORES = ("milan", "turin")
ORDERS = 120
MOST_ACTS = 200
PASSWORD = "correct horse battery"
PICTURES = Path(__file__).parents[2] / "docs" / "office"


@dataclass
class Evening:
    """Two stores with sixty orders each, a carrier, and a clerk before the page."""

    bridge: Bridge
    home: Path
    port: int
    shops: dict[str, ToyUnderTest]
    clerk: Clerk


@pytest.fixture
def evening(install_toy: Callable[[str], None], tmp_path: Path) -> Iterator[Evening]:
    install_toy("adapter:adapter")
    from fbridge_toy.sandbox import ToySandbox

    home = tmp_path / "home"
    with ExitStack() as opened:
        bridge = opened.enter_context(Bridge.open(Home(config=home, data=home, log=home / "log")))
        shops = {}
        for store in STORES:
            shop = ToyUnderTest(opened.enter_context(ServedSandbox(ToySandbox(), "127.0.0.1", 0)))
            shops[store] = shop
            own = {"allow_http": True, "settle": "0.2s", "without_tracking": "send"}
            settings = {**shop.settings, **own}
            bridge.stores.add(
                store, "toy", shop.url, settings, orders_from=date(2000, 1, 1), accept_mail=True
            )
        bridge.carriers.add("BRT", "Bartolini", tracking_url="https://brt.example/{number}")
        for store, shop in shops.items():
            bridge.carriers.route(store, "*", "BRT")
            bridge.carriers.map(store, "BRT", bridge.carriers.codes(store).codes[0].code)
            made = [shop.new_order([("HAT", 1)], cod=at % 10 == 0) for at in range(ORDERS // 2)]
            shop.set_changed(made, datetime.now(UTC) - timedelta(hours=2))
        bridge.accounts.add("anna", Role.CLERK, PASSWORD)
        bridge.accounts.add("bea", Role.MANAGER, PASSWORD)
        port = free_port()
        driver = opened.enter_context(browser(tmp_path / "profile"))
        yield Evening(bridge, home, port, shops, Clerk(driver, f"http://127.0.0.1:{port}"))


def test_the_evening_of_120_orders_needs_no_order_number_typed_and_survives_the_servers_end(
    evening: Evening,
) -> None:
    clerk, bridge = evening.clerk, evening.bridge
    with office_process(evening.home, evening.port) as (office, _):
        clerk.sign_in("anna", PASSWORD)
        number = _fetch_and_fill(clerk, bridge)
        rows = bridge.manifests.get(number).shipments
        assert len(rows) == ORDERS
        for at, one in enumerate(rows[5:], 5):  # the courier's file brings the numbers of most
            bridge.shipments.set_tracking(one.label, [f"FB{at:09d}IT"])
        clerk.click("gives a shipment its number")
        for at, one in enumerate(rows[:5]):
            assert "now scan its number" in clerk.scan(one.label)
            assert "travels under" in clerk.scan(f"FB{at:09d}IT")
        clerk.click("checks a parcel")
        for at in range(ORDERS):
            assert clerk.scan(f"FB{at:09d}IT").startswith("yes")
        clerk.see("#left", "All of it was scanned.")
        assert clerk.scan("FB000000003IT").startswith("NO")
        _print_and_ship(clerk, bridge, number)
        clerk.press("Push: look at the plan")
        clerk.see("h1", "Push")
        clerk.press("Push this")
        clerk.see("h1", "Work")
        office.send_signal(signal.SIGKILL)
        office.wait()
        assert bridge.jobs.list(running=True), "the push goes on without it"
    with office_process(evening.home, evening.port):
        clerk.see("#job", "done")  # the page asks again by itself
        clerk.find("#job table")
    left = [
        one for one in bridge.manifests.get(number).shipments if one.push and one.push.state != PushState.SENT
    ]
    assert not left
    numbers = [
        one
        for store, shop in evening.shops.items()
        for order in _orders(bridge, store)
        for one in shop.truth(order).numbers
    ]
    assert sorted(numbers) == [f"FB{at:09d}IT" for at in range(ORDERS)]
    assert clerk.clicks + clerk.keys < MOST_ACTS


def _fetch_and_fill(clerk: Clerk, bridge: Bridge) -> str:
    clerk.click("Fetch now")
    clerk.see("#job", "done")
    clerk.click("Manifests")
    clerk.click("New manifest")
    scanned = [f"{store}:{one}" for store, one in _first_orders(bridge)]
    for code in scanned:
        assert clerk.scan(code).startswith("yes"), "the scanner chooses orders, wherever the focus is"
    clerk.click("Add the orders that are ready")
    clerk.see("main", f"Done: {ORDERS - len(scanned)}")
    return bridge.manifests.list()[0].number


def _print_and_ship(clerk: Clerk, bridge: Bridge, number: str) -> None:
    page = clerk.driver.current_window_handle
    clerk.driver.get(f"{clerk.url}/manifests/{number}")
    clerk.click("Print")
    clerk.wait(lambda: bridge.manifests.is_printed(number))
    clerk.driver.switch_to.window(page)
    clerk.click("Ship: the carrier has taken it")
    clerk.see("#job", "is shipped.")


def _first_orders(bridge: Bridge) -> list[tuple[str, str]]:
    return [(one.store, one.number) for one in bridge.orders.list()][:3]


def _orders(bridge: Bridge, store: str) -> list[str]:
    return [one.remote_id for one in bridge.orders.list() if one.store == store]


def test_axe_finds_nothing_light_or_dark_and_no_page_is_wider_than_a_telephone(evening: Evening) -> None:
    clerk = evening.clerk
    places = _all_kinds_of_pages(evening)
    found: list[str] = []
    with office_process(evening.home, evening.port):
        clerk.driver.get(f"{clerk.url}/sign-in")
        found += clerk.faults()
        clerk.sign_in("bea", PASSWORD)
        for name, path in places.items():
            clerk.look()
            clerk.driver.get(clerk.url + path)
            if name == "manifest":
                assert clerk.scan("nobody").startswith("NO")
            found += [f"{path}: {one}" for one in clerk.faults()]
            _picture(clerk, f"{name}-light")
            clerk.look(dark=True)
            found += [f"{path} dark: {one}" for one in clerk.faults(only="color-contrast")]
            _picture(clerk, f"{name}-dark")
            clerk.look(size=NARROW)
            if wide := clerk.too_wide():
                found.append(f"{path}: {wide} pixels wider than a telephone")
    assert not found, "\n".join(found)


def _all_kinds_of_pages(evening: Evening) -> dict[str, str]:
    """An office at work: some is told, some waits, some is refused, and a manifest is being filled."""
    bridge = evening.bridge
    bridge.fetch()
    rows = list(bridge.orders.list())
    refs = [f"{one.store}:id={one.remote_id}" for one in rows]
    left = bridge.manifests.add("BRT", refs[:20]).manifest
    for at, one in enumerate(left.shipments):
        bridge.shipments.set_tracking(one.label, [f"FB{at:09d}IT"])
    bridge.manifests.ship(left.number)
    evening.shops[rows[3].store].cancel(rows[3].remote_id)
    bridge.push()
    later = bridge.manifests.add("BRT", refs[20:30]).manifest
    for one in later.shipments[:8]:
        bridge.shipments.set_tracking(one.label, [f"FB9{one.id:08d}IT"])
    bridge.manifests.ship(later.number)
    preparing = bridge.manifests.add("BRT", refs[30:42]).manifest
    refused = next(
        one for one in left.shipments if (one.store, one.order_number) == (rows[3].store, rows[3].number)
    )
    return {
        "day": "/",
        "orders": "/orders?show=ready",
        "order": f"/order?of={refs[0]}",
        "manifests": "/manifests",
        "manifest": f"/manifests/{preparing.number}",
        "shipped": f"/manifests/{left.number}",
        "plan": "/push",
        "shipment": f"/shipments/{refused.label}",
        "decision": f"/shipments/{refused.label}/withdraw",
        "jobs": "/jobs",
        "files": "/files",
        "carriers": "/carriers",
        "stores": "/stores",
        "users": "/users",
        "password": "/password",
        "carrier": "/carriers/BRT?number=FB1",
        "mapping": "/carriers/on/milan",
        "store": "/stores/milan",
        "new store": f"/add-store?platform={bridge.stores.show('milan').platform}",
        "tokens": "/tokens",
    }


def test_a_file_is_dropped_and_taken_and_one_that_is_too_large_is_never_sent(
    evening: Evening, tmp_path: Path
) -> None:
    clerk = evening.clerk
    evening.bridge.fetch()
    first = next(iter(evening.bridge.orders.list()))
    file, large = tmp_path / "erp.csv", tmp_path / "large.csv"
    file.write_text(f"order;store;carrier\n{first.number};{first.store};BRT\nnobody;milan;BRT\n")
    with large.open("wb") as hollow:
        hollow.truncate(2**30)
    with office_process(evening.home, evening.port):
        clerk.sign_in("bea", PASSWORD)
        clerk.driver.get(f"{clerk.url}/files")
        clerk.find("#file-tracking").send_keys(str(large))
        told = "return document.getElementById('file-tracking').validationMessage"
        assert "64 MiB" in clerk.driver.execute_script(told)
        clerk.find("#file-shipments").send_keys(str(file))
        clerk.press("Look at it")
        clerk.see("h1", "erp.csv")
        assert not clerk.faults()
        clerk.press("Take it")
        clerk.see("main", "This was taken.")
        clerk.see("main", "Download the refused rows")
    assert [one.order_number for one in evening.bridge.shipments.list()] == [first.number]


def _picture(clerk: Clerk, name: str) -> None:
    """The main pages, for the documentation: OFFICE_PICTURES=1 writes them anew."""
    if os.environ.get("OFFICE_PICTURES") and name.partition("-")[0] in {"day", "orders", "manifest", "plan"}:
        PICTURES.mkdir(exist_ok=True)
        clerk.driver.save_screenshot(str(PICTURES / f"{name}.png"))
