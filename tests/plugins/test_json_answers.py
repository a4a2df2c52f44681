"""What programs are answered before an emulated store of each platform is as the schemas say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.answers_walk import Walk, at_the_end, leaving, papers, setting_up
from tests.people.stores import PLATFORMS

from fbridge.sandbox import ServedSandbox


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_answer_is_as_its_schema_says(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FBRIDGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FBRIDGE_SHOP_WITHOUT_TRACKING", "send")
    monkeypatch.setenv("FBRIDGE_SHOP_OLDEST_ORDER", "36500")
    create, options, under_test, own = PLATFORMS[platform]
    walk = Walk(tmp_path)
    with ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served:
        store = under_test(served, **own)
        for _ in range(5):
            store.new_order([(store.skus[0], 1)])
        settings = {**served.store_settings(), **own}
        said = [word for name, value in settings.items() for word in ("--set", f"{name}={_text(value)}")]
        setting_up(walk, ["--platform", store.platform, "--url", served.url, *said])
        orders = [one["number"] for one in walk("orders list --ready")]
        papers(walk, orders)
        leaving(walk)
        at_the_end(walk, orders[4], monkeypatch)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
