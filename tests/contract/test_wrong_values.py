"""What a plugin hands over wrongly is named as the plugin's, by hook and field, and takes nothing good with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fbridge.errors import PluginError
from fbridge.models.states import PushState
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number

from .toy_store import ToyUnderTest

NAMED = 'The plugin "toy" (fbridge-toy 1.0) is broken: '
MakeOffice = Callable[[str], Office]


@pytest.fixture
def store(toy_shop: ServedSandbox) -> ToyUnderTest:
    toy_shop.control.clear()
    return ToyUnderTest(toy_shop)


@pytest.fixture
def make_office(
    store: ToyUnderTest, install_toy: Callable[[str], None], tmp_path: Path
) -> Iterator[MakeOffice]:
    with ExitStack() as open_ones:

        def make(adapter: str) -> Office:
            install_toy(f"wrong_values:{adapter}")
            return open_ones.enter_context(Office(store, tmp_path / "home"))

        yield make


@pytest.mark.parametrize(
    ("adapter", "words"),
    [
        ("float_total", "total is a float where Decimal is due"),
        ("no_time", "changed_at is None where datetime is due"),
        ("int_number", "number is an int where str is due"),
    ],
)
def test_one_wrong_order_is_rejected_and_the_others_are_stored(
    store: ToyUnderTest, make_office: MakeOffice, adapter: str, words: str
) -> None:
    orders = [store.new_order([("CUP", 1)]) for _ in range(4)]
    office = make_office(adapter)
    result = office.fetch()
    good = {order for order in orders if int(order) % 2}
    assert result.error is None
    assert set(office.fetched()) == good
    assert {one.remote_id for one in result.rejected} == set(orders) - good
    assert {one.reason for one in result.rejected} == {f'wrong_value: the plugin "toy" gave {words}'}


def test_a_plugin_that_never_comes_to_an_end_is_named(store: ToyUnderTest, make_office: MakeOffice) -> None:
    order = store.new_order([("CUP", 1)])
    office = make_office("one_page_for_ever")
    result = office.fetch()
    assert str(result.error) == f"{NAMED}fetch_orders gave the same page 50 times, one after another"
    assert set(office.fetched()) == {order}


def test_a_page_that_is_wrong_as_a_whole_names_the_plugin(
    store: ToyUnderTest, make_office: MakeOffice
) -> None:
    store.new_order([("CUP", 1)])
    result = make_office("wrong_page").fetch()
    assert isinstance(result.error, PluginError)
    assert str(result.error) == (
        f"{NAMED}fetch_orders gave an OrderPage whose cursor['at'] is a set where JSON is due"
    )


@pytest.mark.parametrize(
    ("adapter", "words"),
    [
        ("unknown_outcome", "shipments[0].outcome is a str where Outcome is due"),
        ("naive_time", "shipments[0].not_before is a str where datetime is due"),
        ("one_remote_id", "shipments[0].remote_ids is a str where tuple is due"),
    ],
)
def test_a_wrong_receipt_leaves_its_shipment_unconfirmed_and_the_others_are_sent(
    store: ToyUnderTest, make_office: MakeOffice, adapter: str, words: str
) -> None:
    orders = [store.new_order([("CUP", 1)]) for _ in range(3)]
    office = make_office(adapter)
    office.fetch()
    shipments = [office.pack(order, [number(count)]) for count, order in enumerate(orders)]
    office.hand_over()
    ((_, error),) = office.push().errors
    assert isinstance(error, PluginError)
    assert str(error) == f"{NAMED}push_fulfillment gave a Receipt whose {words}, for order {orders[0]}"
    states = [office.state(one) for one in shipments]
    assert states == [PushState.UNCONFIRMED, PushState.SENT, PushState.SENT]
    assert words in office.words(shipments[0])


def test_a_receipt_that_shows_less_than_it_claims_is_not_believed(
    store: ToyUnderTest, make_office: MakeOffice
) -> None:
    order = store.new_order([("CUP", 1)])
    office = make_office("shows_less")
    office.fetch()
    office.ship(order, [number(1)])
    ((_, error),) = office.push().errors
    assert isinstance(error, PluginError)
    assert "plugin toy gave" in str(error)
    assert f"does not hold the number {number(1)}" in str(error)
    assert len(store.truth(order).numbers) == 1, "it was sent once more on the word of a plugin that errs"


def test_the_stores_word_for_a_finished_order_is_kept_as_far_as_it_goes(
    store: ToyUnderTest, make_office: MakeOffice
) -> None:
    """PostgreSQL takes no longer one, and would break the run off after the store was told."""
    order = store.new_order([("CUP", 1)])
    office = make_office("long_status")
    office.fetch()
    shipment = office.ship(order, [number(1)])
    assert not office.push().errors
    assert office.state(shipment) is PushState.SENT
    assert office.fetched()[order].remote_status == "done" * 32


@pytest.mark.parametrize(
    ("adapter", "words"),
    [
        ("wrong_codes", "list_carrier_codes gave a CarrierCodes whose open is an int where bool is due"),
        ("wrong_report", "check_store gave a StoreReport whose facts['at'] is a set where JSON is due"),
        ("wrong_preview", "preview_push gave a Preview whose mails is a str where tuple is due"),
    ],
)
def test_other_wrong_answers_name_hook_and_field(
    store: ToyUnderTest, make_office: MakeOffice, adapter: str, words: str
) -> None:
    order = store.new_order([("CUP", 1)])

    def evening() -> None:
        office = make_office(adapter)
        office.fetch()
        office.ship(order, [number(1)])
        office.planned_mails()

    with pytest.raises(PluginError) as raised:
        evening()
    assert str(raised.value) == NAMED + words
