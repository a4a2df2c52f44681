"""Everything that programs read is as the schemas say that are installed with fbridge: every command, every field."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from tests.answers_walk import Walk, at_the_end, leaving, papers, setting_up
from tests.core.cli.hints import TREE
from tests.valid_answers import known, validator

from fbridge.cli.json_schemas import FOLDER

ROOT = Path(__file__).parents[3]
SEEN_ELSEWHERE = {"demo", "demo --office", "push --defer", "worker", "worker status"}
"""Held against their schemas where they are run: as a newcomer does (``tests/end_to_end/test_demo.py``), and over
PostgreSQL (``test_cli_worker.py``)."""


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What makes the schemas."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import json_reference

    yield json_reference
    for name in [name for name in sys.modules if name.startswith("json_")]:
        del sys.modules[name]


def troubles(walk: Walk, shop: Any) -> None:
    """What goes wrong with an order, a push and a mail, and the ways out."""
    shop.sell(1090, broken=True)
    walk("fetch", code=1)
    walk("orders list --unreadable")
    walk("orders set-aside shop:1090 --reason no")
    walk("orders bring-back shop:1090")
    shop.sell(1090, refuses="no licence")
    shop.sell(1091, loses_mails=True)
    walk("fetch")
    for number in (1090, 1091):
        walk(f"manifest add BRT {number}")
        walk(f"tracking set {number} T{number}")
    walk("manifest ship BRT")
    (refused, unmailed) = (one["shipment"] for one in walk("push --yes", code=1)["results"])
    walk("status", code=1)
    walk(f"push --mail-again {unmailed} --plan")
    walk(f"push --mail-again {unmailed} --yes")
    walk(f"shipment adopt {refused}")
    _changed_there(shop, 1091)
    walk("verify", code=1)
    walk(f"verify --accept {unmailed}")
    walk("shipment withdraw S5 --plan")
    walk("shipment withdraw S5 --yes")
    shop.sell(1092, loses_mails=True)
    shop.sell(1093)
    walk("fetch")
    walk("manifest add BRT 1092 1093")
    walk("manifest ship BRT")
    first = walk("push --yes --first-one", code=1)
    walk(f"shipment mailed {first['first']['results'][0]['shipment']}")
    walk("push --yes --first-one --verify")


def _changed_there(shop: Any, number: int) -> None:
    orders = shop.orders()
    (order,) = [one for one in orders if one["number"] == str(number)]
    order["shipments"] = [{**one, "numbers": ["THEIRS"]} for one in order["shipments"]]
    shop.file.write_text(json.dumps({"orders": orders}), "utf-8")


def test_every_command_answers_as_its_schema_says(
    user: Any, shop: Any, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FBRIDGE_SHOP_WITHOUT_TRACKING", "send")
    walk = Walk(tmp_path)
    for number in range(1001, 1010):
        shop.sell(number)
    added = ["--platform", "plain", "--url", "https://shop.example", "--set", f"file={shop.file}"]
    setting_up(walk, [*added, "--set", "key=right"])
    papers(walk, [str(number) for number in range(1001, 1010)])
    leaving(walk)
    at_the_end(walk, "1005", monkeypatch)
    troubles(walk, shop)
    walk("carrier unmap shop BRT")
    walk("store remove shop --yes")
    (home / "fbridge.db").unlink()
    walk("db create")
    assert set(known()) - walk.seen - SEEN_ELSEWHERE == set()
    with_json = {name for name, command in TREE.items() if not isinstance(command, click.Group)}
    assert with_json - {name.partition(" --")[0] for name in known()} == set()


def test_the_installed_schemas_are_those_of_the_types(reference: Any) -> None:
    made = {name: reference.written(schema) for name, schema in reference.files().items()}
    kept = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}
    assert reference.broken(reference.kept(), reference.files()) == [], "this would break others' programs"
    assert kept == made, "run `make docs`"


def test_every_field_has_a_meaning(reference: Any) -> None:
    bare = [
        f"{name}.{field}"
        for name, one in reference.files()["types.json"]["$defs"].items()
        for field, schema in one["properties"].items()
        if not schema.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("change", ["gone", "retyped", "added"])
def test_what_breaks_programs_is_seen_and_what_is_added_breaks_none(reference: Any, change: str) -> None:
    old = reference.kept()
    new = copy.deepcopy(old)
    fields = new["types.json"]["$defs"]["Shipment"]["properties"]
    if change == "gone":
        del fields["numbers"]
    elif change == "retyped":
        fields["parcels"] = {"type": "string"}
    else:
        fields["more"] = {"type": "string"}
    assert bool(reference.broken(old, new)) is (change != "added")


def test_a_field_that_no_schema_names_is_refused() -> None:
    removed = {"schema": 1, "command": "store remove", "ok": True, "next": None, "error": None}
    well = removed | {"data": {"removed": "shop"}}
    assert validator("store remove").is_valid(well)
    assert not validator("store remove").is_valid(well | {"data": {"removed": "shop", "more": 1}})
    assert not validator("store remove").is_valid(removed)


def test_a_list_that_breaks_off_is_one_object_all_the_same(
    ready_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fbridge.errors import ConfigError
    from fbridge.orders import listing

    rows = iter(range(2))

    def second_fails(row: Any) -> Any:
        if next(rows):
            raise ConfigError("The disk is gone.", reason="damaged")
        return kept(row)

    kept = listing.order_row
    monkeypatch.setattr(listing, "order_row", second_fails)
    answer = ready_user.json("orders", "list", code=3)
    assert len(answer["items"]) == 1
    assert answer["error"] == {"reason": "damaged", "message": "The disk is gone.", "exit_code": 3}
