"""Pushers that race, are killed and stopped; a store that fails in every way; at the end the account."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.errors import FbridgeError
from fbridge.models.shipments import Shipment
from fbridge.models.states import PushState
from fbridge.settings import Home
from fbridge.storage.tables import attempts
from fbridge.testing.faults import FaultProxy
from fbridge.testing.faults.stand_ins import ShiftedClock, StandIn, UrlCache
from tests.torture.platforms import PLATFORMS, Shown
from tests.torture.shop import Shop, open_shop, ship_again, ship_some, shop_process

ROOT = Path(__file__).parents[2]
PUSHERS = 2
COLLEAGUE_WORKS = 3.0
"""Seconds that a colleague acts in a round."""
SETTLE = "1s"
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "gateway_timeout", "seconds": 0.0},
    {"kind": "gateway_timeout", "seconds": 0.4},
    {"kind": "gateway_timeout", "seconds": 0.8},
    {"kind": "server_error"},
    {"kind": "too_many_requests"},
    {"kind": "too_many_requests", "retry_after": 1},
    {"kind": "truncated"},
    {"kind": "login_page"},
    {"kind": "slow", "seconds": 0.5},
    {"kind": "truncated", "method": "read"},
    {"kind": "server_error", "method": "read"},
    {"kind": "drop_before", "method": "read"},
)


PROMISES = ("lost", "doubled", "second_mails", "disagreements", "stuck", "crashes")


@dataclass
class Account:
    """What came of it."""

    kills: int = 0
    stops: int = 0
    faults: int = 0
    shipments: int = 0
    interrupted: int = 0
    attention: int = 0
    colleagues: int = 0
    stood_between: int = 0
    restores: int = 0
    adopted: int = 0
    withdrawn: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    second_mails: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"kills {self.kills}, stops {self.stops}, faults {self.faults}, colleagues {self.colleagues}, "
            f"caches and clocks {self.stood_between}, restores {self.restores}, shipments {self.shipments}, "
            f"interrupted attempts {self.interrupted}, decided by a person {self.attention}, "
            f"adopted {self.adopted}, withdrawn {self.withdrawn}, stuck {len(self.stuck)}, "
            f"crashes {len(self.crashes)}, "
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, "
            f"second mails {len(self.second_mails)}, disagreements {len(self.disagreements)}"
        )

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, nothing stuck, and the ledger tells the truth."""
        return not any(getattr(self, promise) for promise in PROMISES)


