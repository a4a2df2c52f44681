"""What an answer of the Webservice means: its content or the error it stands for, and what it proves of a write.

A 401 is told by its code: 18 and 20 are about the key, 26 about one permission of it.

Several entities go in one body, and PrestaShop saves them one after another: the first error ends it, what was saved
before stays, and the answer does not say where it ended. After a gateway gave up the store goes on, and a cache in
front says 503 with ``Retry-After`` of a shop that is only slow; so nothing counts but what is listed here. PrestaShop
itself has no rate limit, and its maintenance mode leaves the Webservice alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import Enum, auto
from html import unescape
from typing import Any
from urllib.parse import SplitResult, urlsplit

from fbridge.adapterkit import responses
from fbridge.adapterkit.answers import AnswerTable, Listed, Said, Verdict, said_in, unproved, written
from fbridge.adapterkit.payloads import moment, rows
from fbridge.adapterkit.responses import is_gateway_timeout, is_passing, is_redirect, rows_from
from fbridge.errors import CredentialsError, FbridgeError, RefusedError, UnreachableError
from fbridge.http import Response, blocked, wordless
from fbridge.http import redirected as elsewhere
from fbridge.http.before_store import known_stranger
from fbridge.http.noise import whole_json
from fbridge.models.problems import Problem, WriteFault
from fbridge_prestashop.xml_bodies import errors_in

API = "PrestaShop Webservice"
ADVICE = "the store's URL and that its web server hands /api on to PrestaShop"
KEYS_PAGE = "Advanced Parameters > Webservice"
BAD_FORMAT, NOT_ACTIVE, DISABLED, NO_METHOD, NO_PERMISSION, NO_RESOURCE = 18, 20, 22, 25, 26, 27
_OF_PHP = range(2, 16)
"""A code for each kind of message that PHP has; an error of the Webservice may stand beside them."""

_CODE = re.compile(r"\d{1,6}", re.ASCII)
_VERSION = "psws-version"
_OWN_COOKIE = "PrestaShop-"
_PAGE = re.compile(r"<(?:!doctype|html)\b", re.IGNORECASE)


def rows_of(response: Response, resource: str) -> list[dict[str, Any]]:
    """The entities of a good answer; an empty list is ``[]`` there, without the resource's name.

    Raises: CredentialsError, RefusedError, UnreachableError.
    """
    if not response.ok:
        raise error_of(response)
    content = response.json()
    entities = content.get(resource) if isinstance(content, Mapping) else content
    return rows_from(response, entities, f"a list of {resource}")


def error_of(response: Response) -> FbridgeError:
    """The error that an answer outside 2xx means."""
    if is_redirect(response):
        return redirected(response)
    if response.status in (401, 403, 405):
        return _not_allowed(response)
    if is_passing(response) and DISABLED in codes_of(response):
        words = f"The store says: {words_of(response)}. Switch it on under {KEYS_PAGE}."
        return UnreachableError(words, reason="webservice_off", retry_after=response.wait_asked)
    codes, words = codes_of(response), words_of(response)
    if is_empty_crash(response):
        words += " without a word; the store's error log has the reason"
    stranger = responses.strange(response, API, ADVICE, words=words if codes or is_passing(response) else "")
    return stranger or RefusedError(f"The store refused: {words}", reason=reason_of(codes))


def codes_of(response: Response) -> tuple[int, ...]:
    """PrestaShop's error codes; none where the answer is not the Webservice's own."""
    return tuple(code for code, _ in _telling(response))


def words_of(response: Response) -> str:
    """The store's own words, entities decoded, or the HTTP status."""
    words = "; ".join(dict.fromkeys(message for _, message in _telling(response) if message))
    return words or wordless(response)


def reason_of(codes: tuple[int, ...]) -> str:
    """A stable code of ours for PrestaShop's."""
    return f"prestashop_{codes[0]}" if codes else "refused"


def _telling(response: Response) -> list[tuple[int, str]]:
    """The Webservice's own errors; what PHP warned of on the way counts only where there is nothing else.

    Such warnings make a 500 of any answer. Seen on 8.2.1 with PHP 8.2: a hundred times a function that is deprecated,
    then that the mail could not be sent.
    """
    errors = _errors(response)
    own = [one for one in errors if not _is_of_php(*one)]
    return own if own and response.status == 500 else errors  # noqa: PLR2004 - HTTP's number


def _is_of_php(code: int, message: str) -> bool:
    return code in _OF_PHP and message.startswith("[PHP ")


def _errors(response: Response) -> list[tuple[int, str]]:
    """(code, message)s, from JSON or XML. Of a message that repeats our own body (127) the rest is cut off."""
    try:
        content = response.json()
    except UnreachableError:
        pairs = errors_in(response.xml)
    else:
        found = content.get("errors") if isinstance(content, Mapping) else None
        pairs = [(str(one.get("code")), str(one.get("message") or "")) for one in rows(found)]
    return [(int(code), _plain(message)) for code, message in pairs if _CODE.fullmatch(code)]


def _plain(message: str) -> str:
    return unescape(message).partition("\n")[0].strip()


def version_of(response: Response) -> str:
    """PrestaShop's version; "" on answers without a valid key, where the header is 0."""
    version = response.headers.get(_VERSION, "")
    return version if "." in version else ""


def is_empty_crash(response: Response) -> bool:
    """PHP ended in the middle: 500 without a word. What was saved before stays saved."""
    return response.status == 500 and not response.content.strip()  # noqa: PLR2004 - HTTP's number


