"""Whether the name of a payment method says that the courier collects the money. Pure.

Where a merchant names the methods, he does so in his own language and with a fee or a remark beside it. Known are the
usual names in the languages of the European Union; a store's own are a setting of its adapter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NAMES = (
    # As modules call themselves; English, Maltese shops too; Irish
    r"\w*cashondelivery|cod ?fee|cod\b|c o d\b|cash (up)?on delivery|cash at delivery",
    r"pay(ment|able)? (up)?on delivery|(card|collect) on delivery",
    r"ar sheachadadh",
    # Italian
    r"contras?segno|contro assegno|(contanti|pagamento|paga|pagare|pago|carta|pos) alla consegna",
    r"(contanti|pagamento|paga|pagare|pago) al (corriere|ricevimento)",
    # German
    r"\w*nachnahme|\w*zahlung (an den zusteller|an den paketboten|beim paketboten)",
    r"(bar|\w*zahlung|\w*zahlen)( sie)? (bei|an) (der )?(lieferung|zustellung|haustur|ubergabe)",
    # French
    r"contre remboursement|(paiement|payer|payez|reglement|especes|carte) a la (livraison|reception)",
    # Spanish, Catalan, Portuguese
    r"contrar?reembols\w*|contrar?rembols\w*|contra re?embols\w*|pago al recibir",
    r"contra reemborsament|contra ?entrega|a cobranca",
    r"(pago|pagar|paga|efectivo|pagamento) (a la|en la|na|no ato da) entrega",
    # Dutch
    r"rembours|(betal\w*|contant|pin\w*) (bij (af)?levering|aan de deur)",
    # Polish, Czech, Slovak
    r"pobrani\w*|przy (odbiorze(?! osobist)|dostawie)|(płatnosc|zapłata|gotowka) (u kuriera|kurierowi)",
    r"dobirk\w*|dobierk\w*|pri prevzeti|pri prevzati|pri doruceni|(platba|hotove|hotovost) kuryrovi|platba kurierovi",
    # Hungarian, Romanian, Bulgarian
    r"utanvet\w*|(fizetes|keszpenz) a futar\w*|ramburs|(plata|numerar|cash|card\w*) la (livrare|curier|primire)",
    r"(наложен\w*|накладении) платіж|наложен\w* платеж|плащане при доставка|оплата при получении",
    # Slovene, Croatian, Greek
    r"po povzetj\w*|povzetj\w*|(placilo|gotovina) ob (prevzemu|dostavi)|pouzec\w*|(pri|prilikom) preuzimanj\w*",
    r"αντικαταβολ\w*|antikatavoli|(πληρωμη|μετρητα|καρτα) κατα την παραδοση",
    # Swedish, Danish, Finnish
    r"postforskott|efterkrav|postiennakko|jalkivaatimus",
    # Estonian, Latvian, Lithuanian
    r"lunamaks|pecmaksa|apmaksa (pie )?sanem\w*|pristatymo metu|(mok|apmok|atsiskait)\w* kurjeriui",
)
_SAID = re.compile(r"\b(?:" + "|".join(_NAMES) + ")")


@lru_cache(256)
def is_cash_on_delivery(name: str) -> bool:
    """Whether this is one of the usual names of cash on delivery, in any case, with anything beside it."""
    return _SAID.search(_plain(name)) is not None


def _plain(name: str) -> str:
    """In small letters without accents, a single blank for all that is neither letter nor digit."""
    letters = (
        one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one)
    )
    return " ".join(re.findall(r"[^\W_]+", "".join(letters)))
