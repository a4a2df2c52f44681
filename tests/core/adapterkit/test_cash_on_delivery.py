"""Names that merchants give to cash on delivery, and names that only sound like it."""

from __future__ import annotations

import pytest

from fbridge.adapterkit.cash_on_delivery import is_cash_on_delivery

COD = (
    # What modules and plugins call themselves
    *("ps_cashondelivery", "codfee", "maofree_cashondeliveryfee", "wc_cod", "phoenix_cashondelivery"),
    # Italy
    *("Contrassegno", "Contrassegno (+5 EUR)", "Pagamento in contrassegno", "Contanti alla consegna"),
    *("Paga alla consegna - solo Italia", "Contro assegno", "PAGAMENTO ALLA CONSEGNA", "Paga al corriere"),
    # English, as Shopify itself names it, and Ireland, Malta
    *("Cash on Delivery (COD)", "cash_on_delivery", "COD", "Pay on delivery", "Cash-on-delivery 4.90"),
    *("Airgead ar sheachadadh",),
    # Germany, Austria
    *(
        "Nachnahme",
        "Nachnahmegebühr 6,90 €",
        "Per Nachnahme",
        "Barzahlung bei Lieferung",
        "Zahlung bei Zustellung",
    ),
    # France, Belgium, Luxembourg
    *("Paiement à la livraison", "Contre-remboursement", "CONTRE REMBOURSEMENT", "Espèces à la livraison"),
    # Spain, Portugal
    *("Contra reembolso", "Pago contrarreembolso", "Pago contra entrega", "Pago a la entrega", "À cobrança"),
    *("Pagamento na entrega", "Contra reemborsament"),
    # Netherlands, Flanders
    *("Onder rembours", "Betalen bij levering", "Betaling bij aflevering"),
    # Poland, Czechia, Slovakia, Hungary, Romania, Bulgaria
    *("Za pobraniem", "Płatność przy odbiorze", "Przesyłka pobraniowa", "Dobírka", "Na dobírku (+39 Kč)"),
    *("Platba při převzetí", "Dobierka", "Utánvét", "Utánvétes fizetés", "Ramburs", "Plată la livrare"),
    *("Plata ramburs la curier", "Наложен платеж"),
    # Slovenia, Croatia, Greece
    *("Plačilo po povzetju", "Plaćanje pouzećem", "Pouzeće", "Αντικαταβολή", "ΑΝΤΙΚΑΤΑΒΟΛΗ +2€"),
    # Sweden, Denmark, Finland, the Baltic states
    *("Postförskott", "Efterkrav", "Postiennakko", "Lunamaks", "Apmaksa saņemot", "Mokėjimas kurjeriui"),
    *("Atsiskaitymas pristatymo metu",),
    # Other words for the same, as merchants write them
    *("Pagamento al ricevimento", "C.O.D.", "Barnachnahme", "Zahlung an den Zusteller", "Pago al recibir"),
    *("Contra rembolso", "Paiement à la réception", "Betaling aan de deur", "Płatność u kuriera (+5 zł)"),
    *(
        "Płatność przy dostawie",
        "Platba kartou při doručení",
        "Platba kuriérovi",
        "Plata cu cardul la livrare",
    ),
    *("Plată la primire", "Πληρωμή κατά την παράδοση", "Antikatavoli", "Fizetés a futárnak"),
    *("Плащане при доставка", "Накладений платіж", "Plačilo ob prevzemu", "Plaćanje prilikom preuzimanja"),
)
NOT_COD = (
    *(
        "Bonifico bancario",
        "shopify_payments",
        "PayPal",
        "Scalapay",
        "Carta di credito",
        "Contanti in negozio",
    ),
    *(
        "Codice sconto",
        "Encoded",
        "manual",
        "Bank Deposit",
        "Klarna - pay later",
        "Rechnung",
        "Barzahlung bei Abholung",
    ),
    *("Vorkasse", "Przelewy24", "Płatność przy odbiorze osobistym", "Postcode lottery", "Money Order", ""),
    *("Pago con tarjeta", "Plata cu cardul", "Płatność kartą", "Platba převodem", "Pagamento al ritiro"),
    *(
        "Bancontact",
        "Consegna gratuita, bonifico anticipato",
        "Livraison offerte",
        "Virement avant livraison",
    ),
)


@pytest.mark.parametrize("name", COD)
def test_a_name_of_cash_on_delivery(name: str) -> None:
    assert is_cash_on_delivery(name)


@pytest.mark.parametrize("name", NOT_COD)
def test_another_name(name: str) -> None:
    assert not is_cash_on_delivery(name)
