"""The requests that one order's push makes, one after another: ship, mend tracks, mail the customer.

A module that fails after Magento has saved makes an error of a shipment, a track or a mail that is there (observed:
400, 404, 401, 500, a page, nothing). So the store is looked at at once: what is seen there is proof, and goes on as
usual; what is not seen proves nothing, for the store may still be at work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fbridge.errors import CredentialsError, FbridgeError
from fbridge.http import Response
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import MailEffect, Outcome
from fbridge_magento.answers import Rejected, answer_to, gravest, not_understood
from fbridge_magento.bundles import Choice
from fbridge_magento.client import MagentoClient
from fbridge_magento.mails import mail_after_yes
from fbridge_magento.push import Part, Work
from fbridge_magento.refusals import too_many_lines
from fbridge_magento.run_memory import memory_of
from fbridge_magento.ship_bodies import ship_body, track_body
from fbridge_magento.store_shipments import ShownShipment, shipments_read
from fbridge_magento.tracks import Track, TrackChanges, plan_changes, wanted_tracks

_GONE_ON_WITHOUT_US = frozenset({"gateway_timeout", "unavailable", "rate_limited"})
"""What is said by something before a store that has too much to do; it is looked up when that has passed."""


class OrderWriter:
    """Writes to one store; used by several threads. Raises WriteFault, CredentialsError, NotSentError."""

    def __init__(self, store: Store, client: MagentoClient) -> None:
        self._store = store
        self._client = client
        self._memory = memory_of(store)
        self._looks = Looks(client)

    def ship(self, work: Work, part: Part) -> None:
        """Make the shipment: the likeliest way to name its pieces first, and on the store's no the next one.

        Magento takes one of these ways at most, so nothing is made twice even where such a no came after the act.
        """
        refusals: list[Rejected] = []
        for choice in part.choices:
            try:
                self._ship_as(work, part, choice)
            except Rejected as no:
                refusals.append(no)
                if no.is_missing:
                    break
            else:
                return
        words = " / ".join(dict.fromkeys(no.problem.words for no in refusals))
        part.rejected = replace(gravest(refusals), words=words)

    def _ship_as(self, work: Work, part: Part, choice: Choice) -> None:
        known = self._memory.longest_list
        try:
            self._make(work, part, choice, known)
        except Rejected as no:
            # Not to be compared with the memory as it is now: another thread may have heard of the limit meanwhile.
            if no.longest_list in (None, known):
                raise
            self._memory.longest_list = no.longest_list
            self._make(work, part, choice, no.longest_list)

    def _make(self, work: Work, part: Part, choice: Choice, most: int | None) -> None:
        tracks = wanted_tracks(part.shipment)
        if most is not None and len(choice.pieces) > most and not work.takes_all_that_is_left(part):
            part.problem = too_many_lines(len(choice.pieces), most)
            return
        body = ship_body(
            choice.pieces, tracks, shipment_id=part.shipment.id, source=part.source.code, longest_list=most
        )
        part.take_id(self._made(work, part, body), choice.pieces)
        skus = work.order.adapter_data.get("skus") or {}
        self._memory.kinds.update(
            (skus[line_id], kind) for line_id, kind in choice.kinds.items() if line_id in skus
        )
        self._add_rest(work, part, tracks[len(body["tracks"]) :])

    def _made(self, work: Work, part: Part, body: dict[str, Any]) -> str:
        try:
            return shipment_id_in(self._ask(lambda: self._client.ship(work.order_id, body)))
        except (WriteFault, CredentialsError) as fault:
            seen = self._looks.made(work, part) if _is_worth_a_look(fault) else None
            if seen is None:
                raise
            return seen

    def _add_rest(self, work: Work, part: Part, tracks: Sequence[Track]) -> None:
        """The tracks that did not fit into the shipment's own request."""
        if tracks:
            home = part.remote_ids[0]
            part.changes = TrackChanges(added=tuple(replace(track, shipment_id=home) for track in tracks))
            self.mend(work, part)

    def mend(self, work: Work, part: Part) -> None:
        """Bring the tracks of what is there to what is wanted."""
        changes = part.changes
        try:
            for track in (*changes.edited, *changes.added):
                body = track_body(work.order_id, track)
                self._ask(lambda body=body: self._client.save_track(body))  # type: ignore[misc]
                part.wrote = True
            for track in changes.deleted:
                self._ask(lambda track=track: self._client.delete_track(work.order_id, track.id))  # type: ignore[misc]
                part.wrote = True
        except (Rejected, WriteFault, CredentialsError) as fault:
            if _is_worth_a_look(fault) and self._looks.tracks_are_right(work, part):
                part.wrote = True
            elif isinstance(fault, Rejected) and fault.problem.outcome is not Outcome.UNCONFIRMED:
                part.problem = fault.problem
            else:
                raise _as_write_fault(fault) from None

    def mail(self, work: Work, part: Part) -> None:
        """Have the customer mailed about the shipment, once."""
        try:
            _take_mail(part, self._ask(lambda: self._client.mail_customer(work.order_id, part.remote_ids[0])))
        except (Rejected, WriteFault, CredentialsError) as fault:
            if _is_worth_a_look(fault) and self._looks.mailed(work, part):
                part.mail = MailEffect.SENT
            elif isinstance(fault, Rejected) and fault.problem.outcome is not Outcome.UNCONFIRMED:
                part.mail, part.mail_words = MailEffect.NOT_SENT, f"No mail left: {fault.problem.words}"
            else:
                if not isinstance(fault, CredentialsError) and fault.problem.outcome is Outcome.UNCONFIRMED:
                    part.lose_mail(fault.problem)
                raise _as_write_fault(fault) from None

    def _ask(self, write: Callable[[], Response]) -> Any:
        return answer_to(write, self._client, self._store.now)


