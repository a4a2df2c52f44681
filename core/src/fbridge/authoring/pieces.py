"""What a plugin's shape changes in the files of the tutorial's plugin: (file, what stands there, what does then).

The tutorial's plugin has partial shipments, several numbers, corrections, a mail as a wish, and a key in a header. A
test makes every shape, so that a piece that no longer fits is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fbridge.models.states import MailBehaviour

Piece = tuple[str, str, str]
_PLUGIN, _CLIENT, _MAPPING, _PUSH, _SETTINGS, _SANDBOX = (
    f"src/fbridge_kiosk/{name}.py" for name in ("plugin", "client", "mapping", "push", "settings", "sandbox")
)
_TESTS = "tests/test_kiosk_conformance.py"


class AuthKind(StrEnum):
    """How a store is shown who asks."""

    HEADER = "header"
    BASIC = "basic"
    BEARER = "bearer"
    QUERY = "query"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a platform can hold, and how it is spoken to: what decides how its plugin is written."""

    partial_shipments: bool = True
    several_numbers: bool = True
    corrections: bool = True
    mail: MailBehaviour = MailBehaviour.OPTIONAL
    auth: AuthKind = AuthKind.HEADER


def shape_of(said: Mapping[str, Any]) -> Shape:
    """The shape of these answers, by the names of :class:`Shape`; what is None is as usual."""
    kinds: dict[str, type] = {"mail": MailBehaviour, "auth": AuthKind}
    told = {name: kinds.get(name, bool)(value) for name, value in said.items() if value is not None}
    return Shape(**told)


def pieces(shape: Shape) -> Iterator[Piece]:
    """All that differs from the tutorial's plugin."""
    if not shape.partial_shipments:
        yield from _NO_PARTS
    if not shape.several_numbers:
        yield from _ONE_NUMBER
    if not shape.corrections:
        yield from _no_corrections("numbers" if shape.several_numbers else "number")
    yield from _MAILS.get(shape.mail, ())
    yield from _AUTHS.get(shape.auth, ())


_NO_PARTS: tuple[Piece, ...] = (
    (_PLUGIN, "partial_shipments=Support.YES", "partial_shipments=Support.NO"),
    (_PLUGIN, 'mail="Your order is on its way")', 'mail="Your order is on its way", partly=PARTLY)'),
    (
        _PLUGIN,
        "\n\n@hookimpl\ndef describe_platform",
        (
            '\nPARTLY = "The store shows no part of an order as shipped: it gets the number, and the status stays."'
            "\n\n\n@hookimpl\ndef describe_platform"
        ),
    ),
    (_PUSH, '            "lines": {item.line_id: item.quantity for item in wish.shipment.items},\n', ""),
    (_MAPPING, "    lines = Told(read.counts)\n", ""),
    (
        _SANDBOX,
        '        return sum(parcel["lines"].get(line["id"], 0) for parcel in self.parcels.values())\n',
        "        return 0\n",
    ),
    (
        _SANDBOX,
        '        if mark not in order.parcels:\n            self._check_quantities(order, given["lines"])\n',
        "",
    ),
    (_SANDBOX, 'for key in ("lines", ', "for key in ("),
    (
        _SANDBOX,
        """    @staticmethod
    def _check_quantities(order: KioskOrder, wanted: Mapping[str, int]) -> None:
        for line in order.lines:
            gone = sum(parcel["lines"].get(line["id"], 0) for parcel in order.parcels.values())
            remaining = line["quantity"] - line["refunded"] - gone
            if wanted.get(line["id"], 0) > remaining:
                raise RefusedError(f"Only {remaining} pieces of {line['sku']} remain.")

""",
        "",
    ),
    (_TESTS, "shipped=tuple(found.shipped(line) for line in found.lines)", "shipped=None"),
    (_TESTS, '        lines = {self._order(order).lines[0]["id"]: 1}\n', ""),
    (_TESTS, '{"lines": lines, ', "{"),
    (
        _TESTS,
        '"""A parcel of the first line that somebody else enters."""',
        '"""A parcel that somebody else enters."""',
    ),
)
_ONE_NUMBER: tuple[Piece, ...] = (
    (_PLUGIN, "several_numbers=Support.YES", "several_numbers=Support.NO"),
    (_PLUGIN, 'frozenset({"numbers"', 'frozenset({"number"'),
    (_PUSH, '"numbers": wish.shipment.numbers', '"number": JOINED_BY.join(wish.shipment.numbers)'),
    (_PUSH, "_kiosk.mapping import order_from", "_kiosk.mapping import JOINED_BY, order_from"),
    (
        _MAPPING,
        "\n\nclass LinePayload(",
        '\nJOINED_BY = ", "\n"""A parcel has one field for its numbers."""\n\n\nclass LinePayload(',
    ),
    (
        _MAPPING,
        "    numbers = Told(read.texts)\n",
        (
            "    numbers = Told("
            'lambda value: tuple(filter(None, read.text(value).split(JOINED_BY))), called="number")\n'
        ),
    ),
    (_SANDBOX, '"numbers", "carrier")}', '"number", "carrier")}'),
    (
        _SANDBOX,
        '        return [number for parcel in self.parcels.values() for number in parcel["numbers"]]\n',
        (
            '        joined = [parcel["number"] for parcel in self.parcels.values() if parcel["number"]]\n'
            '        return [number for field in joined for number in field.split(", ")]\n'
        ),
    ),
    (_TESTS, '"numbers": [number]', '"number": number'),
)


