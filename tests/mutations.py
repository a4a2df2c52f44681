"""``python -m tests.mutations``: break the code on purpose, one place at a time; the named tests must go red.

A copy of the packages is broken, never the sources. It is run by hand (``make mutations``) after a change of what a
push rests on. Names choose some mutations. It ends with 1 where a break went unseen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "core/src/fbridge",
    *(f"plugins/{one}/src/fbridge_{one}" for one in ("magento", "prestashop", "shopify", "woocommerce")),
)
GREEN, RED, BROKEN = 0, 1, 2


@dataclass(frozen=True)
class Mutation:
    """One break: in ``file`` (within its package folder) ``old`` becomes ``new``; ``tests`` must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: str


def _core(name: str, file: str, old: str, new: str, tests: str) -> Mutation:
    return Mutation(name, f"fbridge/{file}", old, new, tests)


MUTATIONS: tuple[Mutation, ...] = ()


def main() -> int:
    """Try each."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("names", nargs="*", help="part of a name; all without")
    names = parser.parse_args().names
    chosen = [one for one in MUTATIONS if not names or any(part in one.name for part in names)]
    unseen = [one.name for one in chosen if not _is_seen(one)]
    print(f"{len(chosen) - len(unseen)} of {len(chosen)} breaks were seen")
    return 1 if unseen or not chosen else 0


def _is_seen(mutation: Mutation) -> bool:
    with tempfile.TemporaryDirectory(prefix="fbridge-mutation-") as folder:
        for package in PACKAGES:
            shutil.copytree(ROOT / package, Path(folder) / Path(package).name)
        file = Path(folder) / mutation.file
        text = file.read_text("utf-8")
        if text.count(mutation.old) != 1:
            print(
                f"STALE  {mutation.name}: its text occurs {text.count(mutation.old)} times in {mutation.file}"
            )
            return False
        file.write_text(text.replace(mutation.old, mutation.new), "utf-8")
        code = _run_tests(folder, mutation.tests)
    print(f"{ {0: 'UNSEEN', 1: 'seen  '}.get(code, 'ERROR ') } {mutation.name}", flush=True)
    return code == RED


def _run_tests(folder: str, tests: str) -> int:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        *tests.split(),
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode not in {GREEN, RED}:
        print(done.stdout.decode()[-2000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
