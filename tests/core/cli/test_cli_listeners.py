"""Listeners as a person meets them: told after a command, and named where something is wrong."""

from __future__ import annotations

import os
from typing import Any

import pytest
from tests.core.cli.conftest import PLUGIN
from tests.core.test_listeners import ALL, Site, wait_for
from tests.core.test_listeners import site as site  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.slow


def test_a_command_tells_what_it_did_and_another_what_is_wrong(
    user: Any, shop: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site.folder), str(PLUGIN)]))
    user.add_shop(shop)
    site.install("ear")
    assert user.process("fetch").returncode == 0
    wait_for(lambda: len(site.told("ear")) == 3)
    site.install("ear", "def told(event):\n    raise ValueError('deaf')\n" + ALL)
    shop.sell(1004)
    assert user.process("fetch").returncode == 0, "a listener disturbs no command"
    wait_for(lambda: user.json("status", code=int(_has_fault(user)))["data"]["listeners"])
    told = user.run("status", code=1)
    assert "Listener ear was not told everything" in told.stdout
    assert "it raised ValueError: deaf at event 5 (order.new): fbridge listeners run ear" in told.stdout
    assert "it raised ValueError: deaf" in (user.home / "log" / "fbridge.log").read_text("utf-8")
    _look_at_what_is_wrong(user, site, monkeypatch)
    site.install("ear")
    user.run("listeners", "run", "ear")
    assert site.told("ear")[3:] == ["5 order.new"]
    assert "told up to event 5, 0 events wait for it" in user.run("doctor", code=1).stdout
    user.run("status")
    user.run("listeners", "run", "er", code=2)


def _look_at_what_is_wrong(user: Any, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the language of who reads it; the time that a listener may take is a setting."""
    assert "it raised ValueError: deaf" in user.run("doctor", code=1).stdout
    monkeypatch.setenv("FBRIDGE_LANG", "it")
    fault = "ha sollevato ValueError: deaf all'evento 5 (order.new)"
    for words in (("status",), ("doctor",), ("listeners", "list"), ("listeners", "run")):
        assert fault in " ".join(user.run(*words, code=1).stdout.split()), words
    monkeypatch.delenv("FBRIDGE_LANG")
    monkeypatch.setenv("FBRIDGE_LISTENER_SECONDS", "1")
    site.install("ear", "time.sleep(60)\n")
    assert "it took longer than 1 s at its import" in user.run("listeners", "run", code=1).stdout
    monkeypatch.delenv("FBRIDGE_LISTENER_SECONDS")


def _has_fault(user: Any) -> bool:
    with user.bridge() as bridge:
        return any(one.fault for one in bridge.listeners.list())
