"""A shipment is being taken back when the program is killed; two at once go on with it, and a push runs beside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.torture.platforms import WooCommerce
from tests.torture.shop import open_shop, ship_some, shop_process

from fbridge.bridge import Bridge
from fbridge.exit_codes import ExitCode
from fbridge.models.states import PushState
from fbridge.settings import Home

PATIENCE = 120
"""Seconds; a machine with other work needs many of them."""
SLOW_ANSWER = {"kind": "slow", "method": "write", "seconds": 3}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * PATIENCE)]


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "fbridge", *words],
        env={**os.environ, "FBRIDGE_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def state(bridge: Bridge, label: str) -> PushState:
    push = bridge.shipments.get(label).push
    assert push
    return push.state


def test_a_killed_undo_is_ended_once_by_whoever_comes_first(tmp_path: Path) -> None:
    home = Home(config=tmp_path, data=tmp_path, log=tmp_path / "log")
    with shop_process("woocommerce", orders=9) as shop, Bridge.open(home) as bridge:
        open_shop(bridge, shop, WooCommerce(), settle="1s")
        (order,) = ship_some(bridge, 1)
        bridge.push()
        mails = len(shop.control("mails"))
        shop.control("faults", "POST", SLOW_ANSWER)
        killed = start(tmp_path, "shipment", "withdraw", "S1", "--yes")
        deadline = time.monotonic() + PATIENCE
        while state(bridge, "S1") is not PushState.UNDOING:
            assert time.monotonic() < deadline, "it was never begun"
            time.sleep(0.02)
        killed.kill()
        killed.communicate(timeout=PATIENCE)
        assert state(bridge, "S1") is PushState.UNDOING
        time.sleep(SLOW_ANSWER["seconds"])  # the store has ended what it was at
        words = (
            ("shipment", "withdraw", "S1", "--yes"),
            ("shipment", "withdraw", "S1", "--yes"),
            ("push", "--yes"),
        )
        running = [start(tmp_path, *one) for one in words]
        told = [one.communicate(timeout=PATIENCE)[0] for one in running]
        assert ExitCode.OK in {one.returncode for one in running[:2]}, told
        assert {one.returncode for one in running} <= {ExitCode.OK, ExitCode.USAGE, ExitCode.BUSY}, told
        assert state(bridge, "S1") is PushState.WITHDRAWN
        shown = WooCommerce().shown(shop.control, order)
        assert (shown.shipped, shown.numbers) == (False, ())
        assert len(shop.control("mails")) == mails
