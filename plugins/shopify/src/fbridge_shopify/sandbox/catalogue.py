"""The articles, places and people of the emulated shop."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from fbridge_shopify.sandbox.records import Location


@dataclass(frozen=True, slots=True)
class Product:
    """An article. ``warehouse`` is its location; nothing of a virtual one is shipped."""

    id: int
    sku: str
    title: str
    price: Decimal
    warehouse: int
    variant: str | None = None
    virtual: bool = False


LOCATIONS = (
    Location(70_000_000_001, "Magazzino Milano", "Milano"),
    Location(70_000_000_002, "Negozio Torino", "Torino"),
    Location(70_000_000_003, "Logistica Terzi", "Piacenza", managed="third_party"),
)
MILAN, TURIN, LOGISTICS = (location.id for location in LOCATIONS)

CATALOGUE = (
    Product(8001, "OLIO-EVO-1L", "Olio extravergine", Decimal("18.90"), MILAN, "1 L"),
    Product(8002, "OLIO-EVO-5L", "Olio extravergine", Decimal("79.00"), MILAN, "5 L"),
    Product(8003, "PASTA-GRAGN", "Pasta di Gragnano", Decimal("3.40"), MILAN, "500 g"),
    Product(8004, "CAFFE-MOKA", "Caffè «Moka» macinato", Decimal("7.80"), MILAN, "250 g"),
    Product(8005, "PARM-36M", "Parmigiano 36 mesi", Decimal("32.50"), MILAN, "1 kg"),
    Product(8006, "TAZZA-BLU", "Tazza d’autore", Decimal("14.00"), TURIN, "Blu / Größe M"),
    Product(8007, "GREMB-01", "Grembiule da cucina", Decimal("24.90"), TURIN),
    Product(8008, "BOX-REGALO", "Cesto regalo", Decimal("59.00"), LOGISTICS),
)
VIRTUAL = Product(8100, "CORSO-PDF", "Corso di cucina (PDF)", Decimal("19.00"), MILAN, virtual=True)

FIRST_NAMES = ("Giulia", "Niccolò", "Łucja", "Zoë", "François", "Chiara", "Đorđe", "Màrio", "Anna", "Søren")
LAST_NAMES = (
    "Rossi",
    "D'Angelo",
    "De Amicis",
    "Bàssani",
    "Ñuñez",
    "Çelik",
    "Ó Briain",
    "Bianchi",
    "Lo Presti",
)
STREETS = ("Via dell’Orso", "Via dei Mille", "Corso Garibaldi", "Piazza Duomo", "Località Ca’ Bianca")
ITALIAN = (
    ("Milano", "MI", "Milano", "20121"),
    ("Roma", "RM", "Roma", "00184"),
    ("Bolzano/Bozen", "BZ", "Bolzano", "39100"),
    ("L'Aquila", "AQ", "L'Aquila", "67100"),
    ("Sant’Agata de’ Goti", "BN", "Benevento", "82019"),
    ("Lecce", "LE", "Lecce", "73100"),
)
ABROAD = (
    ("Berlin", None, None, "10119", "DE", "Germany", "Torstraße 12"),
    ("Lugano", "TI", "Ticino", "6900", "CH", "Switzerland", "Via Nassa 3"),
    ("Kraków", None, None, "31-042", "PL", "Poland", "ul. Floriańska 7/2"),
    ("Lyon", None, None, "69002", "FR", "France", "Rue de l’Arbre-Sec 9"),
)


def find_product(sku: str) -> Product:
    """The article of this SKU. Raises: LookupError."""
    for product in (*CATALOGUE, VIRTUAL):
        if product.sku == sku:
            return product
    raise LookupError(f"The sandbox has no article {sku}.")


def made_address(random: Random, key: int) -> dict[str, Any]:
    """An address in Shopify's words; one in six is not in Italy."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    person = {
        "firstName": first,
        "lastName": last,
        "name": f"{first} {last}",
        "company": "Caffè & Co. S.r.l." if key % 5 == 0 else None,
        "address2": "Scala B, int. 3" if key % 3 == 0 else None,
        "phone": f"+39 02 {key % 10_000_000:07d}" if key % 4 else None,
    }
    if key % 6 == 0:
        city, code, province, postcode, country_code, country, street = random.choice(ABROAD)
    else:
        city, code, province, postcode = random.choice(ITALIAN)
        country_code, country = "IT", "Italy"
        street = f"{random.choice(STREETS)} {random.randint(1, 200)}"
    return person | {
        "address1": street,
        "city": city,
        "zip": postcode,
        "province": province,
        "provinceCode": code,
        "country": country,
        "countryCode": country_code,
        "countryCodeV2": country_code,
    }
