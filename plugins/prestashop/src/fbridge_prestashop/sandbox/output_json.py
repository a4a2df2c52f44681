"""JSON as the Webservice writes it: an empty list is ``[]``, and a single entity drops what PHP calls false."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fbridge_prestashop.sandbox.calls import Answer
    from fbridge_prestashop.sandbox.display import Display
    from fbridge_prestashop.sandbox.errors import WebserviceError
    from fbridge_prestashop.sandbox.schema import Field, Row

CONTENT_TYPE = "application/json"
FALSY: tuple[object, ...] = (None, "", "0", 0, [])


def json_answer(answer: Answer, *, drops_falsy: bool) -> str:
    """Entities. Without ``display`` only the last one of several written is told."""
    if not answer.rows:
        return "[]"
    if answer.is_list or answer.display.asked:
        return _text({answer.resource.name: [_entity(row, answer) for row in answer.rows]})
    entity = _entity(answer.rows[-1], answer)
    if drops_falsy:
        entity = {name: value for name, value in entity.items() if value not in FALSY}
    return _text({answer.resource.node: entity})


def json_errors(error: WebserviceError) -> str:
    """Codes and messages."""
    return _text({"errors": [{"code": code, "message": message} for code, message in error.errors]})


def json_schema(node: str) -> str:
    """A schema, which JSON cannot show."""
    return _text({node: []})


def shown_languages(value: Sequence[dict[str, Any]], languages: frozenset[str] | None) -> Any:
    """The texts of a translated field; a plain text when there is but one language."""
    shown = [one for one in value if languages is None or str(one["id"]) in languages]
    return shown[0]["value"] if len(shown) == 1 else shown


def _entity(row: Row, answer: Answer) -> dict[str, Any]:
    entity: dict[str, Any] = {}
    for field in answer.display.fields:
        value = row.get(field.name)
        entity[field.name] = shown_languages(value, answer.languages) if isinstance(value, list) else value
    associations = _associations(row, answer.display, whole=answer.whole_numbers)
    return entity | ({"associations": associations} if associations else {})


def _text_or_number(field: Field, value: Any, *, whole: bool) -> Any:
    shown = str(value)
    return int(shown) if whole and field.format.is_whole and shown.isdigit() else shown


def _associations(row: Row, display: Display, *, whole: bool) -> dict[str, Any]:
    return {
        association.name: [
            {field.name: _text_or_number(field, one[field.name], whole=whole) for field in fields}
            for one in row[association.name]
        ]
        for association, fields in display.associations
        if row.get(association.name)
    }


def _text(content: Any) -> str:
    """As PHP's ``json_encode`` writes it, with every slash escaped."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
