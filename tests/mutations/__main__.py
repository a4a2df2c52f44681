"""``python -m tests.mutations``: break the code on purpose, one place at a time; the named tests must go red.

A copy of the packages is broken, never the sources. It is run by hand (``make mutations``) after a change of what a
push rests on. Names choose some mutations. It ends with 1 where a break went unseen.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.mutations import MUTATIONS, PACKAGES, ROOT
from tests.mutations.mutation import Mutation

GREEN, RED = 0, 1


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
    if not _are_green(mutation.tests):
        print(f"RED    before the break: {mutation.tests}")
        return False
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
    print(f"{ {GREEN: 'UNSEEN', RED: 'seen  '}.get(code, 'ERROR ') } {mutation.name}", flush=True)
    return code == RED


@cache
def _are_green(tests: str) -> bool:
    """What fails anyway notices nothing."""
    return _run_tests("", tests) == GREEN


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
        *shlex.split(tests),
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
