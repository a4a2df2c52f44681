"""What fbridge does, as metrics and traces of OpenTelemetry (docs/observing.md); needs the extra ``otel``.

The only module that knows the library. Attributes are the names of stores and platforms, acts, states, codes, methods
and statuses of HTTP: no credentials, no addresses of stores, nothing about an order or a customer.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points
from threading import Event, Lock, Thread
from time import monotonic, time_ns
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
from opentelemetry.sdk.metrics import MeterProvider as OwnMeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider as OwnTracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider

from fbridge.context import Context
from fbridge.errors import FbridgeError
from fbridge.foreign_logs import into_our_log
from fbridge.listeners.telling import ListenerTold
from fbridge.orders.fetch import FetchResult
from fbridge.push.not_at_rest import Shown
from fbridge.push.run import StorePush
from fbridge.push.status import read_status
from fbridge.push.store_days import DayLine, StoreDay
from fbridge.version import __version__
from fbridge.watching import watched_by
from fbridge.workers.workers import Workers

__all__ = ["watched"]

log = logging.getLogger("fbridge.telemetry")
_AT_THE_END = 3.0
"""Seconds that a command waits for what collects; it may be out of reach."""
Providers = tuple[TracerProvider, MeterProvider]


@contextmanager
def watched(context: Context, providers: Providers | None = None) -> Iterator[None]:
    """While the block runs, what is done with this context is told to OpenTelemetry.

    Without ``providers`` to those that the program has set for itself, else as the environment says (``OTEL_*``);
    those end with the block, and what is left to tell is told then.
    """
    with ExitStack() as at_end:
        at_end.enter_context(into_our_log(log, "opentelemetry"))
        is_over = Event()
        at_end.callback(is_over.set)  # the database may be closed then
        theirs = providers or _of_the_program()
        tracers, meters = theirs or at_end.enter_context(_of_the_environment())
        if theirs and isinstance(meters, OwnMeterProvider):
            at_end.callback(_within, _AT_THE_END, meters.force_flush)
        at_end.enter_context(watched_by(_Watcher(context, tracers, meters, is_over)))
        yield


class _Watcher:
    """A :class:`fbridge.watching.Watcher`."""

    def __init__(
        self, context: Context, tracers: TracerProvider, meters: MeterProvider, is_over: Event
    ) -> None:
        self._context, self._is_over = context, is_over
        self._tracer = tracers.get_tracer("fbridge", __version__)
        meter = meters.get_meter("fbridge", __version__)
        self._acts = meter.create_histogram("fbridge.act.duration", "s", "How long an act took for a store")
        self._requests = meter.create_histogram("fbridge.request.duration", "s", "Each try of a request")
        self._waits = meter.create_histogram("fbridge.rate_limit.wait", "s", "Waits before a request")
        self._orders = meter.create_counter(
            "fbridge.orders.fetched", "{order}", "Orders as fetches kept them"
        )
        self._pushes = meter.create_counter("fbridge.pushes", "{shipment}", "Shipments of pushes, by outcome")
        self._events = meter.create_counter("fbridge.listener.events", "{event}", "Events that were told")
        standing = (("fbridge.standing", "1", _count), ("fbridge.standing.age", "s", _age))
        read = _ReadOnce(context, is_over, frozenset(name for name, _, _ in standing))
        for name, unit, value in standing:
            tell = self._standing(name, value, read)
            meter.create_observable_gauge(name, [tell], unit, "What stands where, by state")
        meter.create_observable_gauge(
            "fbridge.task.age", [self._tasks], "s", "How long the oldest task has waited for a worker"
        )

    @contextmanager
    def working(self, act: str, name: str) -> Iterator[Callable[[object], None]]:
        about = self._about(name) if act != "tell" else {"listener": name}
        began, told = monotonic(), list[object]()
        with self._tracer.start_as_current_span(
            f"fbridge {act}", attributes=about, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield told.append
            finally:
                outcome = _outcome(told[0]) if told else "failed"
                span.set_attribute("outcome", outcome)
                if outcome != "ok":
                    span.set_status(Status(StatusCode.ERROR))
                self._acts.record(monotonic() - began, about | {"act": act, "outcome": outcome})
                for result in told:
                    self._count(result, about)

    def _count(self, result: object, about: Mapping[str, str]) -> None:
        if isinstance(result, FetchResult):
            rest = result.orders - result.new - result.changed
            kinds = {
                "new": result.new,
                "changed": result.changed,
                "known": rest,
                "unreadable": len(result.rejected),
            }
            _add(self._orders, "kind", kinds, about)
        elif isinstance(result, StorePush):
            _add(self._pushes, "outcome", Counter(str(item.state) for item in result.items), about)
        elif isinstance(result, ListenerTold):
            self._events.add(result.told, about)

    def requested(self, store: str, method: str, status: int | None, seconds: float) -> None:
        about: dict[str, Any] = self._about(store) | {"http.request.method": method}
        about |= {"error.type": "no_answer"} if status is None else {"http.response.status_code": status}
        self._requests.record(seconds, about)
        end = time_ns()
        begin = end - int(seconds * 1e9)
        span = self._tracer.start_span(method, kind=SpanKind.CLIENT, attributes=about, start_time=begin)
        if status is None or status >= _FIRST_ERROR:
            span.set_status(Status(StatusCode.ERROR))
        span.end(end)

    def waited(self, store: str, seconds: float) -> None:
        self._waits.record(seconds, self._about(store))

    def _tasks(self, _: CallbackOptions) -> Iterable[Observation]:
        """How long each store's oldest task is over its time, where there are workers."""
        if self._is_over.is_set() or self._context.database.is_sqlite:
            return
        try:
            found = Workers(self._context).status().work
        except FbridgeError:  # an office without workers
            return
        for one in found:
            if one.waiting and one.next_at:
                late = max((self._context.now() - one.next_at).total_seconds(), 0.0)
                yield Observation(late, self._about(one.store) | {"task": str(one.kind)})

    def _about(self, store: str) -> dict[str, str]:
        if not store:
            return {}
        # Asked each time: settings are read again while a worker or an office runs.
        known = self._context.settings.stores.get(store)
        return {"store": store, "platform": known.platform if known else ""}

    def _standing(
        self, name: str, value: Callable[[DayLine], float], read: _ReadOnce
    ) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            for day in read.for_gauge(name):
                for line in day.lines:
                    yield Observation(value(line), self._about(day.store) | {"state": line.what})

        return observe


