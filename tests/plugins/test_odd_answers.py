"""Whatever stands in whatever field of whatever answer: it is the store's, and never told as a broken plugin."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stamina
from tests.people.stores import PLATFORMS

from fbridge.errors import FbridgeError
from fbridge.plugin_calls import LoadedPlatform
from fbridge.sandbox import ServedSandbox
from fbridge.testing import Office, number
from fbridge.testing.faults import FaultProxy
from fbridge.testing.faults.answers import HttpAnswer
from fbridge.testing.faults.stand_ins import Asked
from fbridge.testing.office import STORE

RUBBISH: list[Any] = [
    *(
        None,
        False,
        True,
        0,
        -1,
        1.5,
        10**30,
        float("nan"),
        "",
        "x",
        "²",
        "9" * 400,
        "\x00",
        "a\ud83d",
        "<b>x</b>",
    ),
    *([], {}, [None], [[]], ["x"], [{}], {"0": None}, {"a": 1}, "0000-00-00 00:00:00"),
]


class Meddler:
    """Puts rubbish in the place of values, at all depths alike; ``writes``: in answers to writes too."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.awake = self.writes = False

    def given(self, asked: Asked) -> HttpAnswer | None:
        return None

    def passed(self, asked: Asked, answer: HttpAnswer) -> HttpAnswer:
        with suppress(ValueError):
            body = json.loads(answer.body)
            if self.awake and (self.writes or not asked.write) and isinstance(body, dict | list):
                for _ in range(self._random.choice([1, 1, 3])):
                    self._spoil(body)
                return replace(answer, body=json.dumps(body).encode(), headers=())
        return answer

    def _spoil(self, body: Any) -> None:
        spots = list(_spots(body))
        depths = sorted({depth for _, _, depth in spots})
        if depths:
            depth = self._random.choice(depths)
            inside, key, _ = self._random.choice([spot for spot in spots if spot[2] == depth])
            inside[key] = self._random.choice(RUBBISH)


def _spots(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any, int]]:
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in entries:
        yield value, key, depth
        yield from _spots(inner, depth + 1)


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_rubbish_in_any_answer_breaks_no_plugin(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[str] = []
    monkeypatch.setattr(LoadedPlatform, "_error", _noting(broken))
    create, options, under_test, own = PLATFORMS[platform]
    with (
        stamina.set_testing(True, attempts=2, cap=True),
        ServedSandbox(create(orders=0, **options), "127.0.0.1", 0) as served,
    ):
        store = under_test(served, **own)
        meddler = Meddler(seed=11)
        with FaultProxy(store.url, is_write=store.is_write) as proxy:
            proxy.put_between(meddler)
            with Office(store, tmp_path, url=proxy.url, timeout=5) as office:
                orders = [store.new_order([(store.skus[0], 1), (store.skus[1], 2)]) for _ in range(3)]
                office.fetch()
                for count, order in enumerate(orders[:2]):
                    office.pack(order, [number(count)])
                office.hand_over()
                _work(office, meddler)
    assert broken == []


def _noting(broken: list[str]) -> Any:
    def error(self: LoadedPlatform, words: str) -> FbridgeError:
        broken.append(words)
        return FbridgeError(words)

    return error


def _work(office: Office, meddler: Meddler) -> None:
    meddler.awake = True
    for _ in range(8):
        for act in (
            lambda: office.bridge.stores.check(STORE),
            lambda: office.bridge.carriers.codes(STORE, refresh=True),
            office.fetch,
        ):
            with suppress(FbridgeError):
                act()
    meddler.writes = True
    with suppress(FbridgeError):
        office.push()
