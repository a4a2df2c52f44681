"""Which of a store's carriers is one of ours, by the likeness of their names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from fbridge.models.platforms import CarrierCode, CarrierCodes
from fbridge.models.shipments import Carrier
from fbridge.models.usual_carriers import usual_carrier

LIKE_ENOUGH = 0.5
_SURE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A mapping that the likeness of names speaks for; ``score`` is from 0 to 1.

    ``sure``: the carrier's code or name is a word of the store's, and of no other carrier there.
    """

    carrier: str
    site_code: str
    label: str
    score: float
    sure: bool = False


def suggestions(carriers: Sequence[Carrier], codes: CarrierCodes) -> tuple[Suggestion, ...]:
    """For each carrier the most alike code of the store where one is like enough, the best first."""
    best = [_most_alike(carrier, codes) for carrier in carriers]
    found = [one for one in best if one is not None and one.score >= LIKE_ENOUGH]
    told = [_only_taker(one, found) for one in found]
    return tuple(sorted(told, key=lambda one: (-one.score, one.carrier)))


def _most_alike(carrier: Carrier, codes: CarrierCodes) -> Suggestion | None:
    scored = [(_likeness(carrier, entry), entry) for entry in codes.codes]
    if not scored:
        return None
    score, entry = max(scored, key=lambda pair: pair[0])
    sure = [one for likeness, one in scored if likeness >= _SURE] == [entry]
    return Suggestion(
        carrier=carrier.code, site_code=entry.code, label=entry.label, score=round(score, 2), sure=sure
    )


def _only_taker(one: Suggestion, all_of_them: Collection[Suggestion]) -> Suggestion:
    """Two carriers of ours that one of the store's speaks for: neither is sure."""
    takers = [other for other in all_of_them if other.site_code == one.site_code]
    return one if len(takers) == 1 else replace(one, sure=False)


def _likeness(carrier: Carrier, entry: CarrierCode) -> float:
    """How alike the closest of our two names and the store's two names are; a whole word of it counts most."""
    usual = usual_carrier(carrier.code) or usual_carrier(carrier.name)
    known = {_plain(carrier.code), _plain(carrier.name), *map(_plain, usual.also if usual else ())}
    if any(known & _runs_of_words(name) for name in (entry.code, entry.label)):
        return max(_SURE, SequenceMatcher(None, _plain(carrier.name), _plain(entry.label)).ratio())
    theirs = (_plain(entry.code), _plain(entry.label))
    ratio = max(SequenceMatcher(None, one, other).ratio() for one in known for other in theirs)
    return min(ratio, _SURE - 0.01)


def _runs_of_words(name: str) -> set[str]:
    """``GLS Italy (express)``: gls, glsitaly, glsitalyexpress, italy ..."""
    words = [_plain(word) for word in re.findall(r"\w+", name.replace("_", " "))]
    return {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}


def _plain(name: str) -> str:
    """Lower-case letters and digits without accents: ``Poste-Italiane`` and ``poste italiane`` are alike."""
    return "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if c.isalnum())
