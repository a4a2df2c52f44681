"""What POST, PUT and PATCH make of the fields of one entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fbridge_prestashop.sandbox import errors
from fbridge_prestashop.sandbox.bodies import Entity
from fbridge_prestashop.sandbox.schema import Field, Format, Resource, Row, with_whole_numbers
from fbridge_prestashop.sandbox.state import Shop


@dataclass(frozen=True, slots=True)
class Given:
    """The fields that a request writes: ``values`` as they came, None for what PUT resets."""

    resource: Resource
    values: Row

    def stored(self) -> Row:
        """As the database keeps them: a text that is too long is cut without a word."""
        fields = {field.name: field for field in self.resource.fields}
        return {name: _stored(fields[name], value) for name, value in self.values.items()}


def read_given(shop: Shop, resource: Resource, entity: Entity, method: str) -> Given:
    """The checked fields. Unknown elements are ignored. Raises: WebserviceError (400)."""
    values: Row = {}
    for field in resource.fields:
        value = entity.languages(field.name) if field.translated else entity.text(field.name)
        if value is not None:
            values[field.name] = value
        elif method != "PATCH" and field.required:
            raise errors.field_required(field.name)
        elif method != "PATCH" and not field.translated:
            values[field.name] = None
    for field in resource.fields:
        _check(shop, resource, field, values.get(field.name))
    return Given(resource, values | _dates(shop, resource, values, method))


def save_row(shop: Shop, resource: Resource, entity: Entity, method: str) -> Row:
    """Write an entity; return it as the answer shows it. Raises: WebserviceError, Crash."""
    with shop.lock:
        given = read_given(shop, resource, entity, method)
        if method == "POST":
            return _added(shop, given)
        row_id = existing_id(shop, resource, entity)
        before = shop.row(resource.name, row_id) or {}
        shown = as_read(shop, resource, before) | given.values | {"id": str(row_id)}
        shop.tables[resource.name].change(row_id, given.stored())
        return shown


def as_read(shop: Shop, resource: Resource, row: Row) -> Row:
    """A row of the database as this version shows it in JSON."""
    return with_whole_numbers(resource, row) if shop.settings.is_nine else row


def existing_id(shop: Shop, resource: Resource, entity: Entity) -> int:
    """The id in the body; the one in the address does not count. Raises: WebserviceError (404)."""
    text = entity.text("id") or ""
    if not text.isdigit() or shop.row(resource.name, text) is None:
        raise errors.invalid_id()
    return int(text)


def _added(shop: Shop, given: Given) -> Row:
    try:
        row_id = shop.tables[given.resource.name].add(given.stored())
    except NotImplementedError:
        raise errors.not_saved() from None
    except LookupError:
        raise errors.Crash from None
    return given.values | {"id": str(row_id)}


def _check(shop: Shop, resource: Resource, field: Field, value: Any) -> None:
    if not isinstance(value, str):
        return
    if field.required and value == "":
        raise errors.invalid_field(resource.class_name, field.name, "is empty")
    if not field.format.accepts(value):
        raise errors.invalid_field(resource.class_name, field.name)
    if shop.settings.is_nine and field.size is not None and len(value) > field.size:
        raise errors.too_long_field(resource.class_name, field.name, len(value), field.size)


def _dates(shop: Shop, resource: Resource, values: Row, method: str) -> Row:
    """A new row is of now, and so is one that PUT wrote without its date."""
    names = {field.name for field in resource.fields}
    dates = {"date_upd": shop.now()} if "date_upd" in names else {}
    if "date_add" in names and (method == "POST" or (method == "PUT" and not values.get("date_add"))):
        dates["date_add"] = shop.now()
    return dates


def _stored(field: Field, value: Any) -> Any:
    if isinstance(value, list):
        return value
    if value in {None, ""}:
        return field.empty
    if field.format is Format.FLOAT:
        return f"{float(value):.{field.decimals}f}"
    return value[: field.size]
