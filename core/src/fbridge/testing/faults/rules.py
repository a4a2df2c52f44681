"""What a fault is, and which request it strikes.

A fault has two sides that are independent of each other: whether and when the store acts on the request, and what
the client gets as an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from threading import Lock


class Answer(Enum):
    """What the client gets."""

    OWN = auto()
    """The store's own answer."""
    STOP_LISTENING = auto()
    """The store's own answer, and no further connection is taken until :meth:`FaultProxy.listen_again`."""
    SILENCE = auto()
    """Nothing, for as long as the client waits."""
    HANG_UP = auto()
    """The end of the connection where the answer should begin."""
    STATUS = auto()
    """Another status with a web page, as gateways and firewalls give it."""
    CUT = auto()
    """Half of the answer, then the end of the connection."""
    HALF_JSON = auto()
    """A whole answer with half of the body."""
    OVERSIZED = auto()
    """The store's own answer after many megabytes of blanks."""
    WRONG_TYPE = auto()
    """The store's own answer, called a web page."""
    GARBAGE = auto()
    """Something that calls itself JSON and is none."""
    EMPTY = auto()
    """200 without a body."""
    DRIP = auto()
    """The store's own answer, byte after byte."""
    REDIRECT = auto()
    """On to another server, which counts who comes."""
    REORDERED = auto()
    """The longest list in the answer, in another order."""
    REPEATED = auto()
    """What the last request of the same path got, as a confused cache gives it."""


class On(Enum):
    """Which kind of request is meant."""

    READ = auto()
    WRITE = auto()
    ANY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``acts``: the store acts on the request at once; ``acts_after``: it does so many seconds later instead.

    ``status`` and ``headers`` belong to :attr:`Answer.STATUS` and :attr:`Answer.REDIRECT`, ``body`` to the former:
    what stands in place of a web page (JSON, where it is any).
    """

    name: str
    answer: Answer
    acts: bool = False
    acts_after: float | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Strikes the requests number ``nth`` to ``nth + times - 1`` of those that match.

    ``path`` is a regular expression that is searched in the path with its query.
    """

    fault: Fault
    on: On = On.WRITE
    path: str = ""
    nth: int = 1
    times: int = 1

    def matches(self, path: str, *, write: bool) -> bool:
        """Whether such a request is counted."""
        kind = self.on is On.ANY or (self.on is On.WRITE) == write
        return kind and re.search(self.path, path) is not None


class Script:
    """The rules that wait for their requests. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._struck = 0

    @property
    def struck(self) -> int:
        """How many requests were struck so far."""
        with self._lock:
            return self._struck

    def add(self, rule: Rule) -> None:
        """Let it strike."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Forget what did not strike."""
        with self._lock:
            self._rules.clear()

    def take(self, path: str, *, write: bool) -> Fault | None:
        """The fault for this request; rules are counted down and used up."""
        with self._lock:
            fault, rules = None, []
            for rule in self._rules:
                after = self._counted(rule, path, write=write)
                if after is not rule and rule.nth <= 1:
                    fault = fault or rule.fault
                if after is not None:
                    rules.append(after)
            self._rules = rules
            self._struck += fault is not None
            return fault

    @staticmethod
    def _counted(rule: Rule, path: str, *, write: bool) -> Rule | None:
        if not rule.matches(path, write=write):
            return rule
        if rule.nth > 1:
            return replace(rule, nth=rule.nth - 1)
        return replace(rule, times=rule.times - 1) if rule.times > 1 else None
