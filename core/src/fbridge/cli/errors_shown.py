"""The one error boundary: every outcome becomes a sentence and an exit code (``docs/cli.md``)."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from fbridge.cli.harmless_text import several_lines
from fbridge.cli.spoken import told
from fbridge.errors import FbridgeError
from fbridge.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from fbridge.cli.session import Session


class ReaderLeftError(Exception):
    """Whoever read standard output has left (``| head``): there is nobody to tell anything."""


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF}

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
    except OSError as error:
        return _explain_file(session, error)
    except Exception as error:  # noqa: BLE001 - the boundary: whatever else comes out is a bug
        return _explain(session, error, _bug(error), "bug", ExitCode.BUG)
    return ExitCode(code) if isinstance(code, int) else ExitCode.OK


def leave(code: ExitCode) -> NoReturn:
    """End the process; who pressed Ctrl-C does not wait for a store that is silent."""
    if code is ExitCode.INTERRUPTED and any(not one.daemon for one in threading.enumerate()[1:]):
        for stream in (sys.stdout, sys.stderr):
            _flush_or_let_go(stream)
        os._exit(code)  # else Python waits for the threads
    sys.exit(code)


def _run(session: Session, work: Callable[[], object]) -> object:
    try:
        code = work()
        sys.stdout.flush()
    except (FbridgeError, click.exceptions.Exit, click.ClickException, click.Abort, OSError, ReaderLeftError):
        raise
    except Exception:
        import logging

        logger = logging.getLogger("fbridge")
        if logger.hasHandlers():  # without one, Python would print the traceback
            logger.exception("a bug")
        raise
    finally:
        session.close()
    return code


def _failed_answer(session: Session, message: str, reason: str, code: ExitCode) -> str:
    """What programs get instead of an answer, or as the end of a list that has begun."""
    error = {"reason": reason, "message": message, "exit_code": int(code)}
    end = {"ok": False, "next": None, "error": error}
    if session.is_answering:
        return f"\n], {json.dumps(end)[1:]}"
    return json.dumps({"schema": 1, "command": session.command, **end})


def _explain(
    session: Session,
    error: BaseException,
    message: str,
    reason: str,
    code: ExitCode,
    *,
    can_answer: bool = True,
) -> ExitCode:
    if session.debug:
        import traceback

        traceback.print_exception(error)
    if can_answer and (session.json or session.is_answering):
        written = _told(_failed_answer(session, message, reason, code), sys.stdout)
        if written and session.json:
            return code
    _told(several_lines(told(message)), sys.stderr)
    return code


def _told(text: str, stream: TextIO) -> bool:
    try:
        click.echo(text, file=stream)
    except OSError:
        _let_go(stream)
        return False
    return True


def _explain_file(session: Session, error: OSError) -> ExitCode:
    if error.filename is None and error.errno not in _NO_ROOM:
        return _explain(session, error, _bug(error), "bug", ExitCode.BUG)
    can_answer = _flush_or_let_go(sys.stdout)
    _flush_or_let_go(sys.stderr)
    what = f"{error.filename} cannot be used" if error.filename else "The answer cannot be written"
    message = (
        f"{what}: {error.strerror}. What was done is kept; `fbridge status` shows where each shipment stands."
    )
    code = ExitCode.CONFIGURATION
    return _explain(session, error, message, "file_unusable", code, can_answer=can_answer)


def _flush_or_let_go(stream: TextIO) -> bool:
    """Whether what was written there has a place."""
    try:
        stream.flush()
    except OSError:
        _let_go(stream)
        return False
    return True


def _let_go(stream: TextIO) -> None:
    # The interpreter flushes its streams once more at its end, which must not complain either.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _explain_usage(session: Session, error: click.ClickException) -> ExitCode:
    if session.json:
        return _explain(session, error, error.format_message(), "usage", ExitCode.USAGE)
    if type(error) is click.UsageError:  # click's own stay in click's language
        error = click.UsageError(told(error.message), error.ctx)
    try:
        error.show()
    except OSError:
        _let_go(sys.stderr)
    return ExitCode.USAGE


def _bug(error: Exception) -> str:
    report = "Please report it with what the same command prints with --debug."
    return f"This is a bug in fbridge ({type(error).__name__}: {error}). {report}"


def _reader_left() -> ExitCode:
    _let_go(sys.stdout)
    return ExitCode.OK
