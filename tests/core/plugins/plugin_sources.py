"""The source of small plugins, for those who install them in a test, and the fault that fbridge finds in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fbridge.errors import PluginError
from fbridge.plugins import load_platform

HEADER = """
from datetime import timedelta
from marshmallow import Schema
from fbridge.errors import UnreachableError
from fbridge.hookspecs import hookimpl
from fbridge.models.platforms import *
from fbridge.models.states import *
"""
DESCRIBE = """
@hookimpl
def describe_platform():
    yes = Support.YES
    return Platform(
        key="KEY", label="Key", settings=Schema, batch_size=5, settle_time=timedelta(seconds=1),
        capabilities=Capabilities(partial_shipments=yes, several_numbers=yes, tracking_update=yes,
                                  carrier_free_text=yes, ship_date=yes),
        mail=MailBehaviour.NEVER,
    )
"""
FETCH = """
@hookimpl
def fetch_orders(store, query):
    for number in range(3):
        yield OrderPage(orders=(), cursor={"page": number})
"""
PUSH = """
@hookimpl
def push_fulfillment(store, fulfillments):
    return iter(())
"""
CODES = """
@hookimpl
def list_carrier_codes(store):
    return CarrierCodes(codes=(), open=True)
"""
GOOD = HEADER + DESCRIBE + FETCH + PUSH + CODES

Install = Callable[..., None]

CANARY = "cs_canary9f8e7d6c5b4a39281706"


def failure(key: str) -> str:
    with pytest.raises(PluginError) as raised:
        load_platform(key)
    message = str(raised.value)
    assert message.startswith(f'The plugin "{key}" (fbridge-{key} 0.3) is broken: ')
    return message.partition("is broken: ")[2]