def _no_corrections(field: str) -> Iterator[Piece]:
    yield _PLUGIN, "tracking_update=Support.YES", "tracking_update=Support.NO"
    others = '            Listed(422, "", Verdict.REFUSED, "API page, Parcels", "store_refused"),\n'
    stays = '            Listed(409, "", Verdict.REFUSED, "API page, Parcels: a number stays", "cannot_correct"),\n'
    yield _CLIENT, others, stays + others
    yield _SANDBOX, "import HTTPException\n", "import Conflict, HTTPException\n"
    written = "        order.parcels[mark] = {"
    refused = f"""        known = order.parcels.get(mark, {{}}).get("{field}")
        if known and known != given["{field}"]:
            raise Conflict("A number stays as it was entered.")
"""
    yield _SANDBOX, written, refused + written


_NO_WISH: tuple[Piece, ...] = (
    (_PUSH, '            "mail": wish.mail,\n', ""),
    (_TESTS, '"finish": False, "mail": False}', '"finish": False}'),
)
_WHERE_ASKED = "finish the order and mail the customer where that is asked for."
_MAILS: dict[MailBehaviour, tuple[Piece, ...]] = {
    MailBehaviour.ALWAYS: (
        *_NO_WISH,
        (_PLUGIN, "mail=MailBehaviour.OPTIONAL", "mail=MailBehaviour.ALWAYS"),
        (_SANDBOX, _WHERE_ASKED, "finish the order where that is asked for, and mail the customer."),
        (
            _SANDBOX,
            '            if given["mail"]:\n                order.mails.append(order.numbers)\n',
            "            order.mails.append(order.numbers)\n",
        ),
    ),
    MailBehaviour.NEVER: (
        *_NO_WISH,
        (_PLUGIN, "mail=MailBehaviour.OPTIONAL", "mail=MailBehaviour.NEVER"),
        (_SANDBOX, _WHERE_ASKED, "finish the order where that is asked for."),
        (_PLUGIN, 'mail="Your order is on its way"', 'mail=""'),
        (_SANDBOX, '            if given["mail"]:\n                order.mails.append(order.numbers)\n', ""),
        (_TESTS, "            self._order(order).mails.append(self._order(order).numbers)\n", ""),
        (_PUSH, "from fbridge.adapterkit.mails import mail_before_answer\n", ""),
        (
            _PUSH,
            "from collections.abc import Iterator, Sequence\n",
            "from collections.abc import Iterator, Sequence\nfrom dataclasses import replace\n",
        ),
        (_PUSH, "The Kiosk mails before it answers.", "The Kiosk mails nobody, whatever is wished."),
        (
            _PUSH,
            "    return push_one_by_one(store.now, fulfillments, put_parcel, mailed=mail_before_answer)\n",
            (
                "    unmailed = [replace(one, notify=False) for one in fulfillments]\n"
                "    return push_one_by_one(store.now, unmailed, put_parcel)\n"
            ),
        ),
    ),
}
_SIGNED = 'HeaderAuth("X-Key", store.settings["api_key"])'
_ASKED = 'if request.headers.get("X-Key") != API_KEY:'
_AUTHS: dict[AuthKind, tuple[Piece, ...]] = {
    AuthKind.BASIC: (
        (_CLIENT, "import HeaderAuth, Response", "import BasicAuth, Response"),
        (_CLIENT, "with its key in a header", "with user and key by HTTP Basic"),
        (_CLIENT, _SIGNED, 'BasicAuth(store.settings["api_user"], store.settings["api_key"])'),
        (
            _SETTINGS,
            "    api_key = fields.String(\n",
            (
                '    api_user = fields.String(required=True, metadata={"help": "name that goes with the key"})\n'
                "    api_key = fields.String(\n"
            ),
        ),
        (_SANDBOX, "API_KEY = ", 'API_USER = "fbridge"\nAPI_KEY = '),
        (
            _SANDBOX,
            f"        {_ASKED}\n",
            (
                "        who = request.authorization\n"
                "        if who is None or (who.username, who.password) != (API_USER, API_KEY):\n"
            ),
        ),
        (_SANDBOX, '{"api_key": API_KEY}', '{"api_user": API_USER, "api_key": API_KEY}'),
    ),
    AuthKind.BEARER: (
        (_CLIENT, "with its key in a header", "with its key as a bearer token"),
        (
            _CLIENT,
            f"    store.http.auth = store.http.auth or {_SIGNED}\n",
            (
                '    bearer = HeaderAuth("Authorization", store.settings["api_key"], prefix="Bearer ")\n'
                "    store.http.auth = store.http.auth or bearer\n"
            ),
        ),
        (_SANDBOX, _ASKED, 'if request.headers.get("Authorization") != f"Bearer {API_KEY}":'),
    ),
    AuthKind.QUERY: (
        (_CLIENT, "import HeaderAuth, Response", "import QueryAuth, Response"),
        (_CLIENT, "with its key in a header", "with its key in the address"),
        (_CLIENT, _SIGNED, 'QueryAuth(key=store.settings["api_key"])'),
        (_SANDBOX, _ASKED, 'if request.args.get("key") != API_KEY:'),
    ),
}
