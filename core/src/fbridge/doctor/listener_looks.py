"""Each listener: whether it can be loaded, how far it was told, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

from fbridge.context import Context
from fbridge.doctor.looks import Look
from fbridge.listeners.positions import ListenerPosition, count_untold, load_positions, next_step
from fbridge.listeners.process import ListenerFaultError, ListenerProcess
from fbridge.plugins import installed_listeners, package_of


def looks_at_listeners(context: Context | None, seconds: int) -> Iterator[Look]:
    """Of those that are installed, or were told something. ``context`` is None where the database is not to be
    opened.

    Each is loaded in a process of its own, which gets ``seconds`` for it, and told nothing.
    """
    installed = installed_listeners()
    known = _known(context) if context else {}
    for name in sorted({*installed, *known}):
        position, untold = known.get(name, (None, 0))
        offer = installed.get(name)
        fault = _fault(offer, position, seconds)
        words = fault or f"{package_of(offer) if offer else ''}{_told(position, untold)}"
        step = next_step(name, is_installed=offer is not None) if fault else ""
        yield Look(about="listeners", name=name, ok=not fault, words=words, next_step=step)


def _known(context: Context) -> dict[str, tuple[ListenerPosition, int]]:
    with context.database.read() as connection:
        found = load_positions(connection)
        return {name: (one, count_untold(connection, one.after)) for name, one in found.items()}


def _fault(offer: EntryPoint | None, position: ListenerPosition | None, seconds: int) -> str:
    if offer is None:
        return "it was told what happened, and is not installed here any more"
    if position and position.fault:
        return position.fault
    try:
        with ListenerProcess(offer, seconds):
            return ""
    except ListenerFaultError as error:
        return str(error)


def _told(position: ListenerPosition | None, untold: int) -> str:
    if position is None:
        return "; it is told what happens from the next command on"
    return f"; told up to event {position.after}, {untold} events wait for it"
