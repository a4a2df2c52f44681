"""The tracks that a shipment shall have on the store, and the changes that lead there. Pure.

A track is a number with a carrier code and the title that the customer reads. Nothing of it is validated by Magento:
what is too long is cut without a word, so it is refused here (observed on 2.4.7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fbridge.models.fulfillments import FulfillmentShipment

CUSTOM = "custom"
"""The carrier code of a carrier that only its title names."""

LONGEST_CODE = 32
LONGEST_TITLE = 255
LONGEST_NUMBER = 255
"""Magento would keep 65535 bytes, but nothing that long is a tracking number."""

_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One track. ``id`` and ``shipment_id`` are the store's; "" where it is not there yet."""

    number: str
    carrier_code: str
    title: str
    id: str = ""
    shipment_id: str = ""

    @property
    def as_kept(self) -> tuple[str, str]:
        """Carrier code and title as the store's database holds them: without emoji."""
        return _FOUR_BYTES.sub("????", self.carrier_code), _FOUR_BYTES.sub("????", self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackChanges:
    """What leads from the tracks that are there to those that are wanted."""

    edited: tuple[Track, ...] = ()
    added: tuple[Track, ...] = ()
    deleted: tuple[Track, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.edited or self.added or self.deleted)


def wanted_tracks(shipment: FulfillmentShipment) -> tuple[Track, ...]:
    """A track for each distinct number (C7); none without a carrier, for Magento wants its code."""
    carrier = shipment.carrier
    if carrier is None:
        return ()
    code = carrier.site_code or CUSTOM
    return tuple(Track(number=number, carrier_code=code, title=carrier.label) for number in shipment.numbers)


def track_fault(shipment: FulfillmentShipment) -> tuple[str, str] | None:
    """The reason, and in words, why these tracks cannot be kept as they are; None where they can."""
    for track in wanted_tracks(shipment):
        if not track.number.strip():
            return "bad_tracking_number", "A tracking number is blank."
        if len(track.number) > LONGEST_NUMBER:
            words = f"The tracking number {track.number[:20]}... has more than {LONGEST_NUMBER} characters."
            return "bad_tracking_number", words
        if odd := _FOUR_BYTES.search(track.number):
            words = (
                f"The tracking number {track.number} has the character {odd[0]}, which the store would turn into "
                "????; type it again."
            )
            return "bad_tracking_number", words
        code, title = track.as_kept
        if len(code) > LONGEST_CODE:
            words = (
                f"The carrier code {track.carrier_code!r} has more than {LONGEST_CODE} characters and the store "
                "would cut it; map the carrier to another code."
            )
            return "carrier_code_too_long", words
        if len(title) > LONGEST_TITLE:
            words = (
                f"The carrier's name has more than {LONGEST_TITLE} characters and the store would cut it; give it a "
                "shorter one."
            )
            return "carrier_name_too_long", words
    return None


def plan_changes(
    shipment: FulfillmentShipment,
    held: Sequence[Track],
    home: str,
    *,
    is_ours: bool,
    sent: Sequence[str] = (),
) -> TrackChanges:
    """From the tracks ``held`` by the store's shipments of this one to the wanted ones.

    Only tracks with a former number are ours to change, on a shipment that ``is_ours`` also a number that stands
    twice, and before anything was acknowledged the numbers that it was ``sent`` with: a restored backup may not know
    of that try. Those that others entered stay. Missing ones go to the store's shipment ``home``. Without a carrier
    all is left as it is.
    """
    if shipment.carrier is None:
        return TrackChanges()
    wanted = {track.number: track for track in wanted_tracks(shipment)}
    kept = {track.number: track for track in reversed(held) if track.number in wanted}
    written = set(shipment.acknowledged_numbers)
    if is_ours and shipment.acknowledged is None:
        written |= set(sent)
    changeable = written | set(wanted if is_ours else ())
    stale = [
        track
        for track in held
        if track not in kept.values()
        and (track.number in changeable or shipment.replaces(track.shipment_id, track.number))
    ]
    missing = [track for number, track in wanted.items() if number not in kept]
    corrected = [_in_place(old, new) for old, new in zip(stale, missing, strict=False)]
    return TrackChanges(
        edited=(*corrected, *_with_other_carrier(written, list(kept.values()), wanted)),
        added=tuple(replace(track, shipment_id=home) for track in missing[len(stale) :]),
        deleted=tuple(stale[len(missing) :]),
    )


def _in_place(old: Track, new: Track) -> Track:
    return replace(new, id=old.id, shipment_id=old.shipment_id)


def _with_other_carrier(
    written: set[str], kept: Sequence[Track], wanted: dict[str, Track]
) -> Iterator[Track]:
    """Numbers that we wrote, that stay, and whose carrier was corrected."""
    for track in kept:
        new = wanted[track.number]
        if track.number in written and track.as_kept != new.as_kept:
            yield _in_place(track, new)
