"""The names of columns that tell what stands on a document's paper, English and Italian. Pure.

They are written as those of :mod:`fbridge.office.imports.columns`. What is text may stand in several columns.
"""

from __future__ import annotations

GOODS_TEXTS = {
    "description": (
        "description, item description, article description, product description, goods, descrizione, "
        "descrizione articolo, descrizione prodotto, descrizione beni, descrizione dei beni, descrizione merce, "
        "descrizione della merce, natura e qualita, natura e qualita dei beni"
    ),
    "unit": "unit, unit of measure, unit of measurement, uom, um, u m, unita, unita di misura, unita misura",
    "shelf": (
        "shelf, bin, bin location, shelf location, storage bin, picking place, ubicazione, scaffale, "
        "posizione magazzino, ubicazione magazzino, scaffalatura"
    ),
}
DOCUMENT_TEXTS = {
    "vat_number": (
        "vat number, vat no, vat id, vat, recipient vat number, customer vat number, partita iva, p iva, piva, "
        "partita iva destinatario, p iva destinatario, partita iva cliente, p iva cliente"
    ),
    "tax_code": (
        "tax code, tax id, fiscal code, recipient tax code, customer tax code, codice fiscale, cod fiscale, "
        "cod fisc, c f, cf, codice fiscale destinatario, codice fiscale cliente"
    ),
    "carrier_address": (
        "carrier address, courier address, carrier s address, indirizzo vettore, indirizzo corriere, "
        "indirizzo del vettore, vettore indirizzo, sede vettore, domicilio vettore, residenza vettore"
    ),
    "reason": (
        "reason, reason of transport, reason for transport, transport reason, causale, causale trasporto, "
        "causale del trasporto, causale di trasporto, causale documento"
    ),
    "appearance": (
        "appearance, outer appearance, appearance of goods, appearance of the goods, packaging, aspetto, "
        "aspetto esteriore, aspetto beni, aspetto dei beni, aspetto esteriore beni, aspetto esteriore dei beni, "
        "imballo"
    ),
    "freight": "freight, freight terms, porto, tipo porto, resa, carriage",
    "transport_by": (
        "transport by, transport in charge of, carried by, trasporto a cura di, trasporto a cura del, "
        "trasporto a cura, trasporto a mezzo, trasporto mezzo, a cura di, a mezzo, mezzo di trasporto, "
        "incaricato del trasporto, consegna a mezzo, spedizione a mezzo, trasporto"
    ),
    "departure_time": (
        "departure time, time of departure, hour of departure, transport start time, ora, ora partenza, "
        "ora di partenza, ora inizio trasporto, ora trasporto, ora spedizione, ora ritiro"
    ),
}
DEPARTURE = {
    "departure": (
        "departure, departure date, date of departure, transport date, transport start date, ship date, "
        "shipping date, data spedizione, data partenza, data di partenza, data inizio trasporto, "
        "data e ora inizio trasporto, inizio trasporto, data trasporto, data del trasporto"
    ),
}
DESTINATION = {
    "destination_name": (
        "destination name, delivery name, delivery to, nome destinazione, destinazione nome, destinazione, "
        "destinazione diversa, destinazione merce, luogo di destinazione, luogo destinazione"
    ),
    "destination_company": (
        "destination company, delivery company, azienda destinazione, ditta destinazione, "
        "ragione sociale destinazione, destinazione ragione sociale"
    ),
    "destination_street": (
        "destination street, destination address, delivery street, delivery address, indirizzo destinazione, "
        "destinazione indirizzo, via destinazione, indirizzo di destinazione, indirizzo di consegna"
    ),
    "destination_postcode": "destination postcode, delivery postcode, cap destinazione, destinazione cap",
    "destination_city": (
        "destination city, delivery city, citta destinazione, localita destinazione, comune destinazione, "
        "destinazione citta, destinazione localita, destinazione comune, citta di destinazione"
    ),
    "destination_province": (
        "destination province, delivery province, provincia destinazione, prov destinazione, "
        "destinazione provincia, destinazione prov"
    ),
    "destination_country": (
        "destination country, delivery country, nazione destinazione, paese destinazione, destinazione nazione, "
        "destinazione paese"
    ),
}
TEXTS = (*GOODS_TEXTS, *DOCUMENT_TEXTS)
PAPER_FIELDS = (*TEXTS, *DEPARTURE, *DESTINATION)
