"""The words of other languages: all states and reasons have one, and values stay in their places."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.phrases import LOCALES as LOCALES_FOLDER
from tests.phrases import compiled, phrases_in_code, read_catalog, words_in_code

from fbridge.languages import LANGUAGES, system_language
from fbridge.phrases import phrases

LOCALES = [language for language in LANGUAGES if language != "en"]
UPDATE = "run: .venv/bin/python -m tests.phrases, and translate what is new in core/src/fbridge/locales"
PLACE = re.compile(r"\{\w+\}")


@pytest.fixture(params=LOCALES, scope="module")
def language(request: Any) -> str:
    name: str = request.param
    return name


def test_every_state_and_every_reason_has_a_word(language: str) -> None:
    catalog = read_catalog(language)
    missing = {
        context: lacking
        for context, words in words_in_code().items()
        if (
            lacking := sorted(
                word for word in words if not (found := catalog.get(word, context)) or not found.string
            )
        )
    }
    assert not missing, UPDATE


def test_values_stay_in_their_places(language: str) -> None:
    for message in read_catalog(language):
        if message.id and message.string:
            assert set(PLACE.findall(str(message.string))) == set(PLACE.findall(str(message.id))), message.id


def test_what_a_clerk_reads_is_translated_nearly_all(language: str) -> None:
    catalog = read_catalog(language)
    said = phrases_in_code()
    lacking = [phrase for phrase in said if not (found := catalog.get(phrase)) or not found.string]
    assert len(lacking) < len(said) / 10, (UPDATE, lacking)


def test_programs_read_what_translators_wrote(language: str) -> None:
    said = phrases(language)
    for message in read_catalog(language):
        if message.id and message.string and not message.context and not PLACE.search(str(message.id)):
            assert said(str(message.id)) == message.string, UPDATE
    assert compiled(read_catalog(language)) == (LOCALES_FOLDER / f"{language}.mo").read_bytes(), UPDATE


SENTENCES = """
S1 is withdrawn.
S1 è ritirata.

S1 was pushed to its store already (it is sent); it cannot be withdrawn. What became of it, and what can be done: fbridge explain S1
S1 è già stata inviata al suo sito (è inviata); non si può ritirare. Come è andata, e che cosa si può fare: fbridge explain S1

Manifest 2026-0001 (BRT), cancelled: 2 shipments, 1.2 kg, COD 12.30 EUR
Distinta 2026-0001 (BRT), annullata: 2 spedizioni, 1.2 kg, contrassegno 12.30 EUR

S1 (BRT, order 7) was left behind: fbridge manifest add BRT S1
S1 (BRT, ordine 7) è rimasta in casa: fbridge manifest add BRT S1

the order is 'completed' on the store already
l'ordine è già 'completed' sul sito

what a store says of 12 shipments
what a store says of 12 shipments

Article is withdrawn by hand
Article is withdrawn by hand

It rests on orders as read 3 min ago, carriers as listed 2 d 1 h ago.
Si basa su ordini letti 3 min fa, vettori elencati 2 d 1 h fa.
"""  # noqa: E501


@pytest.mark.parametrize(
    ("english", "italian"), [pair.split("\n") for pair in SENTENCES.strip().split("\n\n")]
)
def test_a_sentence_is_known_by_its_shape_and_commands_stay(english: str, italian: str) -> None:
    assert phrases("it")(english) == italian
    assert phrases("en")(english) == english


def test_a_stores_own_words_follow_what_their_reason_means() -> None:
    assert (
        phrases("it").because("order_cancelled", "Bestellung storniert")
        == "ordine annullato (Bestellung storniert)"
    )
    assert phrases("it").because("who_knows", "Nein") == "Nein"


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({"LC_ALL": "it_IT.UTF-8", "LANG": "en_US"}, "it"),
        ({"LC_MESSAGES": "it"}, "it"),
        ({"LANG": "it_CH.UTF-8"}, "it"),
        ({"LC_ALL": "", "LANG": "it_IT"}, "it"),
        ({"LC_ALL": "C", "LANG": "it_IT"}, "en"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_systems_language(environment: dict[str, str], spoken: str) -> None:
    assert system_language(environment) == spoken
