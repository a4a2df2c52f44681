"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    _create_carriers()
    _create_counters()
    _create_stores()
    _create_carrier_mappings()
    _create_carrier_routes()
    _create_cursors()
    _create_exchanges()
    _create_manifests()
    _create_orders()
    _create_rejected_orders()
    _create_site_carriers()
    _create_order_lines()
    _create_shipments()
    _create_attempts()
    _create_events()
    _create_pushes()
    _create_shipment_lines()
    _create_shipment_revisions()
    _create_attempt_exchanges()
    _create_shipment_numbers()


def _create_carriers() -> None:
    op.create_table(
        "carriers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.Column("customer_code", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carriers")),
        sa.UniqueConstraint("code", name=op.f("uq_carriers_code")),
    )


def _create_counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
        comment="manifest numbers by year: no gap, no double",
    )


def _create_stores() -> None:
    op.create_table(
        "stores",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("push_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("facts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("codes_open", sa.Boolean(), nullable=True),
        sa.Column("codes_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stores")),
        comment="one row for each store ever used; its settings stand in the settings file",
    )


def _create_carrier_mappings() -> None:
    op.create_table(
        "carrier_mappings",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("site_code", sa.String(length=255), nullable=False),
        sa.Column("mapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_carrier_mappings_carrier_id")),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_carrier_mappings_store")),
        sa.PrimaryKeyConstraint("store", "carrier_id", name=op.f("pk_carrier_mappings")),
    )


def _create_carrier_routes() -> None:
    op.create_table(
        "carrier_routes",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("shipping_method", sa.String(length=255), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_carrier_routes_carrier_id")),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_carrier_routes_store")),
        sa.PrimaryKeyConstraint("store", "shipping_method", name=op.f("pk_carrier_routes")),
        comment="shipping_method '*' is the store's default; delivery pickup or none needs no carrier",
    )


def _create_cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_cursors_store")),
        sa.PrimaryKeyConstraint("store", "feed", name=op.f("pk_cursors")),
        comment="how far a store was fetched; written in the transaction of its page",
    )


def _create_exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("request_body", sa.Text(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_exchanges_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchanges")),
        comment="HTTP as it happened, redacted and blanked by the platform's whitelist",
    )
    op.create_index(op.f("ix_exchanges_at"), "exchanges", ["at"], unique=False)


def _create_manifests() -> None:
    op.create_table(
        "manifests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_manifests_carrier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifests")),
        sa.UniqueConstraint("number", name=op.f("uq_manifests_number")),
    )


def _create_orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("remote_status", sa.String(length=128), nullable=False),
        sa.Column("fulfillment", sa.String(length=32), nullable=False),
        sa.Column("delivery", sa.String(length=32), nullable=False),
        sa.Column("payment", sa.String(length=32), nullable=False),
        sa.Column("payment_method", sa.String(length=128), nullable=False),
        sa.Column("payment_title", sa.Text(), nullable=False),
        sa.Column("amount_due", sa.String(length=40), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=128), nullable=True),
        sa.Column("shipping_method", sa.String(length=255), nullable=False),
        sa.Column("shipping_title", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ambiguous_time", sa.Boolean(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("ship_to", sa.JSON(), nullable=False),
        sa.Column("bill_to", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("store_shipments", sa.JSON(), nullable=False),
        sa.Column("historic", sa.Boolean(), nullable=False),
        sa.Column("open_quantity", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_orders_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("store", "remote_id", name=op.f("uq_orders_store_remote_id")),
        comment="open_quantity: pieces that no shipment holds yet and the store does not show as shipped",
    )
    op.create_index("ix_orders_created_at", "orders", ["created_at"], unique=False)
    op.create_index("ix_orders_number", "orders", ["number"], unique=False)
    op.create_index("ix_orders_open", "orders", ["store", "status", "open_quantity"], unique=False)


def _create_rejected_orders() -> None:
    op.create_table(
        "rejected_orders",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("remote_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_rejected_orders_store")),
        sa.PrimaryKeyConstraint("store", "remote_id", name=op.f("pk_rejected_orders")),
        comment="orders that their adapter could not read; the row goes when the order can be read",
    )


def _create_site_carriers() -> None:
    op.create_table(
        "site_carriers",
        sa.Column("store", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=255), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("tracking_url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_site_carriers_store")),
        sa.PrimaryKeyConstraint("store", "code", name=op.f("pk_site_carriers")),
        comment="the store's own carrier codes as last listed (stores.codes_at, stores.codes_open)",
    )


def _create_order_lines() -> None:
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.Column("shippable", sa.Boolean(), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=True),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("locations", sa.JSON(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "line_id", name=op.f("pk_order_lines")),
    )


