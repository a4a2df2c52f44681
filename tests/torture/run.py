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
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from fbridge.bridge import Bridge
from fbridge.models.states import PushState
from fbridge.settings import Home
from fbridge.storage.tables import attempts
from tests.torture.platforms import PLATFORMS, Shown
from tests.torture.shop import Shop, open_shop, ship_some, shop_process

PUSHERS = 2
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


@dataclass
class Account:
    """What came of it."""

    kills: int = 0
    stops: int = 0
    faults: int = 0
    shipments: int = 0
    interrupted: int = 0
    attention: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    second_mails: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"kills {self.kills}, stops {self.stops}, faults {self.faults}, shipments {self.shipments}, "
            f"interrupted attempts {self.interrupted}, attention {self.attention}, "
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, "
            f"second mails {len(self.second_mails)}, disagreements {len(self.disagreements)}"
        )

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, and the ledger tells the truth."""
        return not (self.lost or self.doubled or self.second_mails or self.disagreements)


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
        self._shipped: list[str] = []
        self.account = Account()

    def run(self) -> Account:
        """Torture, then let one push work in peace, then count."""
        with (
            shop_process(self._platform.key, orders=3 * self._wanted, pace=0.2) as shop,
            Bridge.open(self._home, database_url=self._database) as bridge,
        ):
            open_shop(bridge, shop, self._platform, settle=SETTLE, **self._settings)
            while self.account.kills < self._kills:
                self._one_round(bridge, shop)
                self._tell(f"{self.account.kills} of {self._kills} kills")
            self._ship(bridge, self._wanted - len(self._shipped))
            shop.control("faults", "DELETE")
            self._push_in_peace(bridge)
            self._count(bridge, shop)
        return self.account

    def _ship(self, bridge: Bridge, count: int) -> None:
        self._shipped += ship_some(bridge, count) if count > 0 else []

    def _one_round(self, bridge: Bridge, shop: Shop) -> None:
        rounds_left = max(self._kills - self.account.kills, 1)
        self._ship(bridge, -(-(self._wanted - len(self._shipped)) // rounds_left))
        for _ in range(self._chance.randrange(3)):
            shop.control("faults", "POST", self._chance.choice(FAULTS))
            self.account.faults += 1
        pushers = [self._start() for _ in range(PUSHERS)]
        self._strike(pushers)
        for pusher in pushers:
            pusher.wait(timeout=60)

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

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "fbridge", "push", "--yes"]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command, env=self._environment, stdin=quiet, stdout=quiet, stderr=quiet)

    def _push_in_peace(self, bridge: Bridge) -> None:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            result = bridge.push()
            counts = bridge.status().counts
            open_states = set(counts) - {PushState.SENT, PushState.DONE_ELSEWHERE, PushState.NEEDS_ATTENTION}
            if not open_states:
                return
            for one in bridge.shipments.list(state=PushState.RETRY):
                bridge.resend(one.label)
            assert not any("plugin" in str(error) for _, error in result.errors), result.errors
            time.sleep(0.2)

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
        ledger: dict[str, Any] = {
            one.order_number: one for one in bridge.shipments.list() if one.order_number
        }
        for remote_id in self._shipped:
            shown = self._platform.shown(shop.control, remote_id)
            self._count_order(shown, ledger[shown.order_number].push.state, mails[remote_id])

    def _count_order(self, shown: Shown, state: PushState, mails: int) -> None:
        account, number = self.account, shown.order_number
        arrived = shown.shipped and f"BX{number}" in shown.numbers
        known = state in (PushState.SENT, PushState.DONE_ELSEWHERE)
        asks = state is PushState.NEEDS_ATTENTION
        account.attention += asks
        if not arrived and not asks:
            account.lost.append(number)
        if len(shown.numbers) > 1 or shown.times_shipped > 1:
            account.doubled.append(number)
        if mails > shown.most_mails:
            account.second_mails.append(number)
        if arrived != known and not asks:
            account.disagreements.append(f"{number}: {state}")