def shipment_id_in(answer: Any) -> str:
    """The new shipment's id, a number or a text of digits. Raises: WriteFault."""
    text = str(answer).strip() if isinstance(answer, str | int) and not isinstance(answer, bool) else ""
    if not (text.isascii() and text.isdigit()):
        raise not_understood("the shipment")
    return text


def _take_mail(part: Part, sent: Any) -> None:
    if sent is True:
        part.mail = mail_after_yes(noted_before=any(one.emailed for one in part.shown))
    elif sent is False:
        words = (
            "The store has not mailed the customer: its mails fail, are off, or leave later by cron. If none comes, "
            "send it from the shipment's page there."
        )
        part.mail, part.mail_words = MailEffect.NOT_SENT, words
    else:
        raise not_understood("the mail")


def _is_worth_a_look(fault: Rejected | WriteFault | CredentialsError) -> bool:
    """Whether somebody answered, and it is not known what became of the write. A right that is missing is looked at
    before anything is done; a module may say that it is missing, too."""
    if isinstance(fault, CredentialsError):
        return True
    answered = isinstance(fault, Rejected) or fault.answered
    still_at_work = fault.problem.reason in _GONE_ON_WITHOUT_US
    return answered and not still_at_work and fault.problem.outcome is Outcome.UNCONFIRMED


def _as_write_fault(fault: Rejected | WriteFault | CredentialsError) -> WriteFault | CredentialsError:
    return WriteFault(fault.problem, answered=True) if isinstance(fault, Rejected) else fault


class Looks:
    """Looks at one store; used by several threads."""

    def __init__(self, client: MagentoClient) -> None:
        self._client = client

    def made(self, work: Work, part: Part) -> str | None:
        """The id of the shipment that carries our mark; None where none is seen."""
        return next((one.id for one in self._shown(work) if one.mark == part.shipment.id), None)

    def tracks_are_right(self, work: Work, part: Part) -> bool:
        """Whether its tracks are seen as they are wanted."""
        own = [one for one in self._shown(work) if one.id in part.remote_ids]
        if not own:
            return False
        tracks = [track for one in own for track in one.tracks]
        is_ours = own[0].mark == part.shipment.id
        return not plan_changes(part.shipment, tracks, own[0].id, is_ours=is_ours, sent=own[0].sent)

    def mailed(self, work: Work, part: Part) -> bool:
        """Whether the store notes that its first mail about the shipment left; of later ones it notes nothing."""
        return part.shipment.acknowledged is None and any(
            one.emailed for one in self._shown(work) if one.id in part.remote_ids
        )

    def _shown(self, work: Work) -> list[ShownShipment]:
        try:
            rows = self._client.shipments_of([work.order_id])
        except FbridgeError:
            return []
        return list(shipments_read(rows, {work.order_id: work.order}).values())
