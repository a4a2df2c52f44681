"""A push that is interrupted, and two at once, as the office would meet them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.torture.platforms import WooCommerce
from tests.torture.shop import Shop, open_shop, ship_some, shop_process

from fbridge.bridge import Bridge
from fbridge.exit_codes import ExitCode
from fbridge.settings import Home

SHIPMENTS = 60
BATCH = 25
PATIENCE = 300
"""Seconds; a machine with other work needs many of them."""

pytestmark = pytest.mark.timeout(4 * PATIENCE)


class Evening:
    """An office with shipments that have left, and a slow store."""

    def __init__(self, home: Path, shop: Shop, bridge: Bridge) -> None:
        self.home, self.shop, self.bridge = home, shop, bridge

    def start_push(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "fbridge", "push", "--yes"],
            env={**os.environ, "FBRIDGE_HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_the_first_mail(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.shop.control("mails"):
            assert time.monotonic() < deadline, "nobody was mailed"
            time.sleep(0.02)

    def counts(self) -> dict[str, int]:
        return dict(self.bridge.status().counts)


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    home = Home(config=tmp_path, data=tmp_path, log=tmp_path / "log")
    with shop_process("woocommerce", orders=3 * SHIPMENTS, pace=1.0) as shop, Bridge.open(home) as bridge:
        open_shop(bridge, shop, WooCommerce(), settle="1s")
        ship_some(bridge, SHIPMENTS)
        yield Evening(tmp_path, shop, bridge)


@pytest.mark.usefixtures("_ctrl_c_reaches_children")
def test_ctrl_c_finishes_the_chunk_and_leaves_nothing_in_doubt(evening: Evening) -> None:
    push = evening.start_push()
    evening.wait_for_the_first_mail()
    push.send_signal(signal.SIGINT)
    _, told = push.communicate(timeout=PATIENCE)
    assert push.returncode == ExitCode.INTERRUPTED
    assert "What was done is kept" in told
    counts = evening.counts()
    assert counts["sent"] in {
        BATCH,
        2 * BATCH,
    }  # the one that was at work; on a busy machine it may be the next
    assert counts == {"sent": counts["sent"], "ready": SHIPMENTS - counts["sent"]}
    assert len(evening.shop.control("mails")) == counts["sent"]


@pytest.mark.slow  # who has the turn is tested without processes too
def test_a_second_push_is_told_that_the_first_is_at_work(evening: Evening) -> None:
    first = evening.start_push()
    evening.wait_for_the_first_mail()
    first.send_signal(signal.SIGSTOP)  # it is at work as long as it takes the second to start
    second = evening.start_push()
    _, told = second.communicate(timeout=PATIENCE)
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=PATIENCE)
    assert (first.returncode, second.returncode) == (ExitCode.OK, ExitCode.BUSY)
    assert "Another fbridge is pushing to store 'shop'" in told
    assert evening.counts() == {"sent": SHIPMENTS}
    assert len(evening.shop.control("mails")) == SHIPMENTS


def test_a_killed_push_is_picked_up_without_a_second_mail(evening: Evening) -> None:
    push = evening.start_push()
    evening.wait_for_the_first_mail()
    push.kill()
    push.communicate(timeout=PATIENCE)
    assert evening.counts()["sending"] == 2 * BATCH, (
        "they are read and claimed together, and written in two bodies"
    )
    result = evening.bridge.push()
    assert not result.errors
    assert evening.counts() == {"sent": SHIPMENTS}
    assert len(evening.shop.control("mails")) == SHIPMENTS
