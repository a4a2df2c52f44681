"""C12: credentials stay where they are."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from traceback import format_exception
from urllib.parse import quote, unquote

import pytest

from fbridge.errors import FbridgeError
from fbridge.http.redaction import Redactor
from fbridge.models.platforms import OrderQuery
from fbridge.settings.resolving import secret_names
from fbridge.testing.direct import directly
from fbridge.testing.faults import (
    Answer,
    Fault,
    FaultProxy,
    On,
    Repeating,
    read_faults,
    unlucky_write_faults,
    write_faults,
)
from fbridge.testing.fixtures import HASTE, KitFixtures
from fbridge.testing.office import STORE, Office, number
from fbridge.testing.store_under_test import StoreUnderTest

REPEATED = 14
"""So many letters and digits of a secret tell that it was repeated, though the rest was cut off."""
LEAST = 8
"""A shorter piece of Base64 may occur by chance."""


@dataclass
class Overheard:
    """Everything that was said, with where."""

    said: list[tuple[str, str]] = field(default_factory=list)

    def hear(self, where: str, what: object) -> None:
        """Take note of a text, an object's ``repr``, or an exception with all that it comes from."""
        error = what if isinstance(what, BaseException) else None
        self.said.append((where, what if isinstance(what, str) else f"{what} {what!r}"))
        if error is not None:
            for inner in (error.__cause__, error.__context__):
                if inner is not None:
                    self.hear(where, inner)

    def try_out(self, where: str, act: Callable[[], object]) -> None:
        """Take note of what an act gives or raises."""
        try:
            self.hear(where, act())
        except FbridgeError as error:
            self.hear(where, error)

    def leaks(self, secrets: list[str]) -> list[str]:
        """Where one of the secrets was said, in any shape."""
        shapes = [shape for secret in secrets for shape in shapes_of(secret)]
        bare = [_bare(shape)[:REPEATED] for shape in shapes if len(_bare(shape)) >= LEAST]
        found = set()
        for where, what in self.said:
            letters = _bare(what)
            if any(shape in what for shape in shapes) or any(shape in letters for shape in bare):
                found.add(where)
        return sorted(found)


def _bare(text: str) -> str:
    """Letters and digits alone: whatever stands between them."""
    return re.sub(r"[\W_]+", "", unquote(unescape(text)).lower())


class _Listener(logging.Handler):
    def __init__(self, overheard: Overheard) -> None:
        super().__init__(logging.DEBUG)
        self._overheard = overheard

    def emit(self, record: logging.LogRecord) -> None:
        self._overheard.hear(f"log of {record.name}", record.getMessage())
        if record.exc_info and record.exc_info[1]:
            self._overheard.hear(f"log of {record.name}", record.exc_info[1])


def shapes_of(secret: str) -> list[str]:
    """The secret as it is, in a URL, in JSON, and inside Base64 at each of three places."""
    encoded = [
        base64.b64encode(b"x" * shift + secret.encode()).decode()[4 if shift else 0 : -4]
        for shift in range(3)
    ]
    return [
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        *(text for text in encoded if len(text) >= LEAST),
    ]


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "Base64 of Basic": lambda secret: base64.b64encode(f"{secret}:x{secret}".encode()).decode(),
    "wrapped": lambda secret: "\n".join(secret[at : at + 6] for at in range(0, len(secret), 6)),
    "escaped and cut": lambda secret: "".join(f"&#{ord(one)};" for one in secret[:-4]),
}


