"""What is done on the page: by whom, in which sequence, and that nothing is done twice or over somebody else."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from tests.core.office_web.conftest import Browser

from fbridge import ManifestState, OrderFilter, PushState
from fbridge.testing.office import Office


def test_fetch_now_is_a_job_that_tells_how_far_it_is_and_what_it_brought(
    office: Office, clerk: Browser
) -> None:
    order = office.store.new_order([("HAT", 1)])
    answer = clerk.act("/", "/fetch")
    assert answer.status_code == 200
    assert "<progress" in answer.text
    assert "hx-trigger" not in answer.text, "it is over: nobody asks again"
    job = office.bridge.jobs.list()[0]
    assert (job.command, job.asked_by, job.exit_code) == (("fetch",), "anna", 0)
    assert f"T{order}" in clerk.text("/orders")
    assert "anna" in clerk.text("/jobs")


def test_the_evening_is_filled_scanned_printed_shipped_and_pushed_on_the_page(
    office: Office, clerk: Browser
) -> None:
    orders = [office.store.new_order([("HAT", 1)]) for _ in range(3)]
    office.fetch()
    office.bridge.carriers.route("shop", "*", "BRT")
    made = [clerk.act("/manifests", "/manifests", carrier="BRT") for _ in ("a double", "click")][1]
    (number,) = (one.number for one in office.bridge.manifests.list())
    page = f"/manifests/{number}"
    assert number in made.text
    assert clerk.scan(number, "add", f"T{orders[0]}")["ok"]
    assert not clerk.scan(number, "add", f"T{orders[0]}")["ok"], "it is there already"
    assert not clerk.scan(number, "add", "nobody")["ok"]
    filled = clerk.act(page, f"{page}/add", what="ready").text
    assert "Done: 2" in filled
    for at, order in enumerate(orders):
        chosen = clerk.scan(number, "number", f"T{order}")
        told = clerk.scan(number, "number", f"FB00000000{at}IT", shipment=chosen["next"])
        assert (told["ok"], told["next"]) == (True, "")
    assert not clerk.scan(number, "number", "FB000000009IT", shipment=chosen["shipment"])["ok"]
    assert clerk.scan(number, "check", "FB000000000IT")["missing"]
    before = ["FB000000000IT", "FB000000001IT"]
    assert clerk.scan(number, "check", "FB000000002IT", before=before)["complete"]
    paper = clerk.act(page, f"{page}/print")
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    shipped = clerk.act(page, f"{page}/ship").text
    assert "is shipped." in shipped
    plan = f"/push?manifest={number}"
    assert "3</strong> send" in clerk.get(plan).text
    pushed = clerk.act(plan, "/push").text
    assert pushed.count('<td class="sent">') == 3
    assert [office.store.truth(order).numbers for order in orders] == [
        (f"FB00000000{at}IT",) for at in range(3)
    ]
    story = clerk.text(f"/order?of=shop:id={orders[0]}")
    assert "(anna)" in story


def test_what_must_not_leave_is_stopped_row_by_row_and_only_a_manager_lets_it_pass(
    office: Office, clerk: Browser, manager: Browser
) -> None:
    good, bad = (office.store.new_order([("HAT", 1)]) for _ in range(2))
    office.fetch()
    office.pack(good, ["FB000000001IT"])
    label = office.pack(bad, ["FB000000002IT"]).label
    number = office.bridge.manifests.list()[0].number
    page = f"/manifests/{number}"
    office.store.cancel(bad)
    stopped = clerk.act(page, f"{page}/ship").text
    assert "order_cancelled" not in stopped
    assert label in stopped
    assert "Ship it all the same" not in stopped
    at = f"/jobs/{office.bridge.jobs.list()[0].id}"
    forced = clerk.act(at, f"{page}/ship", force=label)
    assert forced.status_code == 403
    assert "Ship it all the same" in manager.text(at)
    assert "is shipped." in clerk.act(at, f"{page}/ship").text, "without them: the first of its forms"
    assert [one.order_number for one in office.bridge.manifests.get(number).shipments] == [f"T{good}"]


def test_of_two_clerks_the_later_one_sees_what_the_other_did_and_overwrites_nothing(
    office: Office, clerk: Browser
) -> None:
    order = office.store.new_order([("HAT", 1)])
    office.fetch()
    one = office.pack(order, ["FB000000001IT"])
    number = office.bridge.manifests.list()[0].number
    page, own = f"/manifests/{number}", f"/shipments/{one.label}"
    before_manifest, before_shipment = clerk.form(page, f"{page}/ship"), clerk.form(own, f"{own}/numbers")
    tick = re.findall(r'name="row" value="([^"]+)"', clerk.get(page).text)
    watched = re.findall(r'hx-get="([^"]+changed[^"]+)"', clerk.get(page).text)[0]
    assert clerk.get(watched).status_code == 204
    office.bridge.shipments.set_tracking(one.label, ["FB000000009IT"])  # the other one
    assert "Somebody has changed this manifest" in clerk.get(watched).text
    assert "changed meanwhile" in clerk.send(f"{page}/ship", before_manifest).text
    late = clerk.send(f"{own}/numbers", before_shipment | {"numbers": "FB000000005IT"})
    assert late.status_code == 409
    assert "changed this meanwhile" in clerk.act(page, f"{page}/off", row=tick).text
    found = office.bridge.manifests.get(number)
    assert (found.state, found.shipments[0].numbers) == (ManifestState.PREPARING, ("FB000000009IT",))
    again = clerk.form(own, f"{own}/numbers") | {"numbers": "FB000000006IT", "parcels": "1"}
    assert clerk.send(f"{own}/numbers", again).status_code == 200
    assert office.bridge.shipments.get(one.label).numbers == ("FB000000006IT",)
    packed = clerk.form(own, f"{own}/packing") | {"weight": "1,25", "cod": ""}
    assert clerk.send(f"{own}/packing", packed).status_code == 200
    assert office.bridge.shipments.get(one.label).weight_grams == 1250


def test_what_a_row_needs_is_a_button_and_a_decision_is_a_managers(
    office: Office, clerk: Browser, manager: Browser
) -> None:
    order = office.store.new_order([("HAT", 1)])
    office.fetch()
    one = office.ship(order, ["FB000000001IT"])
    office.store.cancel(order)
    office.push()
    assert office.state(one) is PushState.REFUSED
    own = f"/shipments/{one.label}"
    assert f'href="{own}"' in clerk.get("/").text
    assert f'href="{own}/withdraw"' in clerk.get(own).text
    assert clerk.get(f"{own}/resend").status_code == 403
    asked = manager.act(f"{own}/resend", f"{own}/resend").text
    assert "It is changed." in asked
    assert office.state(one) is PushState.READY
    assert "(bea)" in manager.text(own)
    assert clerk.get("/push?guard=most_mails=9").status_code == 403
    assert "3" in manager.get("/push?guard=most_mails=3").text
    assert manager.get("/push?guard=nonsense").status_code == 400


def test_a_page_takes_as_many_statements_however_much_it_shows(office: Office, clerk: Browser) -> None:
    pages = ["/", "/orders?show=all", "/manifests", "/manifests/2026-0001", "/push", "/shipments/S1", "/jobs"]
    counts = []
    for more in (4, 20):
        for _ in range(more):
            office.store.new_order([("HAT", 1)])
        office.fetch()
        ready = [f"shop:id={row.remote_id}" for row in office.bridge.orders.list(OrderFilter(ready=True))]
        number = office.bridge.manifests.add("BRT", ready[: more // 2]).manifest.number
        office.bridge.manifests.ship(number)
        office.bridge.manifests.add("BRT", ready[more // 2 :])
        for page in pages:
            clerk.get(page)
        counts.append([_statements(office, clerk, page) for page in pages])
    assert counts[0] == counts[1]
    assert max(counts[0]) < 60


def _statements(office: Office, clerk: Browser, page: str) -> int:
    engine, count = office.bridge.context.database.engine, 0

    def one_more(*_: object) -> None:
        nonlocal count
        count += 1

    sa.event.listen(engine, "before_cursor_execute", one_more)
    assert clerk.get(page).status_code == 200, page
    sa.event.remove(engine, "before_cursor_execute", one_more)
    return count


@pytest.mark.slow
def test_the_check_of_a_manifest_goes_on_with_thousands_of_codes(office: Office, clerk: Browser) -> None:
    order = office.store.new_order([("HAT", 1)])
    office.fetch()
    office.pack(order, ["FB000000001IT"])
    number = office.bridge.manifests.list()[0].number
    before = [f"1Z999AA1{at:010d}" for at in range(5000)]
    assert clerk.scan(number, "check", "FB000000001IT", before=before)["ok"]


def test_some_goods_of_an_order_are_shipped_by_hand(office: Office, clerk: Browser) -> None:
    order = office.store.new_order([("HAT", 3)])
    office.fetch()
    page = f"/order?of=shop:id={order}"
    line = office.bridge.orders.get(f"shop:id={order}").lines[0].line.id
    fields = {f"quantity-{line}": "2", "target": "BRT", "weight": "0,8"}
    form = clerk.form(page, "/order/ship") | fields
    form[f"quantity-{line}"] = "1"
    assert "It is added." in clerk.send("/order/ship", form).text
    assert clerk.send("/order/ship", form).status_code == 409, "the same form twice, by a double click"
    office.bridge.shipments.withdraw(office.bridge.shipments.list()[0].label)
    made = clerk.send("/order/ship", clerk.form(page, "/order/ship") | fields).text
    assert "It is added." in made
    _, one = office.bridge.shipments.list()
    assert (one.items[0].quantity, one.weight_grams, one.manifest) == (2, 800, "2026-0001")
    more = clerk.send("/order/ship", clerk.form(page, "/order/ship") | fields)
    assert (more.status_code, "1" in more.text) == (400, True)


def test_a_push_that_guards_stop_says_who_lets_it_through_and_takes_one_link(
    office: Office, clerk: Browser, manager: Browser
) -> None:
    orders = [office.store.new_order([("HAT", 1)]) for _ in range(2)]
    office.fetch()
    for at, order in enumerate(orders):
        office.pack(order, [f"FB00000000{at}IT"])
    office.hand_over()
    assert "<strong>2</strong> shipments" in manager.get("/push").text
    stopped = "/push?guard=most_mails=1&guard=most_pushes=1"
    shown = manager.get(stopped).text
    (link,) = (unescape(one) for one in re.findall(r'href="(/push\?[^"]*guard=[^"]*)"', shown))
    assert "each row says why" not in shown
    assert "<strong>2</strong> shipments" in manager.get(link).text
    settings = office.home.config / "config.toml"
    settings.write_text(settings.read_text().replace("[stores.shop]", "[stores.shop]\nmost_pushes = 1"))
    assert "A manager can let it through" in clerk.get("/push").text