def is_own_end(response: Response) -> bool:
    """Whether PrestaShop itself broke off, or a module ended the program: its cookie is there, and no word of the
    Webservice. It writes that as the program ends, so nothing is at work any more; a gateway has none."""
    began = _OWN_COOKIE in response.headers.get("set-cookie", "")
    broke_off = response.ok or response.status == 500  # noqa: PLR2004 - HTTP's number
    return began and broke_off and not version_of(response) and not _errors(response)


def is_php_warning(response: Response) -> bool:
    """PHP warned on the way, and PrestaShop says so in place of the answer. What was done stays done."""
    errors = _errors(response)
    return response.status == 500 and bool(errors) and all(_is_of_php(*one) for one in errors)  # noqa: PLR2004 - HTTP's number


def leads_to_front_page(response: Response) -> bool:
    """PrestaShop's own redirect, by which it turns away every request that does not use the shop's own domain."""
    target = _parts(response.headers.get("location", ""))
    return response.status == 302 and target.query.startswith("url=")  # noqa: PLR2004 - HTTP's number


def _parts(target: str) -> SplitResult:
    try:
        return urlsplit(target)
    except ValueError:  # no URL at all
        return urlsplit("")


def saw_no_key(response: Response) -> bool:
    """PrestaShop's own answer to a request that came without a key."""
    return response.status == 401 and response.text.strip() == "401 Unauthorized"  # noqa: PLR2004 - HTTP's number


def needs_less(response: Response) -> bool:
    """Whether the same request has no better luck, and a smaller one may: PHP died of it, or a gateway waited in
    vain."""
    return is_gateway_timeout(response) or is_empty_crash(response)


def server_time(response: Response) -> datetime | None:
    """The store's clock, from ``Access-Time`` or ``Date``; aware UTC."""
    return moment(response.headers.get("access-time")) or response.date


def redirected(response: Response) -> UnreachableError:
    """PrestaShop sends every request to the front page that does not use the shop's own domain."""
    target = response.headers.get("location", "")
    if not target or known_stranger(response.status, response.headers, response.text):
        return elsewhere(response)
    parts = _parts(target)
    shop = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "another place"
    if parts.query.startswith("url=") or parts.path in ("", "/"):
        words = (
            f"{response.url} sends on to the front page of {shop}: use the shop's own domain as its URL, exactly as "
            "under Shop Parameters > Traffic & SEO, and check the setting id_shop if there is one."
        )
    else:
        words = f"{response.url} sends on to {shop}{parts.path}: set the store's URL to the one that it really has."
    return UnreachableError(words, reason="redirected")


def no_api(response: Response) -> UnreachableError:
    """The Webservice does not stand there, or what else is printed there spoils what it says."""
    if "<prestashop" in response.text:
        return responses.unexpected(response, "one whole XML document")
    return responses.no_api(response, API, ADVICE)


def _not_allowed(response: Response) -> FbridgeError:
    codes, words = codes_of(response), words_of(response)
    if BAD_FORMAT in codes:
        return CredentialsError(f"The store says: {words}. Check api_key: it has 32 characters.")
    if NO_PERMISSION in codes or NO_METHOD in codes:
        return CredentialsError(
            f"The store says: {words}. Give the key this permission under {KEYS_PAGE}.",
            reason="missing_permission",
        )
    if NOT_ACTIVE in codes:
        return CredentialsError(
            f"The store says: {words}. Check api_key, and under {KEYS_PAGE} that the key is enabled."
        )
    if saw_no_key(response):
        return CredentialsError(
            f"{response.url} did not see the key: let the web server hand the Authorization header on to PHP."
        )
    return blocked(response, reason="method_blocked" if response.status == 405 else "blocked")  # noqa: PLR2004 - HTTP's number


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
    DIED = auto()
    """It or a module ended the program, and nothing goes on. The last entity that it saved may lack its mail."""
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
        if is_own_end(response) and not _PAGE.search(response.text):
            raise Interrupted(End.DIED, unproved(error, now, response.wait_asked)) from None
        whole = whole_json(response.content)
        if whole is None or not whole.noise or not version_of(response):
            raise
        raise Interrupted(End.GARBLED, unproved(error, now, response.wait_asked)) from None


def said_by(response: Response, *, mail: bool) -> Said:
    """Who answered a write, and what. ``mail``: the write asked for mails."""
    codes = tuple(_own_codes(response, mail=mail))
    return said_in(response, *codes, words=words_of(response), is_own=bool(codes))


def _own_codes(response: Response, *, mail: bool) -> Iterator[str]:
    for code in codes_of(response):
        yield _NOT_MAILED if mail and str(code) == _NOT_SAVED else str(code)
    if leads_to_front_page(response):
        yield _FRONT_PAGE
    if saw_no_key(response):
        yield _NO_KEY


def _fault_in(response: Response, now: datetime, *, mail: bool) -> Exception:
    named, said = error_of(response), said_by(response, mail=mail)
    if is_own_end(response):
        return Interrupted(End.DIED, unproved(named, now, response.wait_asked))
    if is_empty_crash(response):
        return Interrupted(End.CRASHED, unproved(named, now, response.wait_asked))
    if is_php_warning(response):
        return Interrupted(End.WARNED, unproved(named, now, response.wait_asked))
    fault = ANSWERS.fault(said, named, now)
    if ANSWERS.find(said) is None or not isinstance(fault, WriteFault):
        return fault
    return Interrupted(End.MAIL_FAILED if _NOT_MAILED in said.codes else End.REFUSED, fault.problem)
