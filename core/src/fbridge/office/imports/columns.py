"""The names of columns that are known, English and Italian. Pure.

Each name stands as :func:`fbridge.office.tables.headers.plain` makes it: small letters and digits, single blanks.
What couriers and ERPs call by one word for two things (``numero``, ``codice``) is left to a map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fbridge.office.imports.paper_columns import (
    DEPARTURE,
    DESTINATION,
    DOCUMENT_TEXTS,
    GOODS_TEXTS,
    PAPER_FIELDS,
)

KEYS = ("document", "reference", "shipment", "order")

_KEY_NAMES = {
    "order": (
        "order, order number, order no, order nr, order id, order ref, order reference, web order, store order, "
        "ordine, numero ordine, n ordine, nr ordine, num ordine, ordine n, ordine nr, ordine numero, ordine web, "
        "numero ordine web, n ordine web, ordine cliente, numero ordine cliente, vs ordine, vostro ordine, "
        "rif ordine, riferimento ordine, ordine sito, numero ordine sito, order name"
    ),
    "store": "store, shop, store name, sito, negozio, negozio online, sito web, nome sito",
    "shipment": "shipment, our shipment, nostra spedizione",
    "reference": (
        "reference, our reference, sender reference, sender ref, shipper reference, shipper ref, customer reference, "
        "riferimento, rif, riferimento mittente, rif mittente, riferimento cliente, rif cliente, nostro riferimento, "
        "ns riferimento, ns rif, rif interno, riferimento interno, rif num mittente, rif numerico mittente, "
        "riferimento numerico, riferimento alfabetico"
    ),
    "document": (
        "document, document number, document no, document nr, doc number, doc no, delivery note, "
        "delivery note number, dispatch note, documento, numero documento, n documento, nr documento, num documento, "
        "documento n, documento numero, num doc, n doc, nr doc, numero doc, ddt, numero ddt, n ddt, nr ddt, num ddt, "
        "ddt n, ddt numero, bolla, numero bolla, n bolla, documento di trasporto"
    ),
    "series": (
        "series, document series, serie, serie documento, serie ddt, sezionale, sezione, suffisso, registro"
    ),
    "source": "source, document source, origine documento, gestionale, erp",
    "year": "year, document year, anno, anno documento, anno ddt, esercizio",
    "document_date": (
        "document date, date of document, doc date, delivery note date, data documento, data doc, data ddt, "
        "documento data, ddt data, data bolla, data del documento, data del ddt"
    ),
}

_NUMBER_NAMES = {
    "carrier": (
        "carrier, carrier code, courier, carrier name, shipper, shipping company, corriere, codice corriere, "
        "vettore, codice vettore, nome corriere, nome vettore, spedizioniere, trasportatore"
    ),
    "tracking": (
        "tracking, tracking number, tracking numbers, tracking no, tracking nr, tracking code, tracking id, "
        "tracking 1, tracking 2, tracking 3, tracking 4, waybill, waybill number, waybill no, air waybill, awb, "
        "awb number, consignment, consignment number, numero tracking, n tracking, codice tracking, "
        "codice di tracciatura, codice tracciatura, tracciatura, tracciamento, lettera di vettura, "
        "numero lettera di vettura, n lettera di vettura, lettera vettura, ldv, numero ldv, n ldv, nr ldv, "
        "numero spedizione, n spedizione, nr spedizione, num spedizione, codice spedizione, parcel number, "
        "parcel numbers, barcode collo, segnacollo, numero collo"
    ),
    "parcels": (
        "parcels, number of parcels, packages, number of packages, boxes, cartons, pieces, colli, numero colli, "
        "n colli, nr colli, num colli, tot colli, totale colli, numero di colli"
    ),
}

_GOODS_NAMES = {
    "line": "line, line id, order line, riga, id riga, riga ordine, numero riga",
    "sku": (
        "sku, item, item code, article, article code, article number, product code, articolo, codice articolo, "
        "cod articolo, cod art, codice prodotto, prodotto"
    ),
    "quantity": "quantity, qty, quantita, qta, q ta, quantita spedita, qta spedita, pezzi, numero pezzi",
    "weight": (
        "weight, gross weight, total weight, weight kg, weight in kg, gross weight kg, kg, peso, peso kg, "
        "peso in kg, peso lordo, peso lordo kg, peso totale, peso totale kg, peso tot, peso reale"
    ),
    "weight_grams": "weight g, weight gr, weight in g, weight grams, grams, peso g, peso gr, peso in grammi, grammi",
    "cod": (
        "cod, cod amount, cash on delivery, amount to collect, cash to collect, contrassegno, importo contrassegno, "
        "valore contrassegno, contrass, c assegno, ammontare contrassegno, importo da incassare, da incassare"
    ),
    "currency": "currency, cod currency, valuta, divisa",
    "warehouse": "warehouse, location, magazzino, deposito, codice magazzino, deposito di partenza",
    "note": "note, notes, remarks, comment, comments, annotazioni, osservazioni, note corriere, note consegna",
    "date": "date, data",
}

_RECIPIENT_NAMES = {
    "name": (
        "name, recipient, recipient name, consignee, consignee name, customer, customer name, ship to, "
        "ship to name, nome, destinatario, nome destinatario, destinatario nome, ragione sociale destinatario, "
        "cliente, nominativo, intestatario, cognome e nome"
    ),
    "company": "company, recipient company, azienda, ditta, societa, ragione sociale, rag soc",
    "street": (
        "street, address, street address, recipient address, address 1, ship to address, via, indirizzo, "
        "indirizzo destinatario, destinatario indirizzo, indirizzo di spedizione, indirizzo 1"
    ),
    "postcode": (
        "postcode, postal code, zip, zip code, post code, recipient postcode, cap, cap destinatario, "
        "destinatario cap, codice postale"
    ),
    "city": (
        "city, town, recipient city, recipient town, place, citta, localita, comune, citta destinatario, "
        "localita destinatario, destinatario citta, destinatario localita"
    ),
    "province": (
        "province, state, county, region, provincia, prov, pr, provincia destinatario, prov destinatario, "
        "destinatario provincia, sigla provincia"
    ),
    "country": (
        "country, country code, recipient country, nazione, paese, stato, codice nazione, nazione destinatario, "
        "paese destinatario, codice paese, destinatario nazione"
    ),
    "phone": (
        "phone, telephone, mobile, phone number, recipient phone, telefono, cellulare, tel, cell, "
        "telefono destinatario, destinatario telefono"
    ),
    "email": (
        "email, e mail, mail, email address, recipient email, indirizzo email, posta elettronica, "
        "email destinatario, destinatario email, e mail destinatario"
    ),
}

_RETURN_NAMES = {
    "kind": (
        "kind, outcome, exception, event, status, state, delivery status, return kind, esito, esito consegna, stato, "
        "stato consegna, stato spedizione, tipo, tipo reso, tipo evento, evento, anomalia, anomalia consegna"
    ),
    "reason": (
        "reason, return reason, cause, note, notes, remarks, comment, motivo, motivo giacenza, motivo reso, "
        "motivo mancata consegna, motivazione, causale, causale giacenza, annotazioni, osservazioni, "
        "descrizione, descrizione evento"
    ),
    "returned_on": (
        "date, return date, returned on, event date, data, data evento, data esito, data giacenza, data reso, "
        "data rientro, data apertura, data apertura giacenza, apertura giacenza"
    ),
}

TRACKING_FIELDS = (*_KEY_NAMES, *_NUMBER_NAMES)
SHIPMENT_FIELDS = (
    *(name for name in _KEY_NAMES if name not in {"shipment", "reference"}),
    *_NUMBER_NAMES,
    *_GOODS_NAMES,
    *_RECIPIENT_NAMES,
    *PAPER_FIELDS,
)
RECIPIENT_FIELDS = tuple(_RECIPIENT_NAMES)
PROBLEM_COLUMN = "refused because"
"""What fbridge writes beside refused rows; it is not read again."""


def _by_name(*groups: Mapping[str, str]) -> dict[str, str]:
    pairs = ((field, names) for group in groups for field, names in group.items())
    found: dict[str, str] = {}
    for field, names in pairs:
        for name in (*names.split(", "), field.replace("_", " ")):
            found.setdefault(name, field)
    return found


_ALL = _by_name(
    _KEY_NAMES,
    _NUMBER_NAMES,
    _GOODS_NAMES,
    _RECIPIENT_NAMES,
    GOODS_TEXTS,
    DOCUMENT_TEXTS,
    DEPARTURE,
    DESTINATION,
)


def return_recogniser() -> Callable[[str], str | None]:
    """The same for files of what came back, where ``stato`` is no country."""
    own = _by_name(_RETURN_NAMES)
    keys = recogniser((*_KEY_NAMES, "tracking"))
    return lambda name: own.get(name) or keys(name)


def recogniser(fields: Iterable[str]) -> Callable[[str], str | None]:
    """From a plain header to the field that it names, among these."""
    known = frozenset(fields)

    def recognise(name: str) -> str | None:
        field = _ALL.get(name)
        return field if field in known else None

    return recognise
