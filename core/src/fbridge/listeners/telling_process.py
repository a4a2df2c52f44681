"""``python -m fbridge.listeners.telling_process MODULE:ATTRIBUTE``: one listener, in a process of its own.

It reads one event a line, as JSON, and answers each with a line. It opens no database and reads no settings. When
its input ends between two events, it ends as every program does. In the middle of a hook it ends at once: whoever
started it is gone, nobody would keep that the event was told, and the next one who tells it must be alone.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from datetime import datetime
from queue import SimpleQueue
from threading import Event as ThreadEvent
from threading import Thread
from typing import IO, Any

import pluggy

from fbridge.hookspecs import PROJECT
from fbridge.listeners import hooks
from fbridge.models.events import HOOK_OF_KIND, FeedEvent
from fbridge.plugin_calls import in_one_line

_NOT_RUN_BY_A_CALL = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)


class WrongListenerError(Exception):
    """It cannot be used; the cause is its text."""


def main(value: str) -> None:
    """Load the listener, and call it for each event that comes in."""
    asked, answers = _own_streams()
    is_idle = ThreadEvent()
    events = _lines_of(asked, is_idle)  # the end of the input ends the import of the listener, too
    try:
        manager = load(value)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a listener may raise anything
        wrong = isinstance(error, WrongListenerError)
        _answer(answers, failed=str(error) if wrong else f"it fails at import: {in_one_line(error)}")
        return
    is_idle.set()
    _answer(answers, ready=True)
    for line in events:
        event = event_of(json.loads(line))
        said = _told(manager, event)
        is_idle.set()
        _answer(answers, **said)


def _told(manager: pluggy.PluginManager, event: FeedEvent) -> dict[str, object]:
    told = event.kind
    try:
        getattr(manager.hook, HOOK_OF_KIND[told])(event=event)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a listener may raise anything
        return {"failed": f"it raised {in_one_line(error)} at event {event.id} ({told})"}
    return {"told": event.id}


def load(value: str) -> pluggy.PluginManager:
    """The listener of this entry point, with its hooks looked at. Raises WrongListenerError, and what it raises."""
    module, _, path = value.partition(":")
    listener: Any = importlib.import_module(module)
    for name in filter(None, path.split(".")):
        listener = getattr(listener, name)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hooks)
    try:
        manager.register(listener, "listener")
    except pluggy.PluginValidationError as error:
        raise WrongListenerError(f"a hook is wrong: {' '.join(str(error).split())}") from error
    found = manager.get_hookcallers(listener) or []
    for caller in found:
        if not caller.has_spec():
            known = ", ".join(sorted(set(HOOK_OF_KIND.values())))
            raise WrongListenerError(
                f'it has a hook "{caller.name}", which fbridge does not know (it knows {known})'
            )
        for one in caller.get_hookimpls():
            if any(test(one.function) for test in _NOT_RUN_BY_A_CALL):
                raise WrongListenerError(
                    f'its hook "{caller.name}" is a coroutine or a generator; it has to be a plain function'
                )
    if not found:
        raise WrongListenerError("it has no hook: none of its functions is marked with @hookimpl")
    return manager


def event_of(values: dict[str, Any]) -> FeedEvent:
    """The event that was written as JSON; what a newer fbridge adds is passed over."""
    known = {field.name: values[field.name] for field in fields(FeedEvent)}
    return FeedEvent(**known | {"at": datetime.fromisoformat(values["at"])})


def _own_streams() -> tuple[IO[str], IO[str]]:
    """What we talk over, out of reach of a listener: it may print, and reads nothing."""
    asked = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return asked, answers


def _lines_of(asked: IO[str], is_idle: ThreadEvent) -> Iterator[str]:
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        with suppress(OSError, ValueError):
            for line in asked:
                is_idle.clear()
                lines.put(line)
        if is_idle.is_set():
            lines.put("")
            return
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(0)

    Thread(target=read, daemon=True).start()
    return iter(lines.get, "")


def _answer(answers: IO[str], **said: object) -> None:
    answers.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
