"""What OpenTelemetry is told: nothing unless it is asked for, no secret, and never in the way of the work."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import fbridge.telemetry
from fbridge.sandbox import ServedSandbox, create_sandbox
from fbridge.telemetry import watched
from fbridge.telemetry_asked import is_asked_for


def told_by(reader: InMemoryMetricReader) -> dict[str, list[tuple[dict[str, Any], Any]]]:
    """The points of each metric: attributes and value (of a histogram, how many)."""
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: [
            (dict(point.attributes or {}), getattr(point, "value", getattr(point, "count", None)))
            for point in metric.data.data_points
        ]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_what_stands_where_is_read_once_for_all_that_tells_of_it(
    ready_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, reads = InMemoryMetricReader(), list[object]()
    real = fbridge.telemetry.read_status
    monkeypatch.setattr("fbridge.telemetry.read_status", lambda *words: reads.append(1) or real(*words))
    meters = MeterProvider([reader], shutdown_on_exit=False)
    with ready_user.bridge() as bridge, watched(bridge.context, (TracerProvider(), meters)):
        first = told_by(reader)
        bridge.fulfil("1001", numbers=["T1"], push=False)
        second = told_by(reader)
        assert len(reads) == 2
    assert first.keys() >= {"fbridge.standing", "fbridge.standing.age"}
    assert first["fbridge.standing"] != second["fbridge.standing"], "and anew each time"


def test_what_a_fetch_and_a_push_did_is_told(ready_user: Any, shop: Any) -> None:
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(shutdown_on_exit=False), MeterProvider([reader], shutdown_on_exit=False)
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    with ready_user.bridge() as bridge:
        with watched(bridge.context, (tracers, meters)):
            shop.sell(1009)
            bridge.fetch()
            bridge.fulfil("1001", numbers=["T1"])
            bridge.fulfil("1002", numbers=["T2"], push=False)
            told = told_by(reader)
        bridge.fetch()
    shop_is = {"store": "shop", "platform": "plain"}
    assert (shop_is | {"kind": "new"}, 1) in told["fbridge.orders.fetched"]
    assert told["fbridge.pushes"] == [(shop_is | {"outcome": "sent"}, 1)]
    assert (shop_is | {"state": "ready"}, 1) in told["fbridge.standing"]
    assert (shop_is | {"act": "fetch", "outcome": "ok"}, 1) in told["fbridge.act.duration"]
    page = (Path(__file__).parents[3] / "docs" / "observing.md").read_text("utf-8")
    assert [name for name in told if f"`{name}`" not in page] == []
    acts = [one.name for one in spans.get_finished_spans()]
    assert acts == ["fbridge fetch", "fbridge push"], "nothing before, nothing after"


@pytest.mark.parametrize(
    ("variables", "asked"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "office"}, False),
        ({"OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_it_is_off_unless_the_environment_asks(variables: dict[str, str], asked: bool) -> None:
    assert is_asked_for(variables) is asked


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "-5"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many"),
    ],
)
def test_a_variable_that_the_library_refuses_stops_no_command(
    user: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv(name, value)
    user.run("carrier", "list")
    assert "A variable of OpenTelemetry (OTEL_...) is wrong" in caplog.text


def test_one_module_knows_the_library() -> None:
    source = Path(fbridge.__file__).parent
    found = {
        path.name
        for path in source.rglob("*.py")
        if "import opentelemetry" in (text := path.read_text("utf-8")) or "from opentelemetry" in text
    }
    assert found == {"telemetry.py"}


class Collector:
    """Takes what is told by OTLP over HTTP."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[bytes]] = {"/v1/traces": [], "/v1/metrics": []}
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies[self.path].append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fbridge", *words],
        env=os.environ | {"FBRIDGE_HOME": str(home)} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.slow
def test_a_command_tells_what_collects_and_holds_no_secret(tmp_path: Path, collector: Collector) -> None:
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    with ServedSandbox(create_sandbox("woocommerce"), "127.0.0.1", 0) as served:
        settings = served.store_settings()
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        add = ("store", "add", "shop", "--platform", "woocommerce", "--url", served.url, *options)
        added = run(tmp_path, *add, "--accept-mail", "--orders-from", "2020-01-01")
        assert added.returncode == 0, added.stderr
        assert run(tmp_path, "fetch", **asked).returncode == 0
        (traces,), (metrics,) = collector.bodies["/v1/traces"], collector.bodies["/v1/metrics"]
        spans = [
            span
            for resource in ExportTraceServiceRequest.FromString(traces).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        (fetch,) = [span for span in spans if span.name == "fbridge fetch"]
        requests = [span for span in spans if span.name == "GET"]
        assert requests
        assert {span.parent_span_id for span in requests} == {fetch.span_id}, (
            "in whichever thread it was sent"
        )
        names = {
            metric.name
            for resource in ExportMetricsServiceRequest.FromString(metrics).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }
        assert names >= {"fbridge.orders.fetched", "fbridge.request.duration", "fbridge.standing"}
        everything = b"".join((*collector.bodies["/v1/traces"], *collector.bodies["/v1/metrics"]))
        for hidden in (*settings.values(), served.url, "Rossi", "example.com"):
            assert str(hidden).encode() not in everything
        silent = run(tmp_path, "fetch", "--json", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
        assert (silent.returncode, silent.stderr) == (0, ""), "whoever collects is out of reach"
        wrong = run(tmp_path, "fetch", "--json", OTEL_TRACES_EXPORTER="smoke", OTEL_METRICS_EXPORTER="none")
        assert (wrong.returncode, wrong.stderr) == (0, "")
    log = (tmp_path / "log" / "fbridge.log").read_text("utf-8")
    assert "Exporter smoke of OpenTelemetry: none of this name is installed." in log