class SecrecyConformance(KitFixtures):
    """A credential is in no exception, log line, receipt, plan, report and file but the one that it was put into."""

    @pytest.fixture
    def overheard(self) -> Iterator[Overheard]:
        """Listens to every log record of whatever level."""
        overheard, root = Overheard(), logging.getLogger()
        listener, level = _Listener(overheard), root.level
        root.addHandler(listener)
        root.setLevel(logging.DEBUG)
        yield overheard
        root.setLevel(level)
        root.removeHandler(listener)

    def test_C12_no_secret_is_said_or_kept_with_every_fault(
        self,
        store: StoreUnderTest,
        make_office: Callable[..., Office],
        proxy: FaultProxy,
        overheard: Overheard,
    ) -> None:
        hasty = make_office(timeout=HASTE, settle="0.01s")
        faults = (*write_faults(), *unlucky_write_faults(timeout=HASTE, late=0.01)[:1])
        orders = [store.new_order([(store.skus[0], 1)]) for _ in faults]
        hasty.fetch()
        for count, (order, fault) in enumerate(zip(orders, faults, strict=True)):
            hasty.pack(order, [number(count)])
            hasty.hand_over()
            overheard.hear("plan", hasty.bridge.plan())
            proxy.strike(fault)
            overheard.hear("push", hasty.push())
        overheard.hear("status", hasty.bridge.status())
        self._look_at_the_rest(store, hasty, overheard)

    def test_C12_no_secret_is_said_or_kept_with_every_fault_of_a_read(
        self, store: StoreUnderTest, hasty: Office, proxy: FaultProxy, overheard: Overheard
    ) -> None:
        for fault in read_faults():
            store.new_order([(store.skus[0], 1)])
            proxy.strike(fault, on=On.READ, times=5)
            result = hasty.fetch()
            proxy.heal()
            overheard.hear("fetch", result)
            overheard.hear("fetch", result.error)
        self._look_at_the_rest(store, hasty, overheard)

    @pytest.mark.parametrize(
        ("status", "spelling"),
        [
            (200, "plain"),
            (302, "wrapped"),
            (400, "plain"),
            (400, "Base64 of Basic"),
            (400, "wrapped"),
            (400, "escaped and cut"),
            (401, "Base64 of Basic"),
            (403, "escaped and cut"),
            (404, "plain"),
            (406, "wrapped"),
            (500, "escaped and cut"),
        ],
    )
    def test_C12_what_a_store_repeats_is_neither_said_nor_kept(
        self,
        store: StoreUnderTest,
        hasty: Office,
        proxy: FaultProxy,
        overheard: Overheard,
        status: int,
        spelling: str,
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        hasty.fetch()
        shipment = hasty.ship(order, [number(1)])
        told = " and ".join(map(SPELLINGS[spelling], _secrets(store, hasty)))
        proxy.put_between(Repeating(status=status, told=told, on=On.WRITE))
        overheard.hear("push", hasty.push())
        proxy.put_between(Repeating(status=status, told=told))
        for where, act in self._acts(hasty).items():
            try:
                overheard.hear(where, act())
            except FbridgeError as error:
                overheard.hear(where, "".join(format_exception(error)))
                overheard.hear(where, error.reason)
        proxy.heal()
        overheard.hear("explain", hasty.bridge.explain(shipment.label))
        self._look_at_the_rest(store, hasty, overheard)

    @staticmethod
    def _acts(office: Office) -> dict[str, Callable[[], object]]:
        return {
            "check": lambda: office.bridge.stores.check(STORE),
            "fetch": office.fetch,
            "codes": lambda: office.bridge.carriers.codes(STORE, refresh=True),
            "plan": office.bridge.plan,
            "push": office.push,
            "status": office.bridge.status,
        }

    @pytest.fixture
    def uncleaned(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What an adapter says before the core takes secrets out: its author shall know of them all the same."""
        monkeypatch.setattr("fbridge.plugin_calls._redactor_of", lambda _store: Redactor())

    @pytest.mark.usefixtures("uncleaned")
    def test_C12_no_secret_is_in_receipts_cursors_and_what_an_order_carries(
        self, store: StoreUnderTest, office: Office, overheard: Overheard
    ) -> None:
        order = store.new_order([(store.skus[0], 1)])
        with directly(office) as direct:
            fulfillment = direct.whole(order, number(1))
            pages = list(direct.pages(OrderQuery()))
            carried = [dict(page.cursor) for page in pages] + [fulfillment.order.adapter_data]
            overheard.hear("cursor or adapter_data", json.dumps(carried))
            overheard.hear("receipt", direct.push(fulfillment))
            overheard.hear("facts", json.dumps(dict(direct.opened.store.facts)))
        assert overheard.leaks(_secrets(store, office)) == []

    def test_C12_a_wrong_credential_is_not_shown_either(
        self, store: StoreUnderTest, office: Office, overheard: Overheard, proxy: FaultProxy
    ) -> None:
        secret = min(secret_names(office.platform.settings()))
        wrong = "canary-" + str(store.settings[secret])[::-1]
        office.bridge.stores.remove("shop")
        try:
            office.add_store(proxy.url, {secret: wrong})
        except FbridgeError as error:
            overheard.hear("store add", error)
        assert overheard.said
        assert overheard.leaks([wrong]) == []

    @pytest.mark.usefixtures("uncleaned")
    def test_C12_no_secret_is_in_the_words_of_a_refused_key(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy, overheard: Overheard
    ) -> None:
        refused = Fault(name="wrong key", answer=Answer.STATUS, status=401, body=store.wrong_key)
        with directly(office) as direct:
            fulfillment = direct.whole(store.new_order([(store.skus[0], 1)]), number(1))
            proxy.strike(refused, on=On.ANY, times=100)
            adapter, opened = direct.opened.adapter, direct.opened.store
            overheard.try_out("push", lambda: direct.push(fulfillment))
            overheard.try_out("fetch", lambda: list(direct.pages(OrderQuery())))
            overheard.try_out("codes", lambda: adapter.list_carrier_codes(opened))
            overheard.try_out("check", lambda: adapter.check_store(opened))
        proxy.heal()
        assert overheard.leaks(_secrets(store, office)) == []

    def test_C12_nobody_is_sent_on_with_a_credential(
        self, store: StoreUnderTest, office: Office, proxy: FaultProxy
    ) -> None:
        office.fetch()
        redirects = [fault for fault in (*write_faults(), *read_faults()) if "redirect" in fault.name]
        for count, fault in enumerate(redirects, start=1):
            order = store.new_order([(store.skus[0], 1)])
            proxy.strike(fault, on=On.READ)
            office.fetch()
            proxy.heal()
            office.fetch()
            office.ship(order, [number(count)])
            proxy.strike(fault)
            office.push()
            proxy.heal()
        assert proxy.strangers == []

    @staticmethod
    def _look_at_the_rest(store: StoreUnderTest, office: Office, overheard: Overheard) -> None:
        for path in _files(office):
            overheard.hear(path.name, path.read_bytes().decode("latin-1"))
        assert overheard.leaks(_secrets(store, office)) == []


def _files(office: Office) -> list[Path]:
    folders = (office.home.data, office.home.log, office.home.config)
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if path != office.home.secrets_file]


def _secrets(store: StoreUnderTest, office: Office) -> list[str]:
    names = secret_names(office.platform.settings())
    secrets = [str(store.settings[name]) for name in names if name in store.settings]
    assert secrets, "the settings schema of the plugin marks no field as secret"
    return secrets
