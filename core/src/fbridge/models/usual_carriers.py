"""Carriers to start from: their names, public tracking pages and kinds of numbers, each with its source. Pure.

What is not published, or only by hearsay, is left out: then a carrier has a name and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from fbridge.models.number_shapes import (
    ALL_SHAPES,
    DHL_EXPRESS,
    FEDEX_EXPRESS,
    FEDEX_GROUND,
    UPS_1Z,
    NumberShape,
    NumberWarning,
)

_AST = "provider list of Advanced Shipment Tracking for WooCommerce"
_CORE = "carriers of WooCommerce's own fulfillments"
_TRACKING = "provider list of Shipment Tracking for WooCommerce"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualCarrier:
    """A carrier that many have. ``shapes`` are all kinds of its numbers, none where that is not published."""

    code: str
    name: str
    tracking_url: str = ""
    source: str = ""
    also: tuple[str, ...] = ()
    shapes: tuple[NumberShape, ...] = ()


USUAL_CARRIERS = (
    UsualCarrier(
        code="BRT",
        name="BRT Corriere Espresso",
        tracking_url="https://vas.brt.it/vas/sped_det_show.hsm?referer=sped_numspe_par.htm&Nspediz={number}",
        source=_AST,
        also=("BARTOLINI",),
    ),
    UsualCarrier(
        code="GLS",
        name="GLS Italy",
        tracking_url="https://www.gls-italy.com/?option=com_gls&view=track_e_trace&numero_spedizione={number}",
        source=_AST,
        also=("GLSITALY", "GENERALLOGISTICSSYSTEMS"),
    ),
    UsualCarrier(
        code="POSTE",
        name="Poste Italiane",
        tracking_url="https://www.poste.it/cerca/index.html#/risultati-spedizioni/{number}",
        source=_AST,
        also=("POSTEITALIANE",),
    ),
    UsualCarrier(
        code="SDA", name="SDA Express Courier", tracking_url="https://www.sda.it/track/{number}", source=_CORE
    ),
    UsualCarrier(
        code="DHL",
        name="DHL Express",
        tracking_url="https://www.dhl.com/en/express/tracking.html?AWB={number}",
        source=_AST,
        also=("DHLEXPRESS",),
        shapes=(DHL_EXPRESS,),
    ),
    UsualCarrier(
        code="UPS",
        name="UPS",
        tracking_url="https://www.ups.com/track?tracknum={number}",
        source=_AST,
        also=("UNITEDPARCELSERVICE",),
        shapes=(UPS_1Z,),
    ),
    UsualCarrier(
        code="FEDEX",
        name="FedEx",
        tracking_url="https://www.fedex.com/fedextrack/?tracknumbers={number}",
        source=_CORE,
        shapes=(FEDEX_EXPRESS, FEDEX_GROUND),
    ),
    UsualCarrier(
        code="TNT",
        name="TNT",
        tracking_url="https://www.tnt.com/express/en_gb/site/shipping-tools/tracking.html?searchType=con&cons={number}",
        source=_TRACKING,
    ),
    UsualCarrier(
        code="DPD",
        name="DPD",
        tracking_url="https://tracking.dpd.de/status/en_US/parcel/{number}",
        source=_TRACKING,
    ),
    UsualCarrier(code="INPOST", name="InPost"),
    UsualCarrier(
        code="MONDIALRELAY",
        name="Mondial Relay",
        tracking_url="https://www.mondialrelay.fr/suivi-colis/{number}",
        source=_CORE,
    ),
)
"""The carriers that `carrier suggest` and `doctor` know without being told."""


def usual_carrier(code: str) -> UsualCarrier | None:
    """The one with this code or name, whatever its case and blanks."""
    wanted = _bare(code)
    for carrier in USUAL_CARRIERS:
        if wanted in {_bare(carrier.code), _bare(carrier.name), *carrier.also}:
            return carrier
    return None


def number_warnings(
    numbers: tuple[str, ...], carrier: str, order_number: str = ""
) -> tuple[NumberWarning, ...]:
    """What is odd about numbers of a carrier (its code or name); nothing where nothing is known of it."""
    usual = usual_carrier(carrier)
    found = (_odd(number, usual, order_number) for number in numbers)
    return tuple(warning for warning in found if warning is not None)


def _odd(number: str, usual: UsualCarrier | None, order_number: str) -> NumberWarning | None:
    if order_number and number.lstrip("#") == order_number.lstrip("#"):
        words = f"{number} is the number of the order; is it the tracking number too?"
        return NumberWarning(number=number, reason="is_order_number", words=words)
    text = number.upper()
    shapes = usual.shapes if usual else ()
    fitting = [shape for shape in shapes or ALL_SHAPES if shape.pattern.fullmatch(text)]
    right = [shape for shape in fitting if shape.checks(text)]
    if usual and shapes and not fitting:
        kinds = " or ".join(shape.name for shape in shapes)
        words = f"{number} does not look like a number of {usual.name} ({kinds})."
        zeros = _lost_zeros(text, shapes)
        if zeros:
            words = f"{number} has lost its leading zeros: of {usual.name} it is {zeros}."
        return NumberWarning(number=number, reason="lost_zeros" if zeros else "unusual_number", words=words)
    own = [shape for shape in fitting if shapes or shape.known_by_itself]
    if own and not right:
        words = f"The check digit of {number} is wrong ({own[0].name}); a digit may be mistyped."
        return NumberWarning(number=number, reason="check_digit", words=words)
    return _of_another(number, right, usual)


def _of_another(number: str, right: list[NumberShape], usual: UsualCarrier | None) -> NumberWarning | None:
    """A number that only another carrier gives. Postal numbers (S10) travel with many."""
    if usual is None or usual.shapes or UPS_1Z not in right:
        return None
    words = f"{number} is a number of UPS, and the parcel goes with {usual.name}."
    return NumberWarning(number=number, reason="other_carriers_number", words=words)


def _lost_zeros(text: str, shapes: tuple[NumberShape, ...]) -> str:
    """The number as it was, where zeros before it make it one of the carrier's, check digit and all."""
    if not text.isdigit():
        return ""
    for shape in shapes:
        for width in range(len(text) + 1, len(text) + 6):
            padded = text.zfill(width)
            if shape.pattern.fullmatch(padded) and shape.checks(padded):
                return padded
    return ""


def _bare(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKD", name.upper()))
