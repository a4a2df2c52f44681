"""From the tracks that a store holds to those that are wanted, whatever stands there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fbridge.models.fulfillments import Baseline, FulfillmentShipment, Item, ResolvedCarrier, TrackingNumber
from fbridge_magento.tracks import Track, TrackChanges, plan_changes

NUMBERS = st.sampled_from(["A", "B", "C", "D", "E"])
SOME = st.lists(NUMBERS, max_size=4)
HOME = "17"


@st.composite
def held_tracks(draw: st.DrawFn) -> list[Track]:
    """With any number twice, of any carrier, on one or two shipments of the store."""
    titles, homes = st.sampled_from(["BRT", "????", "GLS"]), st.sampled_from([HOME, "18"])
    rows = draw(st.lists(st.tuples(NUMBERS, titles, homes), max_size=5))
    return [
        Track(number=number, carrier_code="custom", title=title, id=str(at), shipment_id=home)
        for at, (number, title, home) in enumerate(rows, 1)
    ]


@st.composite
def wishes(draw: st.DrawFn) -> FulfillmentShipment:
    """A shipment in a first or a later revision."""
    acknowledged = draw(st.sampled_from([None, 1]))
    return FulfillmentShipment(
        id="u",
        revision=2,
        items=(Item(line_id="1", quantity=1),),
        tracking=tuple(TrackingNumber(number=number) for number in draw(SOME)),
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        carrier=ResolvedCarrier(code="X", label=draw(st.sampled_from(["BRT", "\U0001f69a"]))),
        acknowledged=acknowledged,
        acknowledged_numbers=tuple(draw(SOME)) if acknowledged else (),
    )


def applied(held: list[Track], changes: TrackChanges) -> list[Track]:
    """What the store holds afterwards; emoji become question marks there."""
    edited = {track.id: track for track in changes.edited}
    assert len(edited) == len(changes.edited)
    gone = {track.id for track in changes.deleted}
    assert gone <= {track.id for track in held}
    assert edited.keys() <= {track.id for track in held} - gone
    kept = [edited.get(track.id, track) for track in held if track.id not in gone]
    added = [replace(track, id=f"new {at}") for at, track in enumerate(changes.added)]
    assert all(track.shipment_id == HOME for track in added)
    return [replace(track, title=track.as_kept[1]) for track in (*kept, *added)]


@given(held_tracks(), wishes(), SOME, st.booleans())
def test_every_wanted_number_stands_there_and_what_others_entered_stays(
    held: list[Track], wish: FulfillmentShipment, sent: list[str], is_ours: bool
) -> None:
    plan = plan_changes(wish, held, HOME, is_ours=is_ours, sent=sent)
    after = applied(held, plan)
    numbers = Counter(track.number for track in after)
    ours = set(wish.acknowledged_numbers)
    if is_ours:
        ours |= {*wish.numbers, *(sent if wish.acknowledged is None else ())}
    assert set(wish.numbers) <= set(numbers)
    assert not (ours - set(wish.numbers)) & set(numbers)
    assert all(numbers[number] == 1 for number in wish.numbers if number in ours)
    theirs = [track for track in held if track.number not in ours]
    assert [track for track in after if track.id in {one.id for one in theirs}] == theirs


@given(held_tracks(), wishes(), SOME, st.booleans())
def test_what_is_as_it_should_be_is_left_alone(
    held: list[Track], wish: FulfillmentShipment, sent: list[str], is_ours: bool
) -> None:
    after = applied(held, plan_changes(wish, held, HOME, is_ours=is_ours, sent=sent))
    assert not plan_changes(wish, after, HOME, is_ours=is_ours, sent=sent)


@given(held_tracks(), wishes(), SOME, st.booleans())
def test_without_a_carrier_nothing_is_touched(
    held: list[Track], wish: FulfillmentShipment, sent: list[str], is_ours: bool
) -> None:
    assert not plan_changes(replace(wish, carrier=None), held, HOME, is_ours=is_ours, sent=sent)


def test_a_number_that_a_lost_try_left_is_edited_and_theirs_stays() -> None:
    tracks = [
        Track(number=number, carrier_code="custom", title="BRT", id=str(at), shipment_id=HOME)
        for at, number in enumerate(("THEIRS", "LOST", "LOST"), 1)
    ]
    wish = FulfillmentShipment(
        id="u",
        revision=2,
        items=(Item(line_id="1", quantity=1),),
        tracking=(TrackingNumber(number="NEW"),),
        shipped_at=datetime(2026, 11, 23, tzinfo=UTC),
        carrier=ResolvedCarrier(code="X", label="BRT"),
        former_numbers=("THEIRS", "LOST"),
        baseline=Baseline(entries=((HOME, "THEIRS"),), remaining=(), remote_status=""),
    )
    after = applied(tracks, plan_changes(wish, tracks, HOME, is_ours=False))
    assert [track.number for track in after] == ["THEIRS", "NEW"]
