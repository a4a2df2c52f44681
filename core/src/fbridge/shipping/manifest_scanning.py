"""Scanning the parcels of a manifest before they go: each one yes or no, and in the end what is missing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fbridge.shipping.manifest_lines import Line

Elsewhere = Callable[[str], str]
"""What a code means that no row of the manifest has, in words; "" for nothing that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """The answer to one code: whether the parcel belongs here, with a stable reason and a sentence."""

    code: str
    ok: bool
    reason: str
    words: str
    shipment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """All answers, the shipments of the manifest of which something was not scanned, and the codes too many."""

    manifest: str
    scanned: tuple[Scanned, ...]
    missing: tuple[str, ...]
    too_many: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether just what is on the manifest was scanned."""
        return not self.missing and not self.too_many


@dataclass(slots=True)
class Scan:
    """One round with the scanner, over the lines of the manifest with this number.

    A parcel is known by its tracking number, else by the document, order or label. A tracking number that stands on
    several boxes may be scanned as often as there are boxes.
    """

    manifest: str
    lines: Sequence[Line]
    elsewhere: Elsewhere
    _answers: list[Scanned] = field(default_factory=list)
    _times: Counter[str] = field(default_factory=Counter)
    _known: dict[str, Line | None] = field(default_factory=dict)
    _touched: set[int] = field(default_factory=set)
    """Of which a code was read: of thousands of others all is missing."""

    def __post_init__(self) -> None:
        for line in self.lines:
            for name in _names(line):
                twice = self._known.get(name, line) is not line
                self._known[name] = None if twice else line

    def read(self, text: str) -> Scanned | None:
        """The answer to one line of the scanner; None for an empty one."""
        code = text.strip()
        if not code:
            return None
        answer = self._answer(code)
        self._answers.append(answer)
        return answer

    def remember(self, codes: Iterable[str]) -> None:
        """Codes that were scanned before, by whoever keeps the round; what does not belong here is passed over."""
        for code in codes:
            if _plain(code) in self._known:
                self.read(code)

    def result(self) -> ScanResult:
        """Where it stands now."""
        missing = [words for one in self.lines if (words := self._missing(one))]
        return ScanResult(
            manifest=self.manifest,
            scanned=tuple(self._answers),
            missing=tuple(missing),
            too_many=tuple(one.code for one in self._answers if not one.ok),
        )

    def _answer(self, code: str) -> Scanned:
        name = _plain(code)
        if name not in self._known:
            found = self.elsewhere(code)
            words = f"not on manifest {self.manifest}{f': {found}' if found else ''}"
            return Scanned(code=code, ok=False, reason="not_on_manifest", words=words)
        shipment = self._known[name]
        if shipment is None:
            words = (
                "several shipments of the manifest are called that; scan a tracking number or a label (S12)"
            )
            return Scanned(code=code, ok=False, reason="ambiguous", words=words)
        self._times[name] += 1
        self._touched.add(shipment.id)
        most = _boxes(shipment)
        if self._times[name] > most:
            words = f"{_title(shipment)} was scanned already{f' ({most} boxes)' if most > 1 else ''}"
            return Scanned(code=code, ok=False, reason="scanned_twice", words=words, shipment=shipment.label)
        return Scanned(code=code, ok=True, reason="scanned", words=_title(shipment), shipment=shipment.label)

    def _missing(self, shipment: Line) -> str:
        """What of it was not scanned, in words; "" where all was: every number, or the shipment by another name."""
        if shipment.id not in self._touched:
            return _all_missing(shipment)
        others = _names(shipment) - {_plain(number) for number in shipment.numbers}
        if any(self._times[name] for name in others):
            return ""
        unseen = [number for number in shipment.numbers if not self._times[_plain(number)]]
        if not shipment.numbers:
            return _title(shipment)
        return f"{_title(shipment)}: {', '.join(unseen)}" if unseen else ""


def _all_missing(shipment: Line) -> str:
    return f"{_title(shipment)}: {', '.join(shipment.numbers)}" if shipment.numbers else _title(shipment)


def _plain(code: str) -> str:
    """Scanners and labels differ in blanks, case, and a leading # of an order number."""
    return "".join(code.split()).upper().lstrip("#")


def _names(shipment: Line) -> set[str]:
    return {_plain(name) for name in _spelled(shipment) if name}


def _spelled(shipment: Line) -> Iterator[str]:
    yield from shipment.numbers
    yield shipment.label
    yield shipment.order_number
    if shipment.document is not None:
        yield from shipment.document.spellings


def _boxes(shipment: Line) -> int:
    """How often one code may be scanned: one number for each box, or one for all of them."""
    return shipment.parcels if len(shipment.numbers) <= 1 else 1


def _title(shipment: Line) -> str:
    return f"{shipment.label} (order {shipment.order_number})" if shipment.order_number else shipment.label
