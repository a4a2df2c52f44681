"""Start-up: ``fbridge --help`` with every plugin installed, against a bare click program."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

ROUNDS = 15
BUDGET_MS = 25
BARE = "import click\n@click.group()\ndef cli(): 'Bare.'\ncli(['--help'])"
OURS = "from fbridge.cli.main import main\nimport sys\nsys.argv = ['fbridge', '--help']\nmain()"


def run() -> Iterator[str]:
    """The median of interleaved runs of both."""
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(_milliseconds(BARE))
        ours.append(_milliseconds(OURS))
    more = median(our - own for our, own in zip(ours, bare, strict=True))
    yield (
        f"start: fbridge --help takes {median(ours) / median(bare):.2f} times a bare click program "
        f"({more:+.0f} ms in the median of {ROUNDS} pairs; the budget is +{BUDGET_MS} ms)"
    )


def _milliseconds(program: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - started) * 1000
