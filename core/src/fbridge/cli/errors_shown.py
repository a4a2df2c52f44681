"""The one error boundary: every outcome becomes a sentence and an exit code (``docs/cli.md``)."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from fbridge.cli.harmless_text import several_lines
from fbridge.errors import FbridgeError
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.cli.session import Session


class ReaderLeftError(Exception):
    """Whoever read standard output has left (``| head``): there is nobody to tell anything."""


STOPPED = "Stopped. What was done is kept; `fbridge status` shows where each shipment stands."


def run_guarded(session: Session, work: Callable[[], object]) -> ExitCode:
    """Run a command; show what went wrong, and return the exit code."""
    try:
        code = _run(session, work)
    except FbridgeError as error:
        return _explain(session, error, str(error), error.reason, error.exit_code)
    except (KeyboardInterrupt, click.Abort) as error:
        return _explain(session, error, STOPPED, "interrupted", ExitCode.INTERRUPTED)
    except click.ClickException as error:
        return _explain_usage(session, error)
    except (BrokenPipeError, ReaderLeftError):
        return _reader_left()
    except Exception as error:  # noqa: BLE001 - the boundary: whatever else comes out is a bug
        return _explain(session, error, _bug(error), "bug", ExitCode.BUG)
    return ExitCode(code) if isinstance(code, int) else ExitCode.OK


def _run(session: Session, work: Callable[[], object]) -> object:
    try:
        code = work()
        sys.stdout.flush()
    except (FbridgeError, click.exceptions.Exit, click.ClickException, click.Abort, OSError, ReaderLeftError):
        raise
    except Exception:
        import logging

        logging.getLogger("fbridge").exception("a bug")
        raise
    finally:
        session.close()
    return code


def error_envelope(message: str, reason: str, code: ExitCode) -> dict[str, object]:
    """What programs get instead of an answer."""
    error = {"reason": reason, "message": message, "exit_code": int(code)}
    return {"schema": 1, "ok": False, "error": error}


def _explain(session: Session, error: BaseException, message: str, reason: str, code: ExitCode) -> ExitCode:
    if session.debug:
        import traceback

        traceback.print_exception(error)
    if session.json:
        click.echo(json.dumps(error_envelope(message, reason, code)))
    else:
        click.echo(several_lines(message), err=True)
    return code


def _explain_usage(session: Session, error: click.ClickException) -> ExitCode:
    if session.json:
        return _explain(session, error, error.format_message(), "usage", ExitCode.USAGE)
    error.show()
    return ExitCode.USAGE


def _bug(error: Exception) -> str:
    report = "Please report it with what the same command prints with --debug."
    return f"This is a bug in fbridge ({type(error).__name__}: {error}). {report}"


def _reader_left() -> ExitCode:
    # The interpreter flushes standard output once more at its end, which must not complain either.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.OK
