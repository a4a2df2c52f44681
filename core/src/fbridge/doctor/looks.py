"""What a look finds: one line each, whether it will do, and the command that leads on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One thing that was looked at. ``about`` is ``fbridge``, ``database`` ... or a store's name."""

    about: str
    name: str
    ok: bool
    words: str
    next_step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """All looks, in the sequence in which one rests on another."""

    looks: tuple[Look, ...]

    @property
    def well(self) -> bool:
        """Whether nothing needs somebody."""
        return all(look.ok for look in self.looks)
