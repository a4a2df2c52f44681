"""What is public has a docstring and a place in the reference; the pictures show what the code does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from fbridge.models.states import PushState
from fbridge.models.transitions import TRANSITIONS, Mover

DOCS = Path(__file__).parents[2] / "docs"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


public_names, pictures = loaded("public_names"), loaded("pictures")


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
