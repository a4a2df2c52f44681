"""A shop as its settings and facts make it: what its states mean here, its time zone, its mails. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from fbridge.adapterkit.order_states import Meaning, StateMeaning, meaning_of
from fbridge.errors import ConfigError
from fbridge_prestashop.settings import CustomerMail
from fbridge_prestashop.shop_facts import CANCELED, DELIVERED, FAILED, REFUNDED, SHIPPING, ShopFacts, State

COD_MODULES = frozenset({"ps_cashondelivery", "cashondelivery"})


@dataclass(frozen=True)
class Shop:
    """One shop. ``settings`` are the plugin's own, validated; ``known`` is what is known of the installation.

    ``shop_id`` and ``group`` say which of its shops; without them it is that of the settings, or what holds for all.
    """

    settings: Mapping[str, Any]
    known: ShopFacts
    shop_id: str = ""
    group: str = ""

    @cached_property
    def facts(self) -> ShopFacts:
        """What holds for this shop."""
        return self.known.of(self.shop_id or self._named_shop, self.group)

    def of(self, shop_id: str, group: str = "") -> Shop:
        """The shop to which an order belongs."""
        if not self.known.own_values:
            return self
        key = (shop_id, group)
        if key not in self._others:
            self._others[key] = Shop(self.settings, self.known, shop_id, group)
        return self._others[key]

    @property
    def scope(self) -> str | None:
        """The shop in whose name its orders are written, where all are read at once: its clock dates the change."""
        return self.shop_id if self.shop_id and self.settings.get("id_shop") == "all" else None

    @property
    def siblings(self) -> tuple[Shop, ...]:
        """All shops that may have values of their own, with what holds for the others."""
        if self._named_shop or not self.known.own_values:
            return (self,)
        owners = (owner.split() for owner in self.known.own_values)
        own = (self.of(key) if kind == "shop" else self.of("", key) for kind, key in owners)
        return (self, *own)

    @property
    def _named_shop(self) -> str:
        """The one shop that the settings name; "" where they name none, or all."""
        named = self.settings.get("id_shop") or ""
        return named if named.isdigit() else ""

    @cached_property
    def _others(self) -> dict[tuple[str, str], Shop]:
        return {}

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

    @cached_property
    def zones(self) -> tuple[ZoneInfo, ...]:
        """The time zones in which the dates of orders may be written. Raises: ConfigError where nobody told one."""
        return tuple({str(shop.zone): shop.zone for shop in self.siblings}.values())

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

    def meaning(self, state_id: str) -> StateMeaning:
        """What a state means: by the settings, else by its role and flags."""
        return meaning_of(self.words_of(state_id), self.own_meaning(state_id), self.settings)

    def words_of(self, state_id: str) -> tuple[str, ...]:
        """How the settings may name a state: by its id or its name."""
        state = self.facts.state(state_id)
        return (state_id, state.name, self.label_of(state_id), *state.others) if state else (state_id,)

    def own_meaning(self, state_id: str) -> Meaning:
        """What PrestaShop itself tells of a state: one of the merchant's without any flag is not known."""
        state = self.facts.state(state_id)
        if state_id in self._cancelled_states:
            return Meaning.CANCELLED
        if state_id in self._late_states or (state is not None and state.shipped):
            return Meaning.SHIPPED
        if state is None:
            # A key may not be allowed to read the states.
            return Meaning.READY if state_id and not self.facts.states else Meaning.UNKNOWN
        if state.paid or state.valid:
            return Meaning.READY
        return Meaning.UNPAID if state.made_by_software else Meaning.UNKNOWN

    def is_delivered(self, state_id: str) -> bool:
        """Whether the customer has it: the courier was paid."""
        delivered = self.facts.state_of_role(DELIVERED)
        return delivered is not None and state_id == delivered.id

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
        return frozenset(state.id for state in states if state)


def state_id_in(label: str) -> str:
    """The id in what :meth:`Shop.label_of` gave."""
    return label.partition(" ")[0]
