"""``python -m fbridge.sandbox woocommerce --port 8080 --set orders=1000``: a store in a process of its own.

When the store answers, one line of JSON goes to standard output: platform, url, settings, control (the
address of the control routes) and pid. The process ends with SIGTERM, Ctrl+C, or when its standard input is
closed if ``--until-stdin-closes`` is given, so that no test leaves it behind.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any

from fbridge.errors import FbridgeError
from fbridge.exit_codes import ExitCode
from fbridge.sandbox.faults import CONTROL_PREFIX
from fbridge.sandbox.loading import create_sandbox
from fbridge.sandbox.serving import ServedSandbox, serve_forever

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the named store; return the exit code."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    if given.until_stdin_closes:
        Thread(target=_interrupt_when_stdin_closes, daemon=True).start()
    try:
        app = create_sandbox(given.platform, **dict(given.set))
        serve_forever(app, given.host, given.port, ready=partial(_announce, given.platform))
    except FbridgeError as error:
        sys.stderr.write(f"{error}\n")
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.OK)
    return int(ExitCode.OK)


def describe(platform: str, served: ServedSandbox) -> dict[str, Any]:
    """What another program needs to use the served store."""
    return {
        "platform": platform,
        "url": served.url,
        "settings": served.store_settings(),
        "control": f"{served.url}{CONTROL_PREFIX}",
        "pid": os.getpid(),
    }


def _announce(platform: str, served: ServedSandbox) -> None:
    sys.stdout.write(json.dumps(describe(platform, served)) + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fbridge.sandbox", description="Serve an emulated store.")
    parser.add_argument("platform", help="key of the platform, as in `woocommerce`")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--set", action="append", default=[], type=_option, metavar="NAME=VALUE")
    parser.add_argument("--until-stdin-closes", action="store_true")
    return parser


def _option(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _interrupt_when_stdin_closes() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
