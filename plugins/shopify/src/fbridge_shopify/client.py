"""The requests to a Shopify store: the only module that knows its paths and documents.

Source: Admin GraphQL API, ``POST /admin/api/{version}/graphql.json``. Every request goes out when the shop's points
allow it; one that Shopify put off (THROTTLED, 429) was not executed and is sent again. Reads raise CredentialsError,
RefusedError or UnreachableError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO

from fbridge.adapterkit.answers import Speaker
from fbridge.errors import (
    NotSentError,
    RefusedError,
    UnconfirmedError,
    UnreachableError,
)
from fbridge.http import Response
from fbridge.http.retries import no_exception
from fbridge.models.platforms import Store
from fbridge.models.problems import WriteFault
from fbridge.models.states import Outcome
from fbridge_shopify.answers import PASSING, Answer, answer_of, error_in, error_of, refuse_another_answer
from fbridge_shopify.cost_budget import (
    COUNT_COST,
    LARGEST_PAGE,
    USUAL,
    PageShape,
    Sizes,
    connection,
    nodes_cost,
    page_cost,
    rest_cost,
)
from fbridge_shopify.documents import document, fields_asked
from fbridge_shopify.extra_selection import with_extra_fields
from fbridge_shopify.run_memory import memory_of
from fbridge_shopify.write_answers import DOCUMENTS, said_by, said_of_document

MOST_TRIES = 8
"""Of one request that is put off again and again: somebody else spends the points of this app."""

MOST_BREAKDOWNS = 3
"""Of one read that Shopify breaks off with an error of its own."""

LONGEST_WAIT = timedelta(minutes=1)
"""What a read waits where it is asked to; whoever wants it comes back later for more."""

_EPOCH = "1970-01-01T00:00:00Z"
_SHORT_WAIT = 2.0
_SHORTLY = timedelta(seconds=_SHORT_WAIT)
_SMALL = 20
_BULK_COST = 10
_UNAUTHORISED = 401
_TOO_MANY = 429
_GATEWAY_TIMEOUT = 504

Json = Mapping[str, Any]


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True)
class Request:
    """A document with its variables, and what it is thought to cost before Shopify has told."""

    document: str
    variables: Json
    cost: float

    @property
    def kind(self) -> object:
        """Requests of one kind cost the same: the document, and the sizes among the variables."""
        sizes = ((name, value) for name, value in self.variables.items() if isinstance(value, int | bool))
        return (self.document, *sorted(sizes))

    @property
    def body(self) -> dict[str, Any]:
        """As it is posted."""
        return {"query": self.document, "variables": dict(self.variables)}


class ShopifyClient:
    """Speaks with one store. Safe for several threads, as ``store.http`` is."""

    def __init__(self, store: Store) -> None:
        self._http = store.http
        memory = memory_of(store)
        self._hear = memory.hear
        self._tokens = memory.tokens
        self._budget = memory.budget
        self._now = store.now
        self._extra_fields = store.extra_fields
        self._path = f"admin/api/{store.settings['api_version']}/graphql.json"

    # Reading orders

    def changed_orders(
        self,
        filter_: str | None,
        after: str | None,
        shape: PageShape,
        *,
        shipments: bool,
        patient: bool = True,
    ) -> Answer:
        """A page of the orders that match, oldest change first; ``after`` is the cursor of the page before.

        ``patient``: what Shopify breaks off is asked for again. Raises: TooDearError, and as every read.
        """
        variables = {
            "first": shape.first,
            "after": after,
            "filter": filter_,
            **shape.sizes.variables,
        }
        cost = page_cost(shape.first, shape.sizes, shipments=shipments)
        return self.query(
            _with("changed_orders", shipments),
            variables,
            cost=cost,
            final=_is_too_slow,
            breakdowns=MOST_BREAKDOWNS if patient else 1,
        )

    def order_places(self, filter_: str | None, after: str | None, first: int) -> Answer:
        """The same page, with nothing of the orders but their ids."""
        variables = {"first": first, "after": after, "filter": filter_}
        return self.query("order_places", variables, cost=connection(first, node=0))

    def orders(self, ids: Sequence[str], sizes: Sizes, *, shipments: bool) -> Answer:
        """At most 250 orders by id; null for one that is not there, or was not readable, as the errors then tell.

        Raises as :meth:`changed_orders`.
        """
        variables = {"ids": list(ids), **sizes.variables}
        return self.query(
            _with("orders_by_id", shipments),
            variables,
            cost=nodes_cost(sizes, shipments=shipments),
            final=_is_too_slow,
            in_part=True,
            fresh=True,
        )

    def more(self, name: str, parent_id: str, after: str, sizes: Sizes) -> Answer:
        """The next page of a list below an order; ``name`` is the document."""
        variables: dict[str, Any] = {"id": parent_id, "after": after, "first": LARGEST_PAGE}
        if name == "more_fulfillment_orders":
            variables |= {"first": sizes.fulfillment_orders, "pieces": sizes.pieces}
        return self.query(name, variables, cost=rest_cost(variables["first"], sizes), fresh=True)

    def count_orders(self, filter_: str | None, limit: int) -> int:
        """How many orders match; no further than ``limit``."""
        answer = self.query("count_orders", {"filter": filter_, "limit": limit}, cost=COUNT_COST)
        return int((answer.data.get("ordersCount") or {}).get("count") or 0)

    # Bulk operations

    def start_bulk(self, since: str | None) -> Json:
        """Start reading all orders changed since a time; the payload of ``bulkOperationRunQuery``.

        It changes nothing on the store, but is tried once only: each try would start an operation.
        """
        asked = with_extra_fields(document("bulk_orders"), self._extra_fields)
        text = asked.replace(_EPOCH, since or _EPOCH)
        answer = self.query("start_bulk", {"query": text}, cost=_BULK_COST, retry=False)
        return answer.data.get("bulkOperationRunQuery") or {}

    def bulk_operation(self, operation_id: str) -> Json | None:
        """How far an operation is; None where the store does not know it."""
        answer = self.query("bulk_operation", {"id": operation_id}, cost=1)
        operation: Json | None = answer.data.get("bulkOperation")
        return operation

    def download(self, url: str, into: BinaryIO) -> None:
        """The file that a bulk operation made, as it stands on Google's servers."""
        self._http.download(url, into=into)

    # What the store is

    def about_store(self, *, fresh: bool = False) -> Answer:
        """The shop, its API versions, and the scopes of this app; ``fresh``: answered by no cache."""
        return self.query("about_store", {}, cost=_SMALL, fresh=fresh)

    def locations(self, after: str | None) -> Answer:
        """A page of the active places that the shop keeps goods in."""
        return self.query("locations", {"first": LARGEST_PAGE, "after": after}, cost=_SMALL)

    def newest_orders(self, first: int) -> Answer:
        """The orders that changed last, as :meth:`changed_orders` gives them."""
        variables = {"first": first, **USUAL.variables}
        return self.query("newest_orders", variables, cost=page_cost(first, USUAL, shipments=False))

    # How a request is sent

    def query(
        self,
        name: str,
        variables: Json,
        *,
        cost: float,
        retry: bool = True,
        final: Callable[[Response], bool] = no_exception,
        in_part: bool = False,
        fresh: bool = False,
        breakdowns: int = MOST_BREAKDOWNS,
    ) -> Answer:
        """Send a packaged document that only reads. ``cost`` counts until Shopify has told its own number.

        ``retry``, ``final`` and ``fresh`` are those of ``store.http.read``, ``breakdowns`` is how often a query is
        sent that Shopify breaks off. Data beside errors is kept: names and addresses may be withheld from an app.
        ``in_part``: so is what Shopify gave of a query that it breaks off each time.

        Raises: CredentialsError, RefusedError (TooDearError), UnreachableError.
        """
        request = Request(with_extra_fields(document(name), self._extra_fields), variables, cost)
        read = partial(
            self._http.read,
            self._path,
            method="POST",
            json=request.body,
            retry=retry,
            final=final,
            follow=False,
            fresh=fresh,
        )
        for tries_left in reversed(range(breakdowns if retry else 1)):
            answer = self._executed(request, read)
            if not any(error.code in PASSING for error in answer.errors):
                break
            if not tries_left:
                if in_part and answer.has_data:
                    break
                raise error_in(answer.errors)
            self._budget.pause(_SHORT_WAIT)
        if answer.errors and not answer.has_data:
            raise error_in(answer.errors)
        refuse_another_answer(answer, fields_asked(name))
        return answer

    def _executed(self, request: Request, send: Callable[[], Response]) -> Answer:
        """The answer to a request that was not put off. The token is renewed once where it is refused."""
        renewed = False
        for _ in range(MOST_TRIES):
            token = self._token()
            response = self._in_turn(request, send)
            if isinstance(response, Answer):
                if not response.throttled:
                    return response
                if not self._budget.seconds_until(request.cost):
                    # It does not tell what is left, or tells that there is enough.
                    self._budget.pause(_SHORT_WAIT)
            elif response.status == _UNAUTHORISED and not renewed and self._token(refused=token) != token:
                renewed = True
            elif response.status == _TOO_MANY and (wait := response.wait_asked or _SHORTLY) <= LONGEST_WAIT:
                self._budget.pause(wait.total_seconds())
            else:
                raise error_of(response)
        raise self._put_off(request)

    def _token(self, refused: str | None = None) -> str:
        """The token that signs now, another than the refused one where that is possible."""
        try:
            if refused is None:
                self._tokens.ready()
            else:
                self._tokens.renew(refused)
        except (RefusedError, UnreachableError) as error:
            # Whatever was to be sent did not leave.
            wait = error.retry_after if isinstance(error, UnreachableError) else None
            raise NotSentError(str(error), reason=error.reason, retry_after=wait) from None
        return self._tokens.current

    def _in_turn(self, request: Request, send: Callable[[], Response]) -> Answer | Response:
        """Send when the points are there; an answer outside 2xx is given back as it is."""
        cost = self._budget.expected(request.kind, request.cost)
        reservation = self._budget.take(cost)
        status, executed = None, True
        try:
            response = send()
            if not response.ok:
                return response
            answer = answer_of(response)
            self._hear(answer.version, answer.deprecated)
            status, executed = answer.throttle, answer.has_data
            if answer.requested_cost is not None:
                self._budget.learn(request.kind, answer.requested_cost)
            return answer
        except NotSentError:
            executed = False
            raise
        except WriteFault as fault:
            executed = fault.problem.outcome is Outcome.UNCONFIRMED
            raise
        finally:
            self._budget.settle(reservation, status, executed=executed)

    def _put_off(self, request: Request) -> NotSentError:
        seconds = self._budget.seconds_until(request.cost)
        return NotSentError(
            "The store puts every request off: something else spends this app's points there. Try again later.",
            reason="rate_limited",
            retry_after=timedelta(seconds=max(seconds, _SHORT_WAIT)),
        )

    # Writing

    def mutate(
        self,
        text: str,
        variables: Json,
        *,
        cost: float,
        ready: Callable[[], object] = _nothing,
        about: Iterable[str] = (),
    ) -> Answer:
        """Send a document that changes something: exactly once, unless it provably was not executed.

        ``ready`` is called when the points are there, right before it leaves; what it raises stops it. ``about`` are
        the ids of the orders that it changes. The answer may hold data beside errors: mutations in one document
        stand or fall each by itself.

        Raises: NotSentError (``rate_limited`` with ``retry_after`` where the store put it off); UnconfirmedError
        where nobody knows; WriteFault where Shopify turned all of it away, or something else answered;
        CredentialsError.
        """
        request = Request(text, variables, cost)

        def send() -> Response:
            ready()
            return self._post_once(request, about)

        try:
            answer = self._executed(request, send)
        except (NotSentError, UnconfirmedError):
            raise
        except UnreachableError as error:
            raise _unconfirmed(str(error), error.reason) from None
        if answer.begun:
            return answer
        raise DOCUMENTS.fault(said_of_document(answer), error_in(answer.errors), self._now())

    def _post_once(self, request: Request, about: Iterable[str]) -> Response:
        """A good answer, or Shopify's own 401, for another token may do better."""
        response = self._http.write("POST", self._path, json=request.body, about=about)
        said = said_by(response)
        if response.ok or (response.status == _UNAUTHORISED and said.speaker is Speaker.STORE):
            return response
        raise DOCUMENTS.fault(said, error_of(response), self._now())


def _unconfirmed(words: str, reason: str) -> UnconfirmedError:
    return UnconfirmedError(f"{words} The store may have done it all the same.", reason=reason)


def _is_too_slow(response: Response) -> bool:
    """Shopify cuts a request at 10 s: the same again would take as long, less of it would not."""
    return response.status == _GATEWAY_TIMEOUT


def _with(name: str, shipments: bool) -> str:
    """The document that reads the fulfillments too, or the one without."""
    return f"{name}_and_shipments" if shipments else name
