"""Whose fault it is that something cannot be read: one order's, a page's, or the store's. Pure, by stable reasons.

Only what the store itself says can be an order's own fault. What stands before it (a redirect, a gateway, a login
page) is no order's: it passes, and an order that was left out for it would be lost. Nor is it an order's that the
store knows no such route: the platform, or the plugin that has it, is switched off or being updated.
"""

from __future__ import annotations

from fbridge.errors import FbridgeError, RefusedError, UnreachableError

BEFORE_THE_STORE = frozenset({"blocked", "method_blocked", "no_api", "redirected"})
NOBODY_THERE = frozenset({"no_route", "rest_no_route"})
BROKEN_OFF = frozenset({"broken_json", "empty_answer", "server_error", "store_error"})
TOO_MUCH = frozenset({"answer_too_large", "gateway_timeout", "too_dear"})


def is_an_orders_own(error: FbridgeError) -> bool:
    """Whether this may be the fault of an order, where it comes each time that the order is asked for alone."""
    if isinstance(error, RefusedError):
        return error.reason not in BEFORE_THE_STORE | NOBODY_THERE
    return isinstance(error, UnreachableError) and error.reason in BROKEN_OFF


def may_succeed_in_part(error: FbridgeError) -> bool:
    """Whether less of the same may be readable: the store broke off, or it was too much for it or for us."""
    return error.reason in BROKEN_OFF | TOO_MUCH
