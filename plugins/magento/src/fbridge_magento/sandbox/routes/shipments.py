"""Shipments: shipping, lists, comments, mails, tracks."""

from __future__ import annotations

from typing import Any

from fbridge_magento.sandbox import integrations
from fbridge_magento.sandbox.calls import Answer, Call
from fbridge_magento.sandbox.data_objects import COMMENT, TRACK
from fbridge_magento.sandbox.dispatch import Route
from fbridge_magento.sandbox.errors import RestError, could_not_track, no_entity, required
from fbridge_magento.sandbox.listing import find
from fbridge_magento.sandbox.module_faults import after_saving
from fbridge_magento.sandbox.records import ShipmentComment, ShipmentRecord, Track
from fbridge_magento.sandbox.search_criteria import read_criteria
from fbridge_magento.sandbox.shipment_rendering import shipment_json, track_json
from fbridge_magento.sandbox.shipping import new_track, read_request, ship
from fbridge_magento.sandbox.state import Shop, stored
from fbridge_magento.sandbox.tables import shipments_table


def shipment_routes(shop: Shop) -> list[Route]:
    """Those of ``/V1/shipment``, ``/V1/shipments`` and ``/V1/order/{id}/ship``."""
    routes = _Shipments(shop)
    return [
        Route("POST", "V1/order/<order_id>/ship", routes.ship, integrations.SHIP),
        Route("GET", "V1/shipments", routes.list, integrations.SHIPMENTS),
        Route("POST", "V1/shipment", routes.old_post, integrations.SHIPMENTS),
        Route("GET", "V1/shipment/<shipment_id>", routes.get, integrations.SHIPMENTS),
        Route("POST", "V1/shipment/<shipment_id>/comments", routes.comment, integrations.SHIPMENTS),
        Route("POST", "V1/shipment/<shipment_id>/emails", routes.mail, integrations.SHIPMENTS),
        Route("POST", "V1/shipment/track", routes.track, integrations.SHIPMENTS),
        Route("DELETE", "V1/shipment/track/<track_id>", routes.delete_track, integrations.SHIPMENTS),
    ]


class _Shipments:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._table = shipments_table(shop)

    def ship(self, call: Call) -> Answer:
        order_id = call.number("order_id")
        request = read_request(call.body, self._shop.most_entries)
        answer = Answer(str(ship(self._shop, order_id, request)))
        return after_saving(answer, self._shop.module_fault)

    def list(self, call: Call) -> Answer:
        criteria = read_criteria(call.query, most=self._shop.most_on_a_page)
        with self._shop.lock:
            found = find(self._table, criteria)
            items = [self._json(record) for record in found.rows]
        body = {"items": items, "search_criteria": criteria.json(), "total_count": found.total}
        return Answer(body)

    def get(self, call: Call) -> Answer:
        with self._shop.lock:
            return Answer(self._json(self._shipment(call)))

    def old_post(self, _call: Call) -> Answer:
        """With a plain entity it never worked; ``/order/{id}/ship`` took its place."""
        raise RestError(400, "The shipment couldn't be saved.")

    def comment(self, call: Call) -> Answer:
        given = call.given("entity")
        if given is None:
            raise required("entity")
        fields = COMMENT.read(given)
        with self._shop.lock:
            shipment = self._shipment(call)
            comment = ShipmentComment(
                next(self._shop.comment_ids),
                self._shop.now(),
                stored(fields.get("comment") or ""),
                fields.get("is_customer_notified") or 0,
                fields.get("is_visible_on_front") or 0,
            )
            self._shop.shipment_parts_to_change(shipment).comments.append(comment)
        answered = {
            "is_customer_notified": comment.notified,
            "parent_id": shipment.id,
            "comment": comment.comment,
            "is_visible_on_front": comment.visible,
            "entity_id": comment.id,
        }
        return Answer(answered)

    def mail(self, call: Call) -> Answer:
        with self._shop.lock:
            shipment = self._shipment(call)
        return Answer(self._shop.send_mail(shipment, None))

    def track(self, call: Call) -> Answer:
        """Whatever is wrong is one error; an ``entity_id`` writes over the track that has it."""
        given = call.given("entity")
        if given is None:
            raise required("entity")
        fields = TRACK.read(given)
        with self._shop.lock:
            shipment = self._shop.shipments.get(fields.get("parent_id") or 0)
            if shipment is None or shipment.order_id != fields.get("order_id"):
                raise could_not_track()
            if not fields.get("track_number") or not fields.get("carrier_code"):
                raise could_not_track()
            track = self._write_track(shipment, fields)
            return Answer(track_json(track, shipment))

    def delete_track(self, call: Call) -> Answer:
        """True as well for a track that is gone already."""
        track_id = call.number("track_id")
        with self._shop.lock:
            shipment = self._shop.shipment_of_track(track_id)
            if shipment is not None:
                parts = self._shop.shipment_parts_to_change(shipment)
                parts.tracks = [track for track in parts.tracks if track.id != track_id]
        return Answer(True)

    def _write_track(self, shipment: ShipmentRecord, fields: dict[str, Any]) -> Track:
        tracks = self._shop.shipment_parts_to_change(shipment).tracks
        now = self._shop.now()
        wanted = fields.get("entity_id")
        for at, track in enumerate(tracks):
            if track.id == wanted:
                changed = new_track(self._shop, fields, now)
                changed.id, changed.created = track.id, track.created
                tracks[at] = changed
                return changed
        if wanted is not None:
            raise could_not_track()
        tracks.append(new_track(self._shop, fields, now))
        return tracks[-1]

    def _json(self, record: ShipmentRecord) -> dict[str, Any]:
        return shipment_json(record, self._shop.shipment_parts(record))

    def _shipment(self, call: Call) -> ShipmentRecord:
        record = self._shop.shipments.get(call.number("shipment_id"))
        if record is None:
            raise no_entity()
        return record
