"""Calling one plugin: what it gives is held to the contract and freed of secrets, what it raises names it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from fbridge.errors import FbridgeError, PluginError
from fbridge.http.from_outside import hide_in_error, without_secrets
from fbridge.http.redaction import Redactor
from fbridge.models.fulfillments import Fulfillment, MailReceipt, MailRequest, Preview, Receipt
from fbridge.models.platforms import CarrierCodes, OrderPage, OrderQuery, Platform, Store, StoreReport
from fbridge.models.secrets import Secret
from fbridge.models.storable_text import storable_copy
from fbridge.models.undo import UNDO_OUTCOMES, Undo, UndoPreview, UndoReceipt
from fbridge.plugin_answers import believable, page_fault, sorted_out
from fbridge.plugin_values import error_fault, fault_in

if TYPE_CHECKING:
    import pluggy

T = TypeVar("T")
_END = object()
MOST_ALIKE = 50
"""A plugin that gives one page so often never comes to an end."""


class LoadedPlatform:
    """One plugin, ready to be called. What it raises beside FbridgeError becomes a PluginError naming it."""

    def __init__(self, platform: Platform, distribution: str, hooks: pluggy.HookRelay) -> None:
        self.platform = platform
        self.distribution = distribution
        self._hooks = hooks

    def fetch_orders(self, store: Store, query: OrderQuery) -> Generator[OrderPage]:
        """See :func:`fbridge.hookspecs.fetch_orders`. An order with a wrong value is among the rejected ones (C2)."""
        before, alike = None, 0
        with closing(self._each("fetch_orders", self._page, store=store, query=query)) as pages:
            for page in pages:
                orders = [one.remote_id for one in page.orders], [one.remote_id for one in page.rejected]
                shown = (page.cursor, orders, page.absent)
                alike = alike + 1 if shown == before else 1
                if alike == MOST_ALIKE:
                    raise self._error(f"fetch_orders gave the same page {alike} times, one after another")
                before = shown
                yield page

    def push_fulfillment(self, store: Store, fulfillments: Sequence[Fulfillment]) -> Generator[Receipt]:
        """See :func:`fbridge.hookspecs.push_fulfillment`. It begins when the first receipt is asked for.

        Entries with a wrong value are left out; when all receipts have come, PluginError names the first of them.
        """
        wrong = ""
        given = self._each("push_fulfillment", believable, store=store, fulfillments=fulfillments)
        with closing(given):
            for receipt, fault in given:
                wrong = wrong or fault
                if receipt:
                    yield receipt
        if wrong:
            raise self._error(f"push_fulfillment gave {wrong}")

    def list_carrier_codes(self, store: Store) -> CarrierCodes:
        """See :func:`fbridge.hookspecs.list_carrier_codes`."""
        return self._one("list_carrier_codes", CarrierCodes, store=store)

    def check_store(self, store: Store) -> StoreReport | None:
        """See :func:`fbridge.hookspecs.check_store`; None where the plugin has no such hook."""
        if not self._hooks.check_store.get_hookimpls():
            return None
        return self._one("check_store", StoreReport, store=store)

    def preview_push(self, store: Store, fulfillments: Sequence[Fulfillment]) -> tuple[Preview, ...] | None:
        """See :func:`fbridge.hookspecs.preview_push`; None where the plugin has no such hook."""
        if not self._hooks.preview_push.get_hookimpls():
            return None
        checked = partial(self._checked, "preview_push", Preview)
        previews = tuple(self._each("preview_push", checked, store=store, fulfillments=fulfillments))
        if extra := Counter(one.order_id for one in previews) - Counter(one.order_id for one in fulfillments):
            raise self._error(
                f"preview_push gave a Preview for order {next(iter(extra))}, which was not asked for or had one "
                "already"
            )
        return previews

    @property
    def mails_again(self) -> bool:
        """Whether the plugin has the hook :meth:`mail_again`."""
        return bool(self._hooks.mail_again.get_hookimpls())

    def mail_again(self, store: Store, requests: Sequence[MailRequest]) -> Generator[MailReceipt]:
        """See :func:`fbridge.hookspecs.mail_again`; only where :attr:`mails_again`. It begins when the first receipt
        is asked for."""
        checked = partial(self._checked, "mail_again", MailReceipt)
        return self._each("mail_again", checked, store=store, requests=requests)

    @property
    def takes_back(self) -> bool:
        """Whether the plugin has the hooks :meth:`preview_undo` and :meth:`undo_fulfillment`."""
        return bool(self._hooks.preview_undo.get_hookimpls() and self._hooks.undo_fulfillment.get_hookimpls())

    def preview_undo(self, store: Store, undo: Undo) -> UndoPreview:
        """See :func:`fbridge.hookspecs.preview_undo`; only where :attr:`takes_back`."""
        return self._one("preview_undo", UndoPreview, store=store, undo=undo)

    def undo_fulfillment(self, store: Store, undo: Undo) -> UndoReceipt:
        """See :func:`fbridge.hookspecs.undo_fulfillment`; only where :attr:`takes_back`."""
        receipt = self._one("undo_fulfillment", UndoReceipt, store=store, undo=undo)
        if receipt.shipment_id != undo.shipment.id:
            raise self._error(f"undo_fulfillment gave a receipt for shipment {receipt.shipment_id}")
        if receipt.outcome not in UNDO_OUTCOMES:
            raise self._error(f"undo_fulfillment gave the outcome {receipt.outcome}, which is none of it")
        return receipt

    def _one(self, hook: str, kind: type[T], **arguments: Any) -> T:
        store = arguments["store"]
        with self._blamed(hook, store):
            result = self._checked(hook, kind, getattr(self._hooks, hook)(**arguments))
            return without_secrets(result, _redactor_of(store))

    def _each(self, hook: str, taken: Callable[[object], T], **arguments: Any) -> Generator[T]:
        store = arguments["store"]
        with self._blamed(hook, store):
            given = getattr(self._hooks, hook)(**arguments)
            if not isinstance(given, Iterable):
                raise self._error(f"{hook} gave {type(given).__name__} where an iterator is due")
            items = iter(given)
        try:
            while True:
                with self._blamed(hook, store):
                    item = next(items, _END)
                    if item is _END:
                        return
                    result = without_secrets(taken(item), _redactor_of(store))
                yield result
        finally:
            with self._blamed(hook, store):
                getattr(items, "close", lambda: None)()

    def _page(self, page: object) -> OrderPage:
        if fault := page_fault(page):
            raise self._error(f"fetch_orders gave {fault}")
        return sorted_out(cast("OrderPage", page), self.platform.key)

    def _checked(self, hook: str, kind: type[T], value: object) -> T:
        """What the store wrote into it is told as far as it can be kept."""
        kept = storable_copy(value)
        if fault := fault_in(kept, kind):
            raise self._error(f"{hook} gave {fault}")
        return cast("T", kept)

    @contextmanager
    def _blamed(self, hook: str, store: Store) -> Iterator[None]:
        try:
            yield
        except FbridgeError as error:
            if fault := error_fault(error):
                raise self._error(f"{hook} raised {fault}") from None
            hide_in_error(error, _redactor_of(store))
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything
            told = _redactor_of(store).text(in_one_line(error))
            failed = self._error(f'{hook} failed on store "{store.name}": {told}')
            failed.__cause__ = error
            hide_in_error(failed, _redactor_of(store))
            raise failed  # noqa: B904 - its cause is set, or was taken off for what it tells

    def _error(self, cause: str) -> PluginError:
        return plugin_error(self.platform.key, self.distribution, cause)


def _redactor_of(store: Store) -> Redactor:
    """The client's, for it knows the tokens too that were obtained on the way."""
    redactor: Redactor = getattr(store.http, "redactor", None) or Redactor()
    redactor.hide(*(value for value in store.settings.values() if isinstance(value, Secret)))
    return redactor


def plugin_error(key: str, distribution: str, cause: str, *, reason: str | None = None) -> PluginError:
    """The error that names a broken plugin."""
    return PluginError(f'The plugin "{key}" ({distribution}) is broken: {cause}', reason=reason)


def in_one_line(error: BaseException) -> str:
    """What an error says, with its class, cut to a sentence's length."""
    words = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