def _create_shipments() -> None:
    op.create_table(
        "shipments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("origin", sa.String(length=32), nullable=False),
        sa.Column("store", sa.String(length=32), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("manifest_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("parcels", sa.Integer(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("cod_amount", sa.String(length=40), nullable=True),
        sa.Column("cod_currency", sa.String(length=3), nullable=True),
        sa.Column("warehouse", sa.String(length=64), nullable=True),
        sa.Column("recipient", sa.JSON(), nullable=True),
        sa.Column("address_print", sa.String(length=32), nullable=True),
        sa.Column("document_source", sa.String(length=32), nullable=True),
        sa.Column("document_series", sa.String(length=32), nullable=True),
        sa.Column("document_number", sa.String(length=64), nullable=True),
        sa.Column("document_year", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_key", sa.String(length=192), nullable=True),
        sa.ForeignKeyConstraint(["carrier_id"], ["carriers.id"], name=op.f("fk_shipments_carrier_id")),
        sa.ForeignKeyConstraint(["manifest_id"], ["manifests.id"], name=op.f("fk_shipments_manifest_id")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_shipments_order_id")),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_shipments_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
        sa.UniqueConstraint("document_key", name=op.f("uq_shipments_document_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_shipments_uuid")),
        comment="recipient only for external parcels; document_key only where a document is named",
    )
    op.create_index(op.f("ix_shipments_manifest_id"), "shipments", ["manifest_id"], unique=False)
    op.create_index(op.f("ix_shipments_order_id"), "shipments", ["order_id"], unique=False)


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("effects", sa.JSON(), nullable=True),
        sa.Column("holds", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_attempts_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_shipment_id"), "attempts", ["shipment_id"], unique=False)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("store", sa.String(length=32), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("shipment_id", sa.Integer(), nullable=True),
        sa.Column("manifest_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["manifests.id"], name=op.f("fk_events_manifest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_events_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_events_shipment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store"], ["stores.name"], name=op.f("fk_events_store")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        comment="what happened, for explain: one row an act of a person or a change of state",
    )
    op.create_index(op.f("ix_events_manifest_id"), "events", ["manifest_id"], unique=False)
    op.create_index(op.f("ix_events_order_id"), "events", ["order_id"], unique=False)
    op.create_index(op.f("ix_events_shipment_id"), "events", ["shipment_id"], unique=False)


def _create_pushes() -> None:
    op.create_table(
        "pushes",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_revision", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unconfirmed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("baseline", sa.JSON(), nullable=True),
        sa.Column("remote_ids", sa.JSON(), nullable=False),
        sa.Column("fences", sa.JSON(), nullable=False),
        sa.Column("effect_shipment", sa.String(length=32), nullable=False),
        sa.Column("effect_tracking", sa.String(length=32), nullable=False),
        sa.Column("effect_status", sa.String(length=32), nullable=False),
        sa.Column("effect_mail", sa.String(length=32), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=True),
        sa.Column("holds", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_pushes_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shipment_id", name=op.f("pk_pushes")),
        comment="the push ledger: where each store shipment stands towards its store",
    )
    op.create_index(op.f("ix_pushes_state"), "pushes", ["state"], unique=False)


def _create_shipment_lines() -> None:
    op.create_table(
        "shipment_lines",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=128), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.ForeignKeyConstraint(
            ["shipment_id"], ["shipments.id"], name=op.f("fk_shipment_lines_shipment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shipment_id", "line_id", name=op.f("pk_shipment_lines")),
    )


def _create_shipment_revisions() -> None:
    op.create_table(
        "shipment_revisions",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("carrier_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carriers.id"], name=op.f("fk_shipment_revisions_carrier_id")
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipments.id"],
            name=op.f("fk_shipment_revisions_shipment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shipment_id", "revision", name=op.f("pk_shipment_revisions")),
    )


def _create_attempt_exchanges() -> None:
    op.create_table(
        "attempt_exchanges",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_exchanges_attempt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["exchange_id"],
            ["exchanges.id"],
            name=op.f("fk_attempt_exchanges_exchange_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "exchange_id", name=op.f("pk_attempt_exchanges")),
    )
    op.create_index(
        op.f("ix_attempt_exchanges_exchange_id"), "attempt_exchanges", ["exchange_id"], unique=False
    )


def _create_shipment_numbers() -> None:
    op.create_table(
        "shipment_numbers",
        sa.Column("shipment_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["shipment_id", "revision"],
            ["shipment_revisions.shipment_id", "shipment_revisions.revision"],
            name=op.f("fk_shipment_numbers_shipment_id_revision"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("shipment_id", "revision", "position", name=op.f("pk_shipment_numbers")),
    )
    op.create_index(op.f("ix_shipment_numbers_number"), "shipment_numbers", ["number"], unique=False)
