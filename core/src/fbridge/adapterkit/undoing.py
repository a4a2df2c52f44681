"""A shipment is taken back: its writes one after another, and what becomes of them in one receipt (C15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fbridge.errors import CredentialsError, NotSent, NotSentError, UnconfirmedError
from fbridge.models.problems import WriteFault
from fbridge.models.states import Outcome
from fbridge.models.undo import Undo, UndoReceipt

TAKEN_BACK = "taken_back"
"""The reason of a shipment that its store shows no more."""


def undo_receipt(undo: Undo, writes: Iterable[Callable[[], object]]) -> UndoReceipt:
    """Make these writes in their sequence, and stop at the first that is not done.

    Each gives nothing, or raises as ``store.http.write`` or an ``AnswerTable`` does. They are taken one by one, so
    a later one may rest on what an earlier one read. Raises: NotSent where provably nothing was asked.
    """
    begun = False

    def told(outcome: Outcome, reason: str, words: str = "") -> UndoReceipt:
        return UndoReceipt(
            shipment_id=undo.shipment.id, outcome=outcome, reason=reason, words=words, begun=begun
        )

    try:
        for write in writes:
            write()
            begun = True
    except UnconfirmedError as error:
        return told(Outcome.UNCONFIRMED, error.reason, str(error))
    except (NotSentError, CredentialsError) as error:
        if begun:
            return told(Outcome.RETRY, error.reason, str(error))
        raise NotSent([undo.order.remote_id], str(error), reason=error.reason) from error
    except WriteFault as fault:
        problem = fault.problem
        return told(problem.outcome, problem.reason, problem.words)
    return told(Outcome.DONE, TAKEN_BACK)


def status_stays(undo: Undo) -> tuple[str, ...]:
    """The sentence for a plan where the order's status is not put back, and why; none where it is, or need not be."""
    word = undo.order.remote_status
    if undo.restored_status or word == undo.status_before:
        return ()
    if undo.status_before:
        return (f"the order stays {word!r} on the store: somebody has changed its status since",)
    words = f"the order stays {word!r} on the store, for what it was before is not known here; to set it"
    return (f"{words}: fbridge shipment withdraw SHIPMENT --status STATUS",)
