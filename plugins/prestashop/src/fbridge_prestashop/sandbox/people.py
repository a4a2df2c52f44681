"""The customers of the emulated shop and their addresses; a customer's first address has the id + 4."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5

from fbridge_prestashop.sandbox.dates import NO_DATE
from fbridge_prestashop.sandbox.schema import Row

FIRST_CUSTOMER = 2
DEMO_ADDRESS = 5
ADDRESS_AFTER_CUSTOMER = 4
OTHER_ADDRESS = 100_000
"""Every fifth customer has a second address, with the id of the first one more than this."""

NAMES = (
    ("Niccolò", "D'Angelo"),
    ("Zoë", "Müller"),
    ("Łukasz", "Castán"),
    ("François", "Rossi"),
    ("Иван", "Петров"),
    ("Giulia", "Bàssani"),
    ("Siobhán", "Ó Briain"),
    ("Anna Maria", "Lo Presti"),
)
PLACES = (
    ("Via dell’Orso", "20121", "Milano", "10", "182"),
    ("Via Chiaia", "80121", "Napoli", "10", "186"),
    ("Via Però", "22063", "Cantù", "10", "152"),
    ("Piazza Walther/Waltherplatz", "39100", "Bolzano/Bozen", "10", "141"),
    ("Via dei Mille", "73100", "Lecce", "10", "174"),
    ("Corso «Garibaldi»", "00184", "Roma", "10", "211"),
    ("Torstraße", "10119", "Berlin", "1", "0"),
    ("Via Nassa", "6900", "Lugano", "19", "0"),
)


def address_of(customer_id: int) -> int:
    """The id of a customer's first address."""
    return customer_id + ADDRESS_AFTER_CUSTOMER


def made_customers(count: int, since: str) -> Iterator[Row]:
    """So many customers, registered at ``since`` (the shop's time)."""
    for customer_id in range(FIRST_CUSTOMER, FIRST_CUSTOMER + count):
        yield made_customer(customer_id, since)


def made_customer(customer_id: int, since: str) -> Row:
    """A customer, made from the id alone."""
    first, last = NAMES[customer_id % len(NAMES)]
    return {
        "id": customer_id,
        "id_default_group": "3",
        "id_lang": str(1 + customer_id % 2),
        "newsletter_date_add": NO_DATE,
        "ip_registration_newsletter": None,
        "last_passwd_gen": since,
        "deleted": "0",
        "lastname": last,
        "firstname": first,
        "email": f"cliente{customer_id}@example.invalid",
        "id_gender": "0",
        "birthday": "0000-00-00",
        "newsletter": "0",
        "optin": "0",
        "website": None,
        "company": None,
        "siret": None,
        "ape": None,
        "outstanding_allow_amount": "0.000000",
        "show_public_prices": "0",
        "id_risk": "0",
        "max_payment_days": "0",
        "active": "1",
        "note": None,
        "is_guest": "1" if customer_id % 7 == 0 else "0",
        "id_shop": "1",
        "id_shop_group": "1",
        "date_add": since,
        "date_upd": since,
        "reset_password_token": None,
        "reset_password_validity": NO_DATE,
        "groups": [{"id": "3"}],
    } | secrets_of(customer_id)


def secrets_of(customer_id: int) -> Row:
    """What a real store gives away with ``display=full``."""
    return {"passwd": _digest("passwd", customer_id), "secure_key": secure_key(customer_id)}


def secure_key(customer_id: int) -> str:
    """The customer's key, which stands in the orders as well."""
    return _digest("secure_key", customer_id)


def made_addresses(count: int, since: str) -> Iterator[Row]:
    """The addresses of so many customers; the first one has another, from the shop's demo data."""
    yield made_address(DEMO_ADDRESS, FIRST_CUSTOMER, since)
    for customer_id in range(FIRST_CUSTOMER, FIRST_CUSTOMER + count):
        yield made_address(address_of(customer_id), customer_id, since)
        if customer_id % 5 == 0:
            other = OTHER_ADDRESS + address_of(customer_id)
            yield made_address(other, customer_id, since) | {
                "alias": "Ufficio",
                "address2": "c/o Ditta & Figli",
            }


def made_address(address_id: int, customer_id: int, since: str) -> Row:
    """An address, made from the ids alone."""
    first, last = NAMES[customer_id % len(NAMES)]
    street, postcode, city, country, state = PLACES[(address_id * 5) % len(PLACES)]
    italian = country == "10"
    return {
        "id": address_id,
        "id_customer": str(customer_id),
        "id_manufacturer": "0",
        "id_supplier": "0",
        "id_warehouse": "0",
        "id_country": country,
        "id_state": state,
        "alias": "Casa",
        "company": "Caffè & Co. S.r.l." if customer_id % 4 == 0 else "",
        "lastname": last,
        "firstname": first,
        "vat_number": "IT01234567897" if italian and customer_id % 4 == 0 else "",
        "address1": f"{street} {1 + address_id % 150}",
        "address2": "Scala B, int. 3" if address_id % 3 == 0 else "",
        "postcode": postcode,
        "city": city,
        "other": "Citofonare «Rossi» – piano 3°" if address_id % 6 == 0 else "",
        "phone": f"+39 06 55{address_id % 100_000:05d}" if address_id % 4 else "",
        "phone_mobile": f"+39 333 12{address_id % 100_000:05d}",
        "dni": "RSSMRA80A01H501U" if italian and address_id % 2 else "",
        "deleted": "0",
        "date_add": since,
        "date_upd": since,
    }


def _digest(what: str, customer_id: int) -> str:
    return md5(f"sandbox {what} {customer_id}".encode(), usedforsecurity=False).hexdigest()
