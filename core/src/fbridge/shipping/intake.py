"""What files hand in, many at once: shipping documents of the ERP, numbers of the courier."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from fbridge.context import Context
from fbridge.models.results import Taken
from fbridge.settings.loading import REFUSE
from fbridge.shipping.document_intake import take_document
from fbridge.shipping.document_wishes import UNKNOWN_REFUSED, Acts, DocumentTaking, DocumentWish
from fbridge.shipping.shipments import Shipments
from fbridge.shipping.taking import take_all
from fbridge.shipping.tracking_intake import FileTaking, NumbersWish, take_numbers


class Intake:
    """The way in for files of one database. The same again changes nothing."""

    def __init__(self, context: Context, shipments: Shipments) -> None:
        self._context, self._shipments = context, shipments
        self._refuses_odd = context.settings.odd_numbers == REFUSE

    def documents(
        self,
        wishes: Iterable[DocumentWish],
        *,
        plan: bool = False,
        on_manifest: bool = False,
        unknown_order: str = UNKNOWN_REFUSED,
        replacement: bool = False,
        allow_shared: bool = False,
        strict: bool = False,
        takes_up: bool = False,
    ) -> tuple[Taken, ...]:
        """Make the shipments of many documents of a file; one result for each, a bad one stops no other.

        What is there already is not made again. ``on_manifest`` puts each on its carrier's manifest in preparation;
        ``unknown_order`` is ``refuse`` or ``external``; ``replacement``: goods go once more for orders that are done.
        With ``plan`` nothing is written: what would come of it is told. ``strict``: odd numbers are refused.
        ``takes_up``: goods without a document may be those that a document has prepared.
        """
        taking = DocumentTaking(
            context=self._context,
            acts=Acts(external=self._shipments.make_external, correct=self._shipments.give_numbers),
            on_manifest=on_manifest,
            unknown_order=unknown_order,
            replacement=replacement,
            allow_shared=allow_shared,
            strict=strict or self._refuses_odd,
            takes_up=takes_up,
        )
        return take_all(self._context.database, wishes, partial(take_document, taking=taking), plan=plan)

    def numbers(
        self,
        wishes: Iterable[NumbersWish],
        *,
        plan: bool = False,
        allow_shared: bool = False,
        strict: bool = False,
    ) -> tuple[Taken, ...]:
        """Give many shipments the numbers of a file; one result for each, a bad one stops no other.

        The same again changes nothing. ``plan`` and ``strict`` are as of :meth:`documents`.
        """
        taking = FileTaking(
            self._context, self._shipments.give_numbers, allow_shared, strict or self._refuses_odd
        )
        return take_all(self._context.database, wishes, partial(take_numbers, taking=taking), plan=plan)
