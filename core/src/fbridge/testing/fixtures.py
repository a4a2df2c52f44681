"""The fixtures of the kit, and how tests are left out that a platform declares it cannot pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import stamina

from fbridge.errors import FbridgeError
from fbridge.models.states import MailBehaviour, Support
from fbridge.testing.direct import DirectPush, directly
from fbridge.testing.faults import FaultProxy
from fbridge.testing.journal import JOURNAL
from fbridge.testing.office import Office
from fbridge.testing.reports import explain_tests
from fbridge.testing.store_under_test import StoreUnderTest

HASTE = 0.25
"""Seconds that a client waits in tests of time-outs."""


class KitFixtures:
    """A store behind a proxy, and an office that works with it. Its tests tell their failures as reports."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        explain_tests(cls)

    @pytest.fixture(autouse=True)
    def _new_journal(self) -> None:
        JOURNAL.clear()

    @pytest.fixture
    def store(self) -> StoreUnderTest:
        """The store; every subclass gives its own, new for each test."""
        raise NotImplementedError("override the fixture store: it returns a StoreUnderTest")

    @pytest.fixture(autouse=True)
    def _no_pauses_between_reads(self) -> Iterator[None]:
        with stamina.set_testing(True, attempts=4, cap=True):
            yield

    @pytest.fixture
    def proxy(self, store: StoreUnderTest) -> Iterator[FaultProxy]:
        """Stands before the store and lets everything pass until it is told otherwise."""
        with FaultProxy(store.url, is_write=store.is_write) as proxy:
            yield proxy

    @pytest.fixture
    def make_office(
        self, store: StoreUnderTest, proxy: FaultProxy, tmp_path: Path
    ) -> Iterator[Callable[..., Office]]:
        """``make_office(**settings)``: an office with these of the core's settings of a store."""
        with ExitStack() as open_ones:

            def make(**settings: Any) -> Office:
                return open_ones.enter_context(_office(store, tmp_path / "home", url=proxy.url, **settings))

            yield make

    @pytest.fixture
    def office(self, make_office: Callable[..., Office]) -> Office:
        """An office with patience."""
        return make_office()

    @pytest.fixture
    def hasty(self, make_office: Callable[..., Office]) -> Office:
        """An office whose client gives up soon."""
        return make_office(timeout=HASTE)

    @pytest.fixture
    def direct(self, office: Office) -> Iterator[DirectPush]:
        """The adapter of the office's store, for direct calls."""
        with directly(office) as opened:
            yield opened

    # What a platform declares

    @pytest.fixture
    def partial_shipments(self, office: Office) -> None:
        """Leave the test out where a store has no partial shipments."""
        _need(office, "partial_shipments")

    @pytest.fixture
    def no_partial_shipments(self, office: Office) -> None:
        """Leave the test out where a store has partial shipments."""
        _need(office, "partial_shipments", wanted=False)

    @pytest.fixture
    def several_numbers(self, office: Office) -> None:
        """Leave the test out where an order has one number at most."""
        _need(office, "several_numbers")

    @pytest.fixture
    def no_several_numbers(self, office: Office) -> None:
        """Leave the test out where an order can have several numbers."""
        _need(office, "several_numbers", wanted=False)

    @pytest.fixture
    def tracking_update(self, office: Office) -> None:
        """Leave the test out where a number cannot be corrected."""
        _need(office, "tracking_update")

    @pytest.fixture
    def no_tracking_update(self, office: Office) -> None:
        """Leave the test out where a number can be corrected."""
        _need(office, "tracking_update", wanted=False)

    @pytest.fixture
    def late_numbers(self, office: Office) -> None:
        """Leave the test out where a number cannot be added once the goods are shown as shipped."""
        _need(office, "late_numbers")

    @pytest.fixture
    def no_late_numbers(self, office: Office) -> None:
        """Leave the test out where a number can be added later."""
        _need(office, "late_numbers", wanted=False)

    @pytest.fixture
    def mails_at_all(self, store: StoreUnderTest, office: Office) -> None:
        """Leave the test out where the platform never mails, or the store's settings want no mail."""
        if office.platform.mail is MailBehaviour.NEVER:
            pytest.skip(f"{office.platform.label} declares mail = never")
        if not store.can_mail:
            pytest.skip(f"this store of {office.platform.label} is set to mail nobody")

    @pytest.fixture
    def lost_mails(self, store: StoreUnderTest, office: Office) -> None:
        """Leave the test out where the store's mail server cannot be put out of order."""
        if not (store.can_mail and store.loses_mails):
            pytest.skip(
                f"the mail server of this store of {office.platform.label} cannot be put out of order"
            )


def _office(store: StoreUnderTest, home: Path, **settings: Any) -> Office:
    """A plugin that cannot be loaded, or whose store cannot be added, is told by its own cause."""
    try:
        return Office(store, home, **settings)
    except FbridgeError as error:
        words = f"The store cannot be added, so no clause was tried: {error}"
    pytest.fail(words, pytrace=False)


def _need(office: Office, capability: str, *, wanted: bool = True) -> None:
    declared = getattr(office.capabilities, capability)
    if (declared is Support.YES) is not wanted:
        pytest.skip(f"this store of {office.platform.label} declares {capability} = {declared}")
