"""What the answer to a write means: done, partly done, refused, later, or nobody knows.

Several entities go in one body, and PrestaShop saves them one after another: the first error ends it, what was saved
before stays, and the answer does not say where it ended. After a gateway gave up the store goes on, and a cache in
front says 503 with ``Retry-After`` of a shop that is only slow; so nothing counts but what is listed here. PrestaShop
itself has no rate limit, and its maintenance mode leaves the Webservice alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum, auto
from typing import Any

from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Speaker, Verdict, unproved, written
from fbridge.errors import UnreachableError
from fbridge.http import Response
from fbridge.http.noise import whole_json
from fbridge.models.problems import Problem, WriteFault
from fbridge_prestashop.answers import (
    codes_of,
    error_of,
    is_empty_crash,
    is_php_warning,
    leads_to_front_page,
    rows_of,
    saw_no_key,
    version_of,
    words_of,
)

_NOT_SAVED, _NOT_MAILED, _FRONT_PAGE, _NO_KEY = "46", "46 with mail", "front page", "no key"
_REFUSED, _CREDENTIALS = Verdict.REFUSED, Verdict.CREDENTIALS

ANSWERS = AnswerTable(
    [
        Listed(400, "41", _REFUSED, "04_order_histories.json: a field is missing", "prestashop_41"),
        Listed(400, "85", _REFUSED, "03_order_carriers_single.json: a value is not valid", "prestashop_85"),
        Listed(400, "89", _REFUSED, "05_multi_entity.json: an id twice", "prestashop_89"),
        Listed(400, "90", _REFUSED, "05_multi_entity.json: no id", "prestashop_90"),
        Listed(400, "91", _REFUSED, "05_multi_entity.json: an id where none may be", "prestashop_91"),
        Listed(404, "92", _REFUSED, "05_multi_entity.json: no such entity", "prestashop_92"),
        Listed(500, "127", _REFUSED, "04_order_histories.json: the body is no XML", "prestashop_127"),
        # Said of every fault of the database; with a mail also of what was saved and could not be mailed.
        Listed(500, _NOT_SAVED, Verdict.LATER, "Webservice source, ObjectModel::save", "not_saved"),
        Listed(500, _NOT_MAILED, Verdict.LATER, "10_smtp_down.json", "not_saved"),
        Listed(503, "22", Verdict.NOT_SENT, "01_auth.json: the Webservice is switched off", "webservice_off"),
        Listed(302, _FRONT_PAGE, Verdict.NOT_SENT, "01_auth.json: not the shop's own domain", "redirected"),
        Listed(401, "18", _CREDENTIALS, "01_auth.json: a key of another length"),
        Listed(401, "20", _CREDENTIALS, "01_auth.json: the key is unknown or switched off"),
        Listed(401, "21", _CREDENTIALS, "01_auth.json: beside 20"),
        Listed(401, "26", _CREDENTIALS, "01_auth.json: the key has no right to the resource"),
        Listed(405, "25", _CREDENTIALS, "01_auth.json: the key has no right to the method"),
        Listed(401, _NO_KEY, _CREDENTIALS, "01_auth.json: the web server kept the key to itself"),
    ]
)
"""What the Webservice says of an entity that it did not save. Sources: recordings of 8.2.1 and 9.0.3."""


class End(Enum):
    """How PrestaShop ended in the middle of a body."""

    REFUSED = auto()
    MAIL_FAILED = auto()
    GARBLED = auto()
    """It went through all of it, and a module printed into the answer."""
    WARNED = auto()
    """PHP warned, and PrestaShop answers with that alone: the entity of which it warned may be saved and mailed,
    those after it are not."""
    CRASHED = auto()
    """It seems so: a 500 without a word, which a gateway may say as well."""


class Interrupted(Exception):  # noqa: N818 - an answer, and not an error of its own
    """PrestaShop ended in the middle. What it saved before is to be read; ``problem`` is that of the entity at which
    it ended."""

    def __init__(self, end: End, problem: Problem) -> None:
        super().__init__(problem.words)
        self.end = end
        self.problem = problem


def entities_of(
    write: Callable[[], Response], resource: str, now: Callable[[], datetime], *, mail: bool
) -> list[dict[str, Any]]:
    """Send it and give the entities that the store answers with.

    Raises: WriteFault; Interrupted; CredentialsError and NotSentError where PrestaShop itself turned it away.
    """
    return written(
        write,
        now,
        lambda response: _fault_in(response, now(), mail=mail),
        lambda response: _rows_in(response, resource, now()),
    )


def _rows_in(response: Response, resource: str, now: datetime) -> list[dict[str, Any]]:
    try:
        return rows_of(response, resource)
    except UnreachableError as error:
        whole = whole_json(response.content)
        if whole is None or not whole.noise or not version_of(response):
            raise
        raise Interrupted(End.GARBLED, unproved(error, now, response.wait_asked)) from None


def said_by(response: Response, *, mail: bool) -> Said:
    """Who answered a write, and what. ``mail``: the write asked for mails."""
    codes = tuple(_own_codes(response, mail=mail))
    return Said(
        speaker=Speaker.STORE if codes else Speaker.OTHER,
        status=response.status,
        codes=codes,
        words=words_of(response),
        wait=response.wait_asked,
    )


def _own_codes(response: Response, *, mail: bool) -> Iterator[str]:
    for code in codes_of(response):
        yield _NOT_MAILED if mail and str(code) == _NOT_SAVED else str(code)
    if leads_to_front_page(response):
        yield _FRONT_PAGE
    if saw_no_key(response):
        yield _NO_KEY


def _fault_in(response: Response, now: datetime, *, mail: bool) -> Exception:
    named, said = error_of(response), said_by(response, mail=mail)
    if is_empty_crash(response):
        return Interrupted(End.CRASHED, unproved(named, now, response.wait_asked))
    if is_php_warning(response):
        return Interrupted(End.WARNED, unproved(named, now, response.wait_asked))
    fault = ANSWERS.fault(said, named, now)
    if ANSWERS.find(said) is None or not isinstance(fault, WriteFault):
        return fault
    return Interrupted(End.MAIL_FAILED if _NOT_MAILED in said.codes else End.REFUSED, fault.problem)
