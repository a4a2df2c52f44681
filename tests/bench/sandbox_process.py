"""A sandbox store in a process of its own, as a store is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True)
class SandboxProcess:
    """Where it answers, its credentials, and its control address."""

    platform: str
    url: str
    settings: dict[str, Any]
    control_url: str

    def control(self, path: str, method: str = "GET") -> Any:
        """Call a control route."""
        with urlopen(Request(f"{self.control_url}/{path}", method=method), timeout=60) as answer:
            return json.load(answer)


@contextmanager
def sandbox(platform: str = "woocommerce", **options: Any) -> Iterator[SandboxProcess]:
    """Serve an emulated store with these options."""
    command = [sys.executable, "-m", "fbridge.sandbox", platform, "--until-stdin-closes"]
    for name, value in options.items():
        command += ["--set", f"{name}={json.dumps(value)}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        yield SandboxProcess(platform, ready["url"], ready["settings"], ready["control"])
        assert process.stdin
        process.stdin.close()
