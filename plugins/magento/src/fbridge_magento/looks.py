"""Look at the store at once, where its answer to a write proves nothing.

A module that fails after Magento has saved makes an error of a shipment, a track or a mail that is there (observed:
400, 404, 401, 500, a page, nothing). What is seen there is proof, and goes on as usual; what is not seen proves
nothing, for the store may still be at work.
"""

from __future__ import annotations

from fbridge.errors import FbridgeError
from fbridge_magento.client import MagentoClient
from fbridge_magento.push import Part, Work
from fbridge_magento.store_shipments import ShownShipment, shipments_read
from fbridge_magento.tracks import plan_changes


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
