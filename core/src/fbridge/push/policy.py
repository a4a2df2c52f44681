"""Gathering what decides about a store's pushes: settings, mappings and the store's carrier codes."""

from __future__ import annotations

from fbridge.context import Context
from fbridge.models.platforms import CarrierCodes
from fbridge.models.states import MailBehaviour
from fbridge.push.decide import PushPolicy, fingerprint
from fbridge.push.guards import PushScope, oldest_moment
from fbridge.shipping import carrier_rows
from fbridge.stores.open_store import OpenStore


def load_policy(context: Context, opened: OpenStore, scope: PushScope | None = None) -> PushPolicy:
    """The store's policy; its carrier codes are asked for once where they were never listed."""
    codes = known_codes(context, opened)
    with context.database.read() as connection:
        mappings = carrier_rows.mapped_codes(connection, opened.name)
    settings = opened.settings
    return PushPolicy(
        patience=settings.without_tracking.patience,
        send_unmapped=settings.unmapped_carrier == "send",
        mappings=mappings,
        codes={code.code: code.label for code in codes.codes},
        codes_open=codes.open,
        settle=opened.settle_time,
        always_mails=opened.adapter.platform.mail is MailBehaviour.ALWAYS,
        accepts_mail=settings.accept_mail,
        warehouses=settings.warehouses,
        timezone=context.timezone,
        oldest=oldest_moment(
            opened.settings.guards.but(scope.guards if scope else {}),
            now=context.now(),
            timezone=context.timezone,
        ),
        # Secrets are not shown by their text, so another key alone makes no other print.
        settings_print=fingerprint([settings.warehouses, dict(opened.store.settings)]),
    )


def known_codes(context: Context, opened: OpenStore, *, refresh: bool = False) -> CarrierCodes:
    """The store's carrier codes as last listed; asks the store where there are none, or to refresh them."""
    with context.database.read() as connection:
        known = carrier_rows.load_codes(connection, opened.name)
    if known and not refresh:
        return known
    codes = opened.adapter.list_carrier_codes(opened.store)
    with context.database.write() as connection:
        carrier_rows.replace_codes(connection, opened.name, codes, context.now())
    return codes
