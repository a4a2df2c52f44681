"""All tables. The migrations together create exactly these; a change of one is a change of both.

Stores are named as in the settings file; orders, shipments and manifests have integer keys of our own.
"""

from __future__ import annotations

import sqlalchemy as sa

import fbridge.storage.account_tables
import fbridge.storage.export_tables
import fbridge.storage.job_tables
import fbridge.storage.listener_tables
import fbridge.storage.lock_tables
import fbridge.storage.return_tables
import fbridge.storage.worker_tables  # noqa: F401 - they belong to the same schema
from fbridge.models import states
from fbridge.storage.columns import ExactDecimal, UtcTime, Word
from fbridge.storage.metadata import metadata

MOST_KEYS = 500
"""Keys in one statement: databases limit the number of its values."""

stores = sa.Table(
    "stores",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("platform", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("push_epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("restored_epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("restored_at", UtcTime),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("facts_at", UtcTime),
    sa.Column("codes_open", sa.Boolean),
    sa.Column("codes_at", UtcTime),
    sa.Column("notices", sa.JSON(none_as_null=True)),
    comment="one row for each store ever used; its settings stand in the settings file",
)

database_facts = sa.Table(
    "database_facts",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    comment="whether it was ever restored; the PostgreSQL server that it was last used on",
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("store", sa.ForeignKey("stores.name"), primary_key=True),
    sa.Column("feed", sa.String(32), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("cursor", sa.JSON, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    comment="how far a store was fetched; written in the transaction of its page",
)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("store", sa.ForeignKey("stores.name"), nullable=False),
    sa.Column("remote_id", sa.String(128), nullable=False),
    sa.Column("number", sa.String(128), nullable=False),
    sa.Column("status", Word(states.OrderStatus), nullable=False),
    sa.Column("remote_status", sa.String(128), nullable=False),
    sa.Column("fulfillment", Word(states.FulfillmentState), nullable=False),
    sa.Column("delivery", Word(states.Delivery), nullable=False),
    sa.Column("payment", Word(states.PaymentKind), nullable=False),
    sa.Column("payment_method", sa.String(128), nullable=False),
    sa.Column("payment_title", sa.Text, nullable=False),
    sa.Column("amount_due", ExactDecimal),
    sa.Column("total", ExactDecimal),
    sa.Column("currency", sa.String(3), nullable=False),
    sa.Column("channel", sa.String(128)),
    sa.Column("sold_in", sa.String(128), nullable=False, server_default=""),
    sa.Column("shipping_method", sa.String(255), nullable=False),
    sa.Column("shipping_title", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("ambiguous_time", sa.Boolean, nullable=False),
    sa.Column("customer", sa.Text, nullable=False),
    sa.Column("ship_to", sa.JSON, nullable=False),
    sa.Column("bill_to", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("store_shipments", sa.JSON, nullable=False),
    sa.Column("doubts", sa.JSON(none_as_null=True)),
    sa.Column("extra", sa.JSON(none_as_null=True)),
    sa.Column("exported_in", sa.Integer, index=True),
    sa.Column("historic", sa.Boolean, nullable=False),
    sa.Column("open_quantity", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.String(32), nullable=False),
    sa.Column("outdated_hash", sa.String(32), nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("fetched_at", UtcTime, nullable=False),
    sa.UniqueConstraint("store", "remote_id"),
    sa.Index("ix_orders_number", "number"),
    comment="open_quantity: pieces that no shipment holds yet and the store does not show as shipped",
)

order_lines = sa.Table(
    "order_lines",
    metadata,
    sa.Column("order_id", sa.ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("line_id", sa.String(128), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("sku", sa.String(255), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("removed", sa.Integer, nullable=False),
    sa.Column("shipped", sa.Integer, nullable=False),
    sa.Column("shippable", sa.Boolean, nullable=False),
    sa.Column("total", ExactDecimal),
    sa.Column("weight_grams", sa.Integer),
    sa.Column("locations", sa.JSON, nullable=False),
    sa.Column("held", sa.Integer, nullable=False),
    sa.Column("held_why", sa.Text, nullable=False, server_default=""),
)

rejected_orders = sa.Table(
    "rejected_orders",
    metadata,
    sa.Column("store", sa.ForeignKey("stores.name"), primary_key=True),
    sa.Column("remote_id", sa.String(128), primary_key=True),
    sa.Column("number", sa.String(128), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("first_seen_at", UtcTime, nullable=False),
    sa.Column("tried_at", UtcTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="1"),
    sa.Column("next_at", UtcTime, nullable=False),
    sa.Column("set_aside_at", UtcTime),
    sa.Column("set_aside_by", sa.String(128), nullable=False, server_default=""),
    sa.Column("set_aside_reason", sa.Text, nullable=False, server_default=""),
    comment="orders that cannot be read; the row goes once one can; what is gone, or dealt with, is set aside",
)

carriers = sa.Table(
    "carriers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(32), nullable=False, unique=True),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("tracking_url", sa.Text, nullable=False),
    sa.Column("customer_code", sa.String(64), nullable=False),
    sa.Column("depot", sa.String(64), nullable=False, server_default=""),
    sa.Column("pickup", sa.Text, nullable=False, server_default=""),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", UtcTime, nullable=False),
)

carrier_mappings = sa.Table(
    "carrier_mappings",
    metadata,
    sa.Column("store", sa.ForeignKey("stores.name"), primary_key=True),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id"), primary_key=True),
    sa.Column("site_code", sa.String(255), nullable=False),
    sa.Column("mapped_at", UtcTime, nullable=False),
)

site_carriers = sa.Table(
    "site_carriers",
    metadata,
    sa.Column("store", sa.ForeignKey("stores.name"), primary_key=True),
    sa.Column("code", sa.String(255), primary_key=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("tracking_url", sa.Text, nullable=False),
    sa.Column("warning", sa.Text, nullable=False, server_default=""),
    comment="the store's own carrier codes as last listed (stores.codes_at, stores.codes_open)",
)

carrier_routes = sa.Table(
    "carrier_routes",
    metadata,
    sa.Column("store", sa.ForeignKey("stores.name"), primary_key=True),
    sa.Column("shipping_method", sa.String(255), primary_key=True),
    sa.Column("delivery", Word(states.Delivery), nullable=False),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id")),
    comment="shipping_method '*' is the store's default; delivery pickup or none needs no carrier",
)

manifests = sa.Table(
    "manifests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(16), nullable=False, unique=True),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("state", Word(states.ManifestState), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("shipped_at", UtcTime),
    sa.Column("cancelled_at", UtcTime),
)

manifest_prints = sa.Table(
    "manifest_prints",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("manifest_id", sa.ForeignKey("manifests.id"), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("printed_at", UtcTime, nullable=False),
    sa.Column("printed_rows", sa.JSON, nullable=False),
    sa.Column("is_written", sa.Boolean, nullable=False, server_default=sa.true()),
    comment="what stood on paper: a print of each row, by the shipment's label",
)

struck_rows = sa.Table(
    "struck_rows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("manifest_id", sa.ForeignKey("manifests.id"), nullable=False, index=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id"), nullable=False),
    sa.Column("struck_at", UtcTime, nullable=False),
    comment="what stood on a shipped manifest and did not leave with it after all",
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    comment="manifest numbers by year: no gap, no double",
)

shipments = sa.Table(
    "shipments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uuid", sa.String(36), nullable=False, unique=True),
    sa.Column("origin", Word(states.ShipmentOrigin), nullable=False),
    sa.Column("store", sa.ForeignKey("stores.name")),
    sa.Column("order_id", sa.ForeignKey("orders.id"), index=True),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("manifest_id", sa.ForeignKey("manifests.id"), index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("parcels", sa.Integer, nullable=False),
    sa.Column("weight_grams", sa.Integer),
    sa.Column("cod_amount", ExactDecimal),
    sa.Column("cod_currency", sa.String(3)),
    sa.Column("warehouse", sa.String(64)),
    sa.Column("recipient", sa.JSON(none_as_null=True)),
    sa.Column("address_print", sa.String(32)),
    sa.Column("allowed_doubts", sa.JSON(none_as_null=True)),
    sa.Column("document_source", sa.String(32)),
    sa.Column("document_series", sa.String(32)),
    sa.Column("document_number", sa.String(64), index=True),
    sa.Column("document_year", sa.Integer),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("shipped_at", UtcTime),
    sa.Column("withdrawn_at", UtcTime),
    sa.Column("left_behind_at", UtcTime),
    sa.Column("document_key", sa.String(192)),
    sa.Column("document_date", sa.Date),
    sa.Column("particulars", sa.JSON(none_as_null=True)),
    sa.UniqueConstraint("document_key", "order_id"),
    comment="recipient only for external parcels; document_key only where a document is named",
)

shipment_lines = sa.Table(
    "shipment_lines",
    metadata,
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("line_id", sa.String(128), primary_key=True),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
)

shipment_revisions = sa.Table(
    "shipment_revisions",
    metadata,
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("carrier_id", sa.ForeignKey("carriers.id"), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
)

shipment_numbers = sa.Table(
    "shipment_numbers",
    metadata,
    sa.Column("shipment_id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(255), nullable=False, index=True),
    sa.ForeignKeyConstraint(
        ["shipment_id", "revision"],
        ["shipment_revisions.shipment_id", "shipment_revisions.revision"],
        ondelete="CASCADE",
    ),
)

pushes = sa.Table(
    "pushes",
    metadata,
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("state", Word(states.PushState), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("next_at", UtcTime),
    sa.Column("acknowledged_revision", sa.Integer),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("checked_epoch", sa.Integer, nullable=False, server_default="0"),
    sa.Column("claimed_at", UtcTime),
    sa.Column("unconfirmed_since", UtcTime),
    sa.Column("absent_since", UtcTime),
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("baseline", sa.JSON),
    sa.Column("remote_ids", sa.JSON, nullable=False),
    sa.Column("fences", sa.JSON, nullable=False),
    sa.Column("effect_shipment", Word(states.Effect), nullable=False),
    sa.Column("effect_tracking", Word(states.Effect), nullable=False),
    sa.Column("effect_status", Word(states.Effect), nullable=False),
    sa.Column("effect_mail", Word(states.MailEffect), nullable=False),
    sa.Column("made_by", Word(states.MadeBy)),
    sa.Column("holds", sa.JSON),
    sa.Column("refused_on", sa.String(16), nullable=False, server_default=""),
    sa.Column("mail_planned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("mail_missing_since", UtcTime),
    sa.Column("mail_words", sa.Text, nullable=False, server_default=""),
    sa.Column("lines_then", sa.JSON(none_as_null=True)),
    sa.Column("drift", sa.JSON(none_as_null=True)),
    sa.Column("drift_since", UtcTime),
    sa.Column("drift_accepted", sa.String(16), nullable=False, server_default=""),
    sa.Column("status_before", sa.String(128), nullable=False, server_default=""),
    sa.Column("undo_from", Word(states.PushState)),
    comment="the push ledger: where each store shipment stands towards its store",
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("asks_mail", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("takes_back", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("finished_at", UtcTime),
    sa.Column("outcome", sa.String(32)),
    sa.Column("reason", sa.String(64)),
    sa.Column("words", sa.Text),
    sa.Column("effects", sa.JSON),
    sa.Column("holds", sa.JSON),
)

exchanges = sa.Table(
    "exchanges",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("store", sa.ForeignKey("stores.name"), nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Column("method", sa.String(8), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("request_body", sa.Text),
    sa.Column("response_body", sa.Text),
    comment="HTTP as it happened, redacted and blanked by the platform's whitelist",
)

attempt_exchanges = sa.Table(
    "attempt_exchanges",
    metadata,
    sa.Column("attempt_id", sa.ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("exchange_id", sa.ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True, index=True),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("kind", sa.String(48), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("who", sa.String(64)),
    sa.Column("store", sa.ForeignKey("stores.name")),
    sa.Column("order_id", sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True),
    sa.Column("remote_order_id", sa.String(128), index=True),
    sa.Column("shipment_id", sa.ForeignKey("shipments.id", ondelete="CASCADE"), index=True),
    sa.Column("manifest_id", sa.ForeignKey("manifests.id", ondelete="CASCADE"), index=True),
    comment="what happened, for explain: one row an act of a person or a change of state",
)
