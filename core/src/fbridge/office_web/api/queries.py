"""What may stand behind the ``?`` of each path."""

from __future__ import annotations

from marshmallow import fields

from fbridge import ManifestState, OrderSort, PushState
from fbridge.models.states import FulfillmentState
from fbridge.office_web.api.json_fields import Flag, Moment, Name, Query, Text, Whole, texts

PAGE, MOST = 50, 200


class NoQuery(Query):
    """Nothing."""


class _Page(Query):
    limit = Whole(1, MOST, load_default=PAGE, metadata={"description": "At most so many."})


class OrdersQuery(_Page):
    """Which orders, and in which sequence."""

    after = Text(metadata={"description": "As it stands in `next` of the page before."})
    store = Name()
    open = Flag(metadata={"description": "With something left to ship."})
    ready = Flag(metadata={"description": "Ready to be shipped."})
    marked = Flag(metadata={"description": "With doubts, for somebody to look at."})
    cod = Flag(metadata={"description": "Cash on delivery."})
    unpaid = Flag(metadata={"description": "Not paid yet."})
    carrier = Name(metadata={"description": "That the shipping method is routed to."})
    since = Moment(metadata={"description": "Created since then."})
    changed_since = Moment(metadata={"description": "Changed on the store since then."})
    state = fields.Enum(FulfillmentState, by_value=True)
    text = Text(longest=200, metadata={"description": "What is looked for, as by `/find`."})
    sort = fields.Enum(OrderSort, by_value=True, load_default=OrderSort.OLDEST)


class ShipmentsQuery(_Page):
    """Which shipments; the oldest first."""

    after = Whole(0, load_default=0, metadata={"description": "From behind the shipment with this id on."})
    state = fields.Enum(PushState, by_value=True, metadata={"description": "Towards its store."})
    store = Name()
    manifest = Name()
    carrier = Name()
    returned = Flag(metadata={"description": "What came back and nobody has dealt with."})


class ManifestsQuery(_Page):
    """Which manifests; the newest first."""

    before = Whole(metadata={"description": "Older than the manifest with this id."})
    state = fields.Enum(ManifestState, by_value=True)
    carrier = Name()


class EventsQuery(_Page):
    """Which events; in the sequence in which they happened."""

    since = Whole(0, load_default=0, metadata={"description": "After this event; the first one if it is 0."})


class ChangedQuery(EventsQuery):
    """Which orders, by the events that tell of them."""

    store = Name()


class FindQuery(Query):
    """What to look for."""

    text = Name(required=True, longest=200)


class StoreQuery(Query):
    """Of one store."""

    store = Name()


class OfStoreQuery(Query):
    """The store, where several have the number."""

    store = Name()


class PlanQuery(Query):
    """What the push would be of."""

    store = texts(
        100, load_default=list, metadata={"description": "Repeatable; all stores if none is named."}
    )
    manifest = Name()
    limit = Whole(metadata={"description": "At most so many orders of each store."})


class JobsQuery(_Page):
    """Which jobs; the newest first."""

    running = Flag(load_default=False, metadata={"description": "Those that are not over."})
