"""The requests to a PrestaShop store: the only module that knows its paths and parameters.

Source: the Webservice of PrestaShop 1.7.1 to 9, as observed on 8.2.1. Reads ask for JSON and explicit fields, and
raise CredentialsError, RefusedError or UnreachableError; writes send XML and return the answer, whatever its status.
No redirect is followed: PrestaShop's own lead to the front page. Entities by id are read fresh: no cache may answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from fbridge.http import Auth, BasicAuth, QueryAuth, Response
from fbridge.http.auth import plain
from fbridge.http.retries import no_exception
from fbridge.models.platforms import Store
from fbridge_prestashop.answers import needs_less, rows_of
from fbridge_prestashop.shop_time import text_of
from fbridge_prestashop.xml_bodies import body_of

PAGE_SIZE = 100
MOST_IDS = 200
LONGEST_LIST = 2000
"""Ids in one URL, and the characters they take there: web servers cut at 4 to 8 kB."""

_FOREVER = "2099-01-01 00:00:00"
_XML = {"Content-Type": "text/xml; charset=utf-8"}

Row = dict[str, Any]


class PrestaShopClient:
    """Speaks with one store. Safe for several threads, as ``store.http`` is."""

    def __init__(self, store: Store) -> None:
        self._http = store.http
        self._key = store.settings["api_key"]
        self._shop: str | None = store.settings.get("id_shop")
        # People copy the address of the Webservice, too.
        self._api = "" if urlsplit(store.url).path.rstrip("/").endswith("/api") else "api/"
        if self._http.auth is None:
            self._http.auth = auth_for(store)

    # Reading

    def root(self) -> Response:
        """What the key may do. Always XML: asked for JSON, PrestaShop crashes."""
        return self._http.read(self._api, params=self._scope(), headers={"accept": "text/xml"}, follow=False)

    def loses_the_header(self) -> bool:
        """Whether the key is known where it stands in the query, and not where it stands in the header."""
        if not isinstance(self._http.auth, BasicAuth):
            return False
        params = {**self._scope(), "ws_key": plain(self._key)}
        return self._http.read(self._api, params=params, headers={"accept": "text/xml"}, follow=False).ok

    def changed_orders(self, since: datetime | None, last_id: int | None, size: int, fields: str) -> Response:
        """A page of the orders changed at a second of the shop or later, oldest change first; with ``last_id`` of
        those of this second alone, after an id.

        ``[a,b]`` is the only filter that includes its limit; dates are filtered and sorted by with ``date=1`` only.
        """
        params = {"sort": "[date_upd_ASC,id_ASC]", "limit": size, "date": 1}
        if since is not None:
            until = text_of(since) if last_id is not None else _FOREVER
            params["filter[date_upd]"] = f"[{text_of(since)},{until}]"
        if last_id is not None:
            params |= {"filter[id]": f">[{last_id}]", "sort": "[id_ASC]"}
        return self._get("orders", fields, params, final=needs_less)

    def orders(self, order_ids: Sequence[str], fields: str) -> list[Row]:
        """Orders by id; unknown ones are left out by the store."""
        return self.rows_by("orders", order_ids, fields, params={"date": 1})

    def newest_order(self, *, fresh: bool = False) -> Response:
        """The id of one order; ``fresh``: answered by no cache."""
        return self._get("orders", "[id]", {"sort": "[id_DESC]", "limit": 1}, fresh=fresh)

    def rows_by(
        self,
        resource: str,
        ids: Iterable[str],
        fields: str,
        *,
        key: str = "id",
        params: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """The entities whose ``key`` is among these ids, in as many requests as the length of URLs asks for."""
        rows: list[Row] = []
        for some in id_lists(ids):
            wanted = {f"filter[{key}]": f"[{'|'.join(some)}]", "sort": "[id_ASC]", **(params or {})}
            rows += rows_of(self._get(resource, fields, wanted, fresh=True), resource)
        return rows

    def all_rows(self, resource: str, fields: str) -> list[Row]:
        """All entities of a short list."""
        return rows_of(self._get(resource, fields, {"sort": "[id_ASC]"}), resource)

    def configuration(self, names: Sequence[str]) -> Response:
        """Values of the configuration; the rows of all shops, whatever ``id_shop`` says."""
        fields = "[name,value,id_shop,id_shop_group]"
        return self._get("configurations", fields, {"filter[name]": f"[{'|'.join(names)}]"})

    def _get(
        self,
        resource: str,
        fields: str,
        params: Mapping[str, Any],
        *,
        final: Callable[[Response], bool] = no_exception,
        fresh: bool = False,
    ) -> Response:
        common = {"output_format": "JSON", "display": fields, **self._scope()}
        return self._http.read(
            f"{self._api}{resource}", params={**common, **params}, final=final, follow=False, fresh=fresh
        )

    # Writing

    def write_numbers(
        self,
        method: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        mail: bool,
        about: Iterable[str] = (),
        shop: str | None = None,
    ) -> Response:
        """Change ``order_carriers``: by PATCH the given fields, by PUT the whole rows. The bodies name the ids.

        ``about`` are the ids of the orders, ``shop`` the one to write for where all are read.
        """
        body = body_of("order_carrier", rows)
        return self._write(method, "order_carriers", body, mail=mail, about=about, shop=shop)

    def add_states(
        self, entries: Sequence[Mapping[str, Any]], *, mail: bool, shop: str | None = None
    ) -> Response:
        """Give orders a state; again adds a second entry, and sends a second mail."""
        about = (str(entry["id_order"]) for entry in entries)
        body = body_of("order_history", entries)
        return self._write("POST", "order_histories", body, mail=mail, about=about, shop=shop)

    def _write(
        self,
        method: str,
        resource: str,
        body: bytes,
        *,
        mail: bool,
        about: Iterable[str],
        shop: str | None,
    ) -> Response:
        """Without ``display=full`` only the last entity would be in the answer."""
        params: dict[str, Any] = {"output_format": "JSON", "display": "full", **self._scope()}
        if shop is not None:
            params["id_shop"] = shop
        if mail:
            params["sendemail"] = 1
        return self._http.write(
            method, f"{self._api}{resource}", params=params, content=body, headers=_XML, about=about
        )

    def _scope(self) -> dict[str, Any]:
        return {"id_shop": self._shop} if self._shop else {}


def auth_for(store: Store) -> Auth:
    """The key as the user of HTTP Basic, or as a parameter where the header is not ours or gets lost on the way."""
    key = store.settings["api_key"]
    return BasicAuth(key) if store.http.way_through.header_is_free else QueryAuth(ws_key=key)


def id_lists(ids: Iterable[str]) -> Iterator[list[str]]:
    """The distinct ids in lists that fit into a URL; a bar takes three characters there."""
    some: list[str] = []
    length = 0
    for one in dict.fromkeys(ids):
        if some and (len(some) == MOST_IDS or length + len(one) + 3 > LONGEST_LIST):
            yield some
            some, length = [], 0
        some.append(one)
        length += len(one) + 3
    if some:
        yield some
