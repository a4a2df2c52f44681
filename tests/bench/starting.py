"""Start-up with every plugin installed: ``--help`` against a bare click program, ``status`` against its libraries."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from tempfile import TemporaryDirectory

ROUNDS = 15
BUDGET_MS = 25
BARE = "import click\n@click.group()\ndef cli(): 'Bare.'\ncli(['--help'])"
OURS = "from fbridge.cli.main import main\nimport sys\nsys.argv = ['fbridge', '--help']\nmain()"


LIBRARIES = "import click, sqlalchemy, sqlalchemy.dialects.sqlite"
STATUS = OURS.replace("--help", "status")


def run() -> Iterator[str]:
    """The medians of interleaved runs of each pair."""
    bare, ours = _pairs(BARE, OURS, os.environ)
    more = median(our - own for our, own in zip(ours, bare, strict=True))
    yield (
        f"start: fbridge --help takes {_ratio(ours, bare):.2f} times a bare click program "
        f"({more:+.0f} ms in the median of {ROUNDS} pairs; the budget is +{BUDGET_MS} ms)"
    )
    with TemporaryDirectory() as home:
        environment = os.environ | {"FBRIDGE_HOME": home}
        _milliseconds(STATUS, environment)  # which makes the database
        bare, ours = _pairs(LIBRARIES, STATUS, environment)
    yield (
        f"start: fbridge status on an empty home takes {_ratio(ours, bare):.2f} times the import of click and "
        f"SQLAlchemy alone ({min(ours):.0f} ms at best of {ROUNDS} pairs; the budget is 250 ms)"
    )


def _pairs(bare: str, ours: str, environment: Mapping[str, str]) -> tuple[Sequence[float], Sequence[float]]:
    pairs = [(_milliseconds(bare, environment), _milliseconds(ours, environment)) for _ in range(ROUNDS)]
    return [one for one, _ in pairs], [one for _, one in pairs]


def _ratio(ours: Sequence[float], bare: Sequence[float]) -> float:
    return median(our / own for our, own in zip(ours, bare, strict=True))


def _milliseconds(program: str, environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(environment),
    )
    return (time.perf_counter() - started) * 1000
