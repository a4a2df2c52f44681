"""A shop as its settings and facts make it: what its states mean here, its time zone, its mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.errors import ConfigError
from fbridge.models.states import OrderStatus
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop_facts import CANCELED, DELIVERED, FAILED, REFUNDED, SHIPPING, ShopFacts, State

COD_MODULES = frozenset({"ps_cashondelivery", "cashondelivery"})


@dataclass(frozen=True)
class Shop:
    """One shop. ``settings`` are the plugin's own, validated."""

    settings: Mapping[str, Any]
    facts: ShopFacts

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone. Raises: ConfigError where nobody told it."""
        named = self.settings.get("timezone")
        zone = ZoneInfo(named) if named else self.facts.zone
        if zone is None:
            raise ConfigError(
                "The key may not read the shop's time zone: give it the permission GET on configurations, or set "
                "timezone (for example Europe/Rome).",
                reason="unknown_timezone",
            )
        return zone

    @property
    def mail(self) -> CustomerMail:
        """The mail that a push may cause."""
        return CustomerMail(self.settings.get("customer_mail", CustomerMail.SHIPPED))

    @cached_property
    def shipped_state(self) -> State | None:
        """The state of an order that has left; None where neither the shop nor the settings name one."""
        wanted = self.settings.get("shipped_state")
        return self.facts.state(wanted) if wanted else self.facts.state_of_role(SHIPPING)

    @cached_property
    def cod_modules(self) -> frozenset[str]:
        """Payment modules that are cash on delivery."""
        return COD_MODULES | frozenset(self.settings.get("cod_modules") or ())

    def is_shipped(self, state_id: str) -> bool:
        """Whether the shop takes an order in this state for shipped: so marked, or Delivered."""
        state = self.facts.state(state_id)
        return state_id in self._late_states or (state is not None and state.shipped)

    def explains(self, state_id: str) -> bool:
        """Whether the shop or the settings tell what a state means. A key may not be allowed to read the states."""
        if not state_id:
            return False
        named = self._cancelled_states | self._on_hold_states | self._late_states
        return state_id in named or not self.facts.states or self.facts.state(state_id) is not None

    def status_of(self, state_id: str) -> OrderStatus:
        """What a state means for the goods."""
        if state_id in self._cancelled_states:
            return OrderStatus.CANCELLED
        if state_id in self._on_hold_states:
            return OrderStatus.ON_HOLD
        return OrderStatus.CLOSED if self.is_shipped(state_id) else OrderStatus.OPEN

    def label_of(self, state_id: str) -> str:
        """A state for a person: ``4 Shipped``; :func:`state_id_in` gives the id back."""
        state = self.facts.state(state_id)
        return f"{state_id} {state.name}".strip() if state else state_id

    @cached_property
    def _late_states(self) -> frozenset[str]:
        states = (self.shipped_state, self.facts.state_of_role(DELIVERED))
        return frozenset(state.id for state in states if state)

    @cached_property
    def _cancelled_states(self) -> frozenset[str]:
        states = (self.facts.state_of_role(role) for role in (CANCELED, REFUNDED, FAILED))
        return frozenset(state.id for state in states if state) | frozenset(
            self.settings.get("cancelled_states") or ()
        )

    @cached_property
    def _on_hold_states(self) -> frozenset[str]:
        return frozenset(self.settings.get("on_hold_states") or ())


def state_id_in(label: str) -> str:
    """The id in what :meth:`Shop.label_of` gave."""
    return label.partition(" ")[0]
