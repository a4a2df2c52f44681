"""The page shows what the office's own commands show, in the reader's language, page by page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.core.office_web.conftest import Browser

from fbridge import OrderFilter, OrderSort
from fbridge.testing.office import Office


def test_the_day_leads_to_orders_manifests_and_the_story_of_an_order(office: Office, clerk: Browser) -> None:
    orders = [office.store.new_order([("HAT", 2)]) for _ in range(3)]
    office.fetch()
    left = office.ship(orders[0], ["FB000000001IT"])
    office.push()
    office.pack(orders[1], ["FB000000002IT"])
    day = clerk.text("/")
    assert "Last fetch: 0 min" in day
    assert "1 open orders" in day
    preparing, shipped = (one.number for one in office.bridge.manifests.list())
    assert f"{preparing} BRT preparing 1 1" in day
    link = re.search(r'href="(/orders\?[^"]*)"', clerk.get("/").text)
    assert link is not None
    assert f"T{orders[2]}" in clerk.text(link[1].replace("&amp;", "&"))
    manifest = clerk.get(f"/manifests/{shipped}")
    assert '<a href="https://brt.example/FB000000001IT" rel="noopener noreferrer"' in manifest.text
    story = clerk.text(f"/order?of=shop:id={orders[0]}")
    assert f"{left.label}: is sent to the store" in story
    assert "FB000000001IT" in story
    assert "What was sent and answered" in story


def test_it_speaks_the_language_of_the_browser(office: Office, clerk: Browser) -> None:
    office.fetch()
    italian = clerk.get("/", **{"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"})
    assert '<html lang="it">' in italian.text
    assert "Distinte in preparazione" in italian.text
    assert "Manifests" in clerk.text("/", **{"Accept-Language": "en"})


def test_a_list_goes_on_where_its_page_ended(office: Office, clerk: Browser) -> None:
    made = [office.store.new_order([("HAT", 1)]) for _ in range(70)]
    office.store.set_changed(made, office.bridge.context.now() - timedelta(hours=1))
    office.fetch()
    for show in ("open", "all"):
        seen: list[str] = []
        path: str | None = f"/orders?show={show}"
        while path:
            page = clerk.get(path).text
            seen += re.findall(r"of=shop:id(?:%3D|=)(\w+)", page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            path = following[1].replace("&amp;", "&") if following else None
        assert len(seen) == 70
        assert set(seen) == set(made)
    found = clerk.text(f"/orders?show=all&text=T{made[7]}")
    assert f"T{made[7]}" in found
    assert "No order fits." in clerk.text("/orders?text=nobody")
    assert clerk.get("/orders?after=nonsense").status_code == 400
    for moment in ("1764400000.0", "2026-11-29T05:00:00Z"):
        assert clerk.get(f"/orders?after={moment}~{'9' * 30}").status_code == 400, (
            "no database holds such a key"
        )


@pytest.mark.slow
@pytest.mark.parametrize("sort", OrderSort)
def test_each_sequence_of_orders_goes_on_behind_any_of_them(office: Office, sort: OrderSort) -> None:
    for _ in range(5):
        office.store.new_order([("HAT", 1)])
    office.fetch()
    rows = list(office.bridge.orders.list(OrderFilter(sort=sort)))
    for count, row in enumerate(rows, 1):
        rest = office.bridge.orders.list(OrderFilter(sort=sort, after=row.place(sort)))
        assert [one.id for one in rest] == [one.id for one in rows[count:]]
