"""What fbridge knows of a shop: its states by role, carriers, time zone, and what the key may do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self
from zoneinfo import ZoneInfo

from fbridge.adapterkit import payloads
from fbridge.adapterkit.payloads import reference, text, words
from fbridge.models.platforms import CarrierCode
from fbridge_prestashop.schemas import CarrierPayload, StatePayload
from fbridge_prestashop.xml_bodies import Permissions

SHIPPING, DELIVERED, CANCELED = "PS_OS_SHIPPING", "PS_OS_DELIVERED", "PS_OS_CANCELED"
REFUNDED, FAILED = "PS_OS_REFUND", "PS_OS_ERROR"
SEVERAL_SHOPS = "PS_MULTISHOP_FEATURE_ACTIVE"
MAIL_METHOD, NO_MAIL = "PS_MAIL_METHOD", "3"
CONFIGURATION = (
    "PS_TIMEZONE",
    "PS_WEIGHT_UNIT",
    SEVERAL_SHOPS,
    MAIL_METHOD,
    SHIPPING,
    DELIVERED,
    CANCELED,
    REFUNDED,
    FAILED,
)
"""The names whose values are read: the states that PrestaShop itself knows by role, among others."""

SHAPE = 3
FIRST_WITH_PATCH = 8
_TEMPLATES = {SHIPPING: "shipped", CANCELED: "order_canceled", REFUNDED: "refund", FAILED: "payment_error"}
_GRAMS = {"kg": 1000.0, "g": 1.0, "gr": 1.0, "lb": 453.59237, "lbs": 453.59237, "oz": 28.349523125}
_NAMED_AS_SHOP = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state of orders. ``others`` are its names in further languages. ``mails``: the shop may mail the customer
    when an order comes into it. ``valid``: its orders count as valid; ``made_by_software``: by PrestaShop or a
    payment module, and not by the merchant."""

    id: str
    name: str
    others: tuple[str, ...] = ()
    template: str = ""
    shipped: bool = False
    paid: bool = False
    mails: bool = False
    deleted: bool = False
    valid: bool = False
    made_by_software: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopCarrier:
    """A carrier of the shop; of all with one ``reference`` at most one is ``usable``."""

    id: str
    reference: str
    name: str
    url: str = ""
    usable: bool = True

    @property
    def page(self) -> str:
        """The tracking page, with fbridge's placeholder."""
        return self.url.replace("@", "{number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFacts:
    """One installation. ``patch`` and ``put``: how the key may write tracking. ``countries``, ``provinces`` and
    ``currencies`` are ISO codes by id.

    ``configuration`` holds for all shops, but where a shop (``"shop 2"``) or a group of shops (``"group 1"``) has
    ``own_values``. ``groups`` tells the group of a shop.
    """

    version: str = ""
    shop_name: str = ""
    configuration: Mapping[str, str] = field(default_factory=dict)
    own_values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    states: tuple[State, ...] = ()
    carriers: tuple[ShopCarrier, ...] = ()
    patch: bool = False
    put: bool = False
    products: bool = False
    currencies: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    provinces: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As the core keeps it between runs."""
        return {"shape": SHAPE, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self | None:
        """As :meth:`to_json` wrote it; None for another shape, or where there was no check yet."""
        if data.get("shape") != SHAPE:
            return None
        kept = {name: value for name, value in data.items() if name != "shape"}
        kept["states"] = tuple(
            State(**{**one, "others": tuple(one.get("others", ()))}) for one in kept["states"]
        )
        kept["carriers"] = tuple(ShopCarrier(**one) for one in kept["carriers"])
        return cls(**kept)

    def of(self, shop: str, group: str = "") -> ShopFacts:
        """With the values of one shop: its own, else its group's, else those of all."""
        of_group = self.own_values.get(f"group {group or self.groups.get(shop, '')}", {})
        own = {**of_group, **self.own_values.get(f"shop {shop}", {})}
        return replace(self, configuration={**self.configuration, **own}) if own else self

    @property
    def has_patch(self) -> bool:
        """PATCH came with PrestaShop 8, and is a permission of its own."""
        major = self.version.partition(".")[0]
        return self.patch and major.isdigit() and int(major) >= FIRST_WITH_PATCH

    @property
    def mails_off(self) -> bool:
        """Whether the shop was seen to send no mail at all."""
        return self.configuration.get(MAIL_METHOD) == NO_MAIL

    def with_configuration(self, rows: Sequence[Mapping[str, Any]]) -> Self:
        """With these values as they were read now, and the others as they are known."""
        own = {owner: dict(values) for owner, values in self.own_values.items()}
        for owner, values in own_values_from(rows, self.configuration).items():
            own.setdefault(owner, {}).update(values)
        return replace(self, configuration={**self.configuration, **configuration_from(rows)}, own_values=own)

    @property
    def zone(self) -> ZoneInfo | None:
        """The shop's time zone; None where it is not known."""
        try:
            return ZoneInfo(self.configuration["PS_TIMEZONE"])
        except (KeyError, ValueError, OSError):
            return None

    @property
    def grams(self) -> float | None:
        """Grams in one of the shop's units of weight."""
        return _GRAMS.get(self.configuration.get("PS_WEIGHT_UNIT", "kg").strip().lower())

    def state(self, state_id: str) -> State | None:
        """A state by id."""
        return next((state for state in self.states if state.id == state_id), None)

    def state_of_role(self, role: str) -> State | None:
        """The state that the configuration names for a role, else the one with the role's mail template."""
        named = self.state(self.configuration.get(role, ""))
        template = _TEMPLATES.get(role)
        found = (
            state for state in self.states if template and state.template == template and not state.deleted
        )
        return named or next(found, None)

    def carrier(self, carrier_id: str) -> ShopCarrier | None:
        """A carrier by id, deleted ones included: orders keep them."""
        return next((carrier for carrier in self.carriers if carrier.id == carrier_id), None)

    def usable_carrier(self, reference: str) -> ShopCarrier | None:
        """The carrier that stands for a reference now."""
        return next((one for one in self.carriers if one.usable and one.reference == reference), None)

    def name_of(self, carrier: ShopCarrier) -> str:
        """A carrier's name as customers see it: ``0`` stands for the shop's own."""
        return self.shop_name or carrier.name if carrier.name == _NAMED_AS_SHOP else carrier.name

    def codes(self) -> tuple[CarrierCode, ...]:
        """The carriers that can be mapped."""
        return tuple(
            CarrierCode(
                code=carrier.reference,
                label=self.name_of(carrier),
                tracking_url=carrier.page,
            )
            for carrier in self.carriers
            if carrier.usable
        )

    def allowing(self, permissions: Permissions) -> ShopFacts:
        """With what the key may do."""
        return replace(
            self,
            shop_name=permissions.shop_name,
            patch=permissions.may("patch", "order_carriers"),
            put=permissions.may("put", "order_carriers"),
            products=permissions.may("get", "products"),
        )


def states_from(rows: Sequence[Mapping[str, Any]]) -> tuple[State, ...]:
    """The answer of ``order_states``. Raises: ValidationError."""
    given = list(rows)
    loaded = StatePayload(many=True).load(given)
    return tuple(
        State(
            id=one["id"],
            name=one["name"],
            others=_in_further_languages(row.get("name")),
            template=one["template"],
            shipped=one["shipped"],
            paid=one["paid"],
            mails=one["send_email"],
            deleted=one["deleted"],
            valid=one["logable"],
            made_by_software=one["unremovable"] or bool(one["module_name"]),
        )
        for row, one in zip(given, loaded, strict=True)
    )


def _in_further_languages(name: Any) -> tuple[str, ...]:
    return tuple(words(one.get("value")) for one in payloads.rows(name)[1:])


def carriers_from(rows: Sequence[Mapping[str, Any]]) -> tuple[ShopCarrier, ...]:
    """The answer of ``carriers``, deleted ones included. Raises: ValidationError."""
    loaded = CarrierPayload(many=True).load(list(rows))
    return tuple(
        ShopCarrier(
            id=one["id"],
            reference=one["id_reference"] or one["id"],
            name=one["name"],
            url=one["url"],
            usable=one["active"] and not one["deleted"],
        )
        for one in loaded
    )


def codes_by_id(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """ISO codes by id, of countries, provinces or currencies."""
    return {reference(row.get("id")): text(row.get("iso_code")) for row in rows}


def own_values_from(
    rows: Iterable[Mapping[str, Any]], configuration: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The values that a shop or a group has for itself, by owner.

    The list holds the rows of all of them, whatever shop is asked for; also those that are left from the time of
    several shops, which PrestaShop itself heeds no more once that is switched off.
    """
    if configuration.get(SEVERAL_SHOPS) != "1":
        return {}
    owners: dict[str, dict[str, str]] = {}
    for row in rows:
        if owner := _owner(row):
            owners.setdefault(owner, {}).update(_values([row]))
    return {owner: values for owner, values in owners.items() if values}


def groups_from(rows: Iterable[Mapping[str, Any]], key: str = "id_shop") -> dict[str, str]:
    """The group of each shop, from rows that name both."""
    found = ((reference(row.get(key)), reference(row.get("id_shop_group"))) for row in rows)
    return {shop: group for shop, group in found if shop and group}


def _owner(row: Mapping[str, Any]) -> str:
    shop, group = reference(row.get("id_shop")), reference(row.get("id_shop_group"))
    return f"shop {shop}" if shop else f"group {group}" if group else ""


def _values(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found = ((text(row.get("name")), text(row.get("value"))) for row in rows)
    return {name: value for name, value in found if name and value}


def configuration_from(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The values that hold for all shops, by name."""
    return _values(row for row in rows if not _owner(row))
