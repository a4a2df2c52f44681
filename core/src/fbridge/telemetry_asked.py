"""Whether OpenTelemetry is wanted and there, before anything of it is imported."""

from __future__ import annotations

from collections.abc import Mapping

_ASKS = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_METRICS_EXPORTER",
    "OTEL_TRACES_EXPORTER",
)


def is_asked_for(environment: Mapping[str, str]) -> bool:
    """Whether the usual variables of OpenTelemetry say that there is somebody to tell."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    return any(environment.get(name, "").strip() not in {"", "none"} for name in _ASKS)


def is_possible() -> bool:
    """Whether OpenTelemetry is installed."""
    from importlib.util import find_spec  # not for those whom nobody watches

    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None
