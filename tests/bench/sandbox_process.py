"""A sandbox store in a process of its own, as a store is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tests.bench.far_store import DISTANCE


@dataclass(frozen=True)
class SandboxProcess:
    """Where it answers, its credentials, and its control address."""

    platform: str
    url: str
    settings: dict[str, Any]
    control_url: str

    def control(self, path: str, method: str = "GET") -> Any:
        """Call a control route."""
        return _ask(f"{self.control_url}/{path}", method)

    def go_away(self, seconds: float, pace: float) -> None:
        """So much longer each request takes from now on, and so slow is the store; for a :func:`far_sandbox`."""
        _ask(f"{self.url}{DISTANCE}?seconds={seconds}&pace={pace}", "PUT")


def _ask(url: str, method: str) -> Any:
    with urlopen(Request(url, method=method), timeout=60) as answer:
        return json.load(answer)


def sandbox(platform: str = "woocommerce", **options: Any) -> AbstractContextManager[SandboxProcess]:
    """Serve an emulated store with these options."""
    command = [sys.executable, "-m", "fbridge.sandbox", platform, "--until-stdin-closes"]
    for name, value in options.items():
        command += ["--set", f"{name}={json.dumps(value)}"]
    return _served(platform, command)


def far_sandbox(platform: str, **options: Any) -> AbstractContextManager[SandboxProcess]:
    """The same, for a store some way off (:mod:`tests.bench.far_store`)."""
    given = [f"{name}={json.dumps(value)}" for name, value in options.items()]
    return _served(platform, [sys.executable, "-m", "tests.bench.far_store", platform, *given])


@contextmanager
def _served(platform: str, command: list[str]) -> Iterator[SandboxProcess]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        yield SandboxProcess(platform, ready["url"], ready["settings"], ready["control"])
        assert process.stdin
        process.stdin.close()
