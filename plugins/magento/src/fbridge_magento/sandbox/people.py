"""Customers of the emulated shop, with the letters that real ones have."""

from __future__ import annotations

from random import Random
from typing import Any

NAMES = (
    ("Zoë", "Müller"),
    ("Maria Grazia", "Dell'Acqua"),
    ("Niccolò", "D'Angelo"),
    ("Łucja", "Wójcik"),
    ("François", "Lefèvre"),
    ("Beatrice", "Caffè"),
    ("Đorđe", "Šarić"),
    ("李", "小龙"),
    ("Chiara", "Lo Presti"),
    ("Søren", "Ó Briain"),
)
COMPANIES = ("", "", "", "Caffè & Co. S.r.l.")
STREETS = (
    ("Viale Libertà {}",),
    ("Piazza San Niccolò {}",),
    ("Via dell’Orso {}", "Scala B, int. 3"),
    ("C/da Contrà Sant'Agnese {}/bis",),
    ("Str. Ciù-Ciù {}",),
)
PLACES = (
    ("Cantù", "22063", "Como", "CO", 859, "IT"),
    ("Forlì", "47121", "Forli-Cesena", "FC", 869, "IT"),
    ("San Donà di Piave", "30027", "Venezia", "VE", 935, "IT"),
    ("Patù", "73053", "Lecce", "LE", 878, "IT"),
    ("Roma", "00184", "Roma", "RM", 913, "IT"),
    ("Bolzano/Bozen", "39100", "Bolzano", "BZ", 846, "IT"),
    ("L'Aquila", "67100", "L'Aquila", "AQ", 877, "IT"),
    ("München", "80331", "Bayern", "BAY", 81, "DE"),
)
COUNTRY_WEIGHTS = (4, 4, 4, 4, 4, 4, 4, 1)


def made_address(random: Random, order_id: int) -> dict[str, Any]:
    """An address without what belongs to an order: ids and type."""
    first, last = random.choice(NAMES)
    city, postcode, region, code, region_id, country = random.choices(PLACES, COUNTRY_WEIGHTS)[0]
    address = {
        "city": city,
        "country_id": country,
        "email": f"cliente{order_id}@example.test",
        "firstname": first,
        "lastname": last,
        "postcode": postcode,
        "region": region,
        "region_code": code,
        "region_id": region_id,
        "street": [line.format(random.randint(1, 150)) for line in random.choice(STREETS)],
        "telephone": f"+39 06 {order_id:07d}",
    }
    company = random.choice(COMPANIES)
    return address | {"company": company, "vat_id": "IT01234567897"} if company else address
