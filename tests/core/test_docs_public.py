"""What is public has a docstring and a place in the reference; the pictures show what the code does."""

from __future__ import annotations

from pathlib import Path

from tests.installed_packages import loaded_file

from fbridge.models.states import PushState
from fbridge.models.transitions import TRANSITIONS, Mover

DOCS = Path(__file__).parents[2] / "docs"


public_names, pictures = loaded_file(DOCS / "public_names.py"), loaded_file(DOCS / "pictures.py")


def test_every_public_name_is_explained() -> None:
    names = [one for page in public_names.PAGES for one in public_names.public_names(page)]
    assert [f"{one.module}.{one.name}" for one in names if len(one.docstring) < 8] == []


def test_what_the_contract_is_made_of_is_public() -> None:
    names = {(one.module, one.name) for page in public_names.PAGES for one in public_names.public_names(page)}
    assert {
        ("fbridge", "Bridge"),
        ("fbridge.hookspecs", "push_fulfillment"),
        ("fbridge.models.orders", "Order"),
        ("fbridge.models.platforms", "OrderPage"),
        ("fbridge.http", "BasicAuth"),
        ("fbridge.http", "Response"),
        ("fbridge.errors", "NotSent"),
        ("fbridge.testing", "AdapterConformance"),
        ("fbridge.sandbox", "create_sandbox"),
        ("fbridge", "Shipments"),
    } <= names
    assert not {name for _, name in names if name.startswith("_")}


def test_the_picture_of_the_states_has_each_state_and_each_move_of_a_run() -> None:
    picture = pictures.states()
    assert all(f">{state}</text>" in picture for state in PushState)
    drawn = {(arrow.source, arrow.target) for arrow in pictures.arrows_of_runs()}
    for one in TRANSITIONS:
        if one.by is Mover.RUN and one.source is not one.target:
            assert {(one.source, one.target), ("due", one.target)} & drawn, one
    assert len(drawn) < sum(one.by is Mover.RUN for one in TRANSITIONS)
