"""Guards as somebody types them for one run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fbridge.models.guards import GUARDS
from fbridge.settings.field_errors import field_error
from fbridge.settings.near_match import did_you_mean


def read_guards(given: Mapping[str, str]) -> dict[str, Any]:
    """Guards as somebody types them, for one run.

    Raises: ValueError with a sentence for what is unknown or has no such value.
    """
    from fbridge.settings.bare_marshmallow import marshmallow
    from fbridge.settings.store_schema import StoreFields

    for name in given:
        if name not in GUARDS:
            raise ValueError(
                f"There is no guard {name!r}.{did_you_mean(name, GUARDS)} They are {', '.join(GUARDS)}."
            )
    try:
        return dict(StoreFields(only=tuple(given)).load(dict(given))) if given else {}
    except marshmallow.ValidationError as error:
        said = error.normalized_messages()  # type: ignore[no-untyped-call]
        name = next(iter(said))
        raise ValueError(f"{name} {field_error(name, said[name], {})}") from None