class Torture:
    """One seeded run in one folder."""

    def __init__(
        self,
        folder: Path,
        *,
        platform: str,
        seed: int,
        kills: int,
        shipments: int,
        database: str | None = None,
        people: bool = True,
        settings: Mapping[str, Any] = MappingProxyType({}),
        tell: Callable[[str], object] = lambda _words: None,
    ) -> None:
        self._tell = tell
        self._platform = PLATFORMS[platform]
        self._settings = settings
        self._home = Home(config=folder, data=folder, log=folder / "log")
        self._environment = {**os.environ, "FBRIDGE_HOME": str(folder)}
        if database:
            self._environment["FBRIDGE_DATABASE"] = database
        self._database = database
        self._chance = random.Random(seed)
        self._kills, self._wanted = kills, shipments
        self._people = people
        self._shipped: list[str] = []
        self.account = Account()

    def run(self) -> Account:
        """Torture, then let one push work in peace, then count."""
        with (
            shop_process(self._platform.key, orders=3 * self._wanted, pace=0.2) as shop,
            FaultProxy(shop.url, is_write=self._platform.is_write) as proxy,
        ):
            with self._open() as bridge:
                open_shop(bridge, shop, self._platform, settle=SETTLE, url=proxy.url, **self._settings)
            while self.account.kills < self._kills:
                self._one_round(shop, proxy)
                self._tell(f"{self._platform.key}: {self.account.kills} of {self._kills} kills")
            shop.control("faults", "DELETE")
            proxy.heal()
            with self._open() as bridge:
                self._ship(bridge, self._wanted - len(self._shipped))
                self._push_in_peace(bridge, shop)
                ship_again(bridge)
                self._push_in_peace(bridge, shop)
                self._count(bridge, shop)
        return self.account

    def _open(self) -> Bridge:
        return Bridge.open(self._home, database_url=self._database)

    def _ship(self, bridge: Bridge, count: int) -> None:
        self._shipped += ship_some(bridge, count) if count > 0 else []

    def _one_round(self, shop: Shop, proxy: FaultProxy) -> None:
        rounds_left = max(self._kills - self.account.kills, 1)
        with self._open() as bridge:
            self._ship(bridge, -(-(self._wanted - len(self._shipped)) // rounds_left))
        for _ in range(self._chance.randrange(3)):
            shop.control("faults", "POST", self._chance.choice(FAULTS))
            self.account.faults += 1
        between = self._stand_ins()
        proxy.put_between(*between)
        self.account.stood_between += len(between)
        if self._database is None and self._chance.random() < 0.2:
            self._round_that_is_forgotten()
        else:
            self._round_with_a_colleague()

    def _round_with_a_colleague(self) -> None:
        colleague = self._start_colleague() if self._people else None
        self._let_pushers_race()
        if colleague:
            self._wait_for(colleague)

    def _round_that_is_forgotten(self) -> None:
        """What these pushes did is known to the stores alone: the backup from before them is put back."""
        backup = self._home.data / "before.db"
        backup.unlink(missing_ok=True)
        self._do("db", "backup", str(backup))
        self._let_pushers_race()
        self._do("db", "restore", str(backup))
        self.account.restores += 1

    def _do(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "fbridge", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, check=False, timeout=120)
        if done.returncode:
            self.account.crashes.append(f"{' '.join(arguments)}: {done.stderr.decode()[-800:]}")

    def _let_pushers_race(self) -> None:
        pushers = [self._start("push", "--yes") for _ in range(PUSHERS)]
        self._strike(pushers)
        for pusher in pushers:
            pusher.wait(timeout=60)

    def _stand_ins(self) -> list[StandIn]:
        """What stands before the store in this round: nothing, a cache that keeps by URL, a clock that is wrong."""
        between: list[StandIn] = []
        if self._chance.random() < 0.3:
            between.append(UrlCache())
        if self._chance.random() < 0.3:
            between.append(ShiftedClock(timedelta(minutes=self._chance.choice((-10, 10)))))
        return between

    def _start_colleague(self) -> subprocess.Popen[bytes]:
        self.account.colleagues += 1
        command = [sys.executable, "-m", "tests.torture.colleague", str(self._chance.randrange(10**6))]
        return subprocess.Popen(
            [*command, str(COLLEAGUE_WORKS)], env=self._environment, cwd=ROOT, stderr=subprocess.PIPE
        )

    def _wait_for(self, colleague: subprocess.Popen[bytes]) -> None:
        _, told = colleague.communicate(timeout=120)
        if colleague.returncode:
            self.account.crashes.append(told.decode()[-800:])

    def _strike(self, pushers: list[subprocess.Popen[bytes]]) -> None:
        """At random instants, until the pushers are dead: stop one and let it go on later, or kill it."""
        give_up = time.monotonic() + 20
        while any(pusher.poll() is None for pusher in pushers) and time.monotonic() < give_up:
            time.sleep(self._chance.uniform(0.1, 2.0))
            victim = self._chance.choice(pushers)
            if victim.poll() is not None:
                continue
            if self._chance.random() < 0.3:
                victim.send_signal(signal.SIGSTOP)
                self.account.stops += 1
                time.sleep(self._chance.uniform(0.05, 1.5))
                victim.send_signal(signal.SIGCONT)
            else:
                victim.kill()
                self.account.kills += 1
        for pusher in pushers:
            pusher.kill()

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "fbridge", *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=self._environment, stdin=quiet, stdout=quiet, stderr=quiet)

    def _push_in_peace(self, bridge: Bridge, shop: Shop) -> None:
        """Push until all is at rest; who must decide goes the ways out that fbridge names."""
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            result = bridge.push()
            assert not any("plugin" in str(error) for _, error in result.errors), result.errors
            moving = [one for one in bridge.shipments.list(store="shop") if _moves(one)]
            if not moving:
                return
            there = self._on_the_store(shop)
            for one in moving:
                self._go_a_way_out(bridge, one, there)
            time.sleep(0.2)
        self.account.stuck += [f"{one.label}: {one.push}" for one in moving]

    def _on_the_store(self, shop: Shop) -> dict[str, Shown]:
        """What a person sees there, by order number."""
        shown = (self._platform.shown(shop.control, remote_id) for remote_id in self._shipped)
        return {one.order_number: one for one in shown}

    def _go_a_way_out(self, bridge: Bridge, one: Shipment, there: Mapping[str, Shown]) -> None:
        """As a careful person does, who looks at the store first."""
        assert one.push
        if one.push.state not in (PushState.NEEDS_ATTENTION, PushState.REFUSED, PushState.RETRY):
            return
        self.account.attention += one.push.state is not PushState.RETRY
        shown = there[one.order_number]
        arrived = shown.shipped and set(one.numbers) <= set(shown.numbers)
        try:
            if arrived and one.push.state is not PushState.RETRY:
                bridge.adopt(one.label)
            else:
                bridge.resend(one.label)
        except FbridgeError as error:
            self.account.stuck.append(f"{one.label}: {error}")

    def _count(self, bridge: Bridge, shop: Shop) -> None:
        account = self.account
        account.shipments = len(self._shipped)
        with bridge.context.database.read() as connection:
            cut_off = sa.or_(attempts.c.finished_at.is_(None), attempts.c.outcome == "unconfirmed")
            account.interrupted = connection.execute(
                sa.select(sa.func.count()).select_from(attempts).where(cut_off)
            ).scalar_one()
        kinds = self._platform.mails
        mails = Counter(
            str(mail["order_id"]) for mail in shop.control("mails") if not kinds or mail["kind"] in kinds
        )
        # An order may be shipped anew when its first shipment was withdrawn; then the later one counts.
        ledger = {one.order_number: one for one in bridge.shipments.list() if one.order_number}
        for remote_id in dict.fromkeys(self._shipped):
            shown = self._platform.shown(shop.control, remote_id)
            self._count_order(shown, ledger[shown.order_number], mails[remote_id])

    def _count_order(self, shown: Shown, shipment: Shipment, mails: int) -> None:
        account, number = self.account, shown.order_number
        assert shipment.push
        state = shipment.push.state
        arrived = shown.shipped and set(shipment.numbers) <= set(shown.numbers)
        decided = shipment.push.reason == "adopted_by_hand"
        account.adopted += decided
        account.withdrawn += state is PushState.WITHDRAWN
        if state is PushState.WITHDRAWN:
            if shown.times_shipped or shown.numbers:
                account.disagreements.append(f"{number}: {state}, and on the store")
            return
        if not arrived and not decided:
            account.lost.append(f"{number}: {state}, {shipment.numbers}, shown {shown.numbers}")
        if shown.times_shipped > 1 or (len(shown.numbers) > 1 and not decided):
            account.doubled.append(f"{number}: {shown}")
        if mails > shown.most_mails:
            account.second_mails.append(f"{number}: {mails}")
        if arrived and state not in AT_REST:
            account.disagreements.append(f"{number}: {state}")


AT_REST = frozenset({PushState.SENT, PushState.DONE_ELSEWHERE, PushState.WITHDRAWN})


def _moves(one: Shipment) -> bool:
    assert one.push
    return one.push.state not in AT_REST and one.shipped_at is not None