class _ReadOnce:
    """What stands where, read once for all these gauges: anew when one of them is asked again."""

    def __init__(self, context: Context, is_over: Event, gauges: frozenset[str]) -> None:
        self._context, self._is_over, self._gauges = context, is_over, gauges
        self._days: Sequence[StoreDay] = ()
        self._waiting: frozenset[str] = frozenset()
        self._turn = Lock()

    def for_gauge(self, name: str) -> Sequence[StoreDay]:
        """Nothing once the database may be closed, or where it cannot be read."""
        with self._turn:
            if name not in self._waiting:
                self._days, self._waiting = self._read(), self._gauges
            self._waiting -= {name}
            return self._days

    def _read(self) -> Sequence[StoreDay]:
        if self._is_over.is_set():
            return ()
        try:
            return read_status(self._context, Shown(most=0)).stores
        except FbridgeError as error:
            log.warning("What stands where could not be read: %s", error)
            return ()


_FIRST_ERROR = 400


def _count(line: DayLine) -> float:
    return line.count


def _age(line: DayLine) -> float:
    return line.age.total_seconds()


def _add(counter: metrics.Counter, name: str, counts: Mapping[str, int], about: Mapping[str, str]) -> None:
    for kind, number in counts.items():
        if number:
            counter.add(number, {**about, name: kind})


def _outcome(result: object) -> str:
    """``ok``, or the stable code of what went wrong."""
    error = getattr(result, "error", None)
    if error is not None:
        return str(error.reason) or type(error).__name__
    told = getattr(result, "outcome", "ok")
    return "ok" if told in ("ok", "up_to_date") else str(told)


def _of_the_program() -> Providers | None:
    tracers, meters = trace.get_tracer_provider(), metrics.get_meter_provider()
    ours = isinstance(tracers, OwnTracerProvider) or isinstance(meters, OwnMeterProvider)
    return (tracers, meters) if ours else None


@contextmanager
def _of_the_environment() -> Iterator[Providers]:
    """Those that its variables ask for; where one has a value that the library refuses, nothing is told."""
    try:
        tracers, meters = _made_by_variables()
    except Exception as error:  # noqa: BLE001 - what is watched goes on, whoever watches
        log.warning("A variable of OpenTelemetry (OTEL_...) is wrong, so nothing is told to it: %s", error)
        yield trace.NoOpTracerProvider(), metrics.NoOpMeterProvider()
        return
    try:
        yield tracers, meters
    finally:
        _within(_AT_THE_END, tracers.shutdown, meters.shutdown)


def _made_by_variables() -> tuple[OwnTracerProvider, OwnMeterProvider]:
    named = {} if _is_named() else {SERVICE_NAME: "fbridge"}
    resource = Resource.create({SERVICE_VERSION: __version__, **named})
    tracers = OwnTracerProvider(resource=resource, shutdown_on_exit=False)
    for span_exporter in _exporters("traces"):
        tracers.add_span_processor(BatchSpanProcessor(span_exporter))
    readers = [PeriodicExportingMetricReader(one) for one in _exporters("metrics")]
    return tracers, OwnMeterProvider(readers, resource=resource, shutdown_on_exit=False)


def _is_named() -> bool:
    said = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return bool(os.environ.get("OTEL_SERVICE_NAME")) or "service.name=" in said


def _exporters(signal: str) -> Iterator[Any]:
    """Those that the environment names, found as OpenTelemetry's packages offer them; one that fails is told."""
    for word in os.environ.get(f"OTEL_{signal.upper()}_EXPORTER", "otlp").split(","):
        name = word.strip().lower() or "otlp"
        if name == "none":
            continue
        protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http").partition("/")[0]
        offered = entry_points(group=f"opentelemetry_{signal}_exporter")
        key = f"otlp_proto_{protocol}" if name == "otlp" else name
        try:
            yield next(iter(offered.select(name=key))).load()()
        except Exception as error:  # noqa: BLE001 - what is watched goes on, whoever watches
            why = "none of this name is installed" if isinstance(error, StopIteration) else str(error)
            log.warning("Exporter %s of OpenTelemetry: %s. Nothing is told to it.", name, why)


def _within(seconds: float, *acts: Callable[[], object]) -> None:
    """Do these side by side, and wait so long at most: what collects may be out of reach."""
    running = [Thread(target=act, daemon=True) for act in acts]
    for one in running:
        one.start()
    end = monotonic() + seconds
    for one in running:
        one.join(max(end - monotonic(), 0))
