"""Real distributions for the plugin host: a module and a dist-info folder on sys.path."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.installed_packages import write_dist_info

from fbridge.http import StoreHttp
from fbridge.models.platforms import Store
from fbridge.models.secrets import Secret

from .plugin_sources import CANARY, GOOD, Install


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a distribution ``fbridge-<key>`` with this source into a folder that stands on ``sys.path``."""
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = set(sys.modules)

    def installed(
        key: str,
        source: str | None = GOOD,
        *,
        entry: str | None = None,
        name: str | None = None,
        asks: str = "",
    ) -> None:
        name = name or f"fbridge-{key}"
        module = name.replace("-", "_")
        if source is not None:
            (tmp_path / f"{module}.py").write_text(textwrap.dedent(source).replace("KEY", key), "utf-8")
        offered = {"fbridge.platforms": {key: module if entry is None else entry}}
        write_dist_info(tmp_path, name, offered, version="0.3", requires=asks)

    yield installed
    for module in set(sys.modules) - modules:
        if module.startswith(("fbridge_", "lost")):
            del sys.modules[module]


@pytest.fixture
def store() -> Iterator[Store]:
    with StoreHttp("http://127.0.0.1:1") as http:
        yield Store("shop", http.base_url, {"consumer_secret": Secret(CANARY)}, http)
