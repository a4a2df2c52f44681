"""XML as the Webservice writes it, line for line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fbridge_prestashop.sandbox.schema import ID, Field, Format, Resource, Row

if TYPE_CHECKING:
    from fbridge_prestashop.sandbox.calls import Answer
    from fbridge_prestashop.sandbox.errors import WebserviceError
    from fbridge_prestashop.sandbox.schema import Association

CONTENT_TYPE = "text/xml;charset=utf-8"
METHODS = ("get", "put", "post", "patch", "delete", "head")


def document(inside: str) -> str:
    """The whole document."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
    return f"{head}{inside}</prestashop>\n"


def xml_answer(answer: Answer, home: str) -> str:
    """Entities: a list within its plural, what was written side by side."""
    resource = answer.resource
    if answer.is_list and not answer.display.asked:
        lines = [
            f'<{resource.node} id="{row["id"]}" xlink:href="{home}/api/{resource.name}/{row["id"]}"/>\n'
            for row in answer.rows
        ]
        inside = "".join(lines)
    else:
        inside = "".join(_entity(row, answer, home) for row in answer.rows)
    if answer.is_list:
        inside = f"<{resource.name}>\n{inside}</{resource.name}>\n"
    return document(inside)


def xml_errors(error: WebserviceError) -> str:
    """Codes and messages."""
    inside = "".join(
        f"<error>\n<code>{_cdata(code)}</code>\n<message>{_cdata(message)}</message>\n</error>\n"
        for code, message in error.errors
    )
    return document(f"<errors>\n{inside}</errors>\n")


def xml_schema(resource: Resource, kind: str, languages: Sequence[int], home: str) -> str:
    """``schema=blank`` (an entity to fill in) or ``schema=synopsis`` (what is required, and the formats)."""
    is_blank = kind == "blank"
    lines = [f"\t<id>{_cdata('')}</id>\n"] if is_blank else []
    for field in resource.fields:
        empty: Any = ""
        if field.translated:
            empty = [{"id": str(language), "value": ""} for language in languages]
        lines.append(_field(field, empty, home, "" if is_blank else _synopsis(field)))
    return document(f"<{resource.node}>\n{''.join(lines)}</{resource.node}>\n")


def xml_root(
    shop_name: str,
    permissions: Iterable[tuple[Resource, frozenset[str]]],
    methods: Collection[str],
    home: str,
) -> str:
    """The resources that the key may use, and by which of the methods that this version knows."""
    return document(
        f'<api shopName="{shop_name}">\n'
        + "".join(_permitted(resource, allowed, methods, home) for resource, allowed in permissions)
        + "</api>\n"
    )


def _permitted(resource: Resource, allowed: frozenset[str], methods: Collection[str], home: str) -> str:
    address = f"{home}/api/{resource.name}"
    rights = " ".join(
        f'{method}="{str(method.upper() in allowed).lower()}"'
        for method in METHODS
        if method.upper() in methods
    )
    return (
        f'<{resource.name} xlink:href="{address}" {rights}>\n'
        f'<description xlink:href="{address}" {rights}>\n{resource.description}</description>\n'
        f'<schema xlink:href="{address}?schema=blank" type="blank"/>\n'
        f'<schema xlink:href="{address}?schema=synopsis" type="synopsis"/>\n'
        f"</{resource.name}>\n"
    )


def _synopsis(field: Field) -> str:
    required = ' required="true"' if field.required else ""
    return required + (f' format="{field.format.value}"' if field.format is not Format.TEXT else "")


def _entity(row: Row, answer: Answer, home: str) -> str:
    node = answer.resource.node
    fields = "".join(
        _field(field, _shown(row.get(field.name), answer.languages), home, _link(field, row, home))
        for field in answer.display.fields
    )
    associations = "".join(
        _association(association, shown, row.get(association.name) or (), home)
        for association, shown in answer.display.associations
    )
    if associations:
        associations = f"<associations>\n{associations}</associations>\n"
    return f"<{node}>\n{fields}{associations}</{node}>\n"


def _association(association: Association, fields: Sequence[Field], rows: Sequence[Row], home: str) -> str:
    virtual = ' virtualEntity="true"' if association.virtual else ""
    inside = "".join(
        f"\t<{association.node}>\n"
        + "".join(_field(field, row[field.name], home, _link(field, row, home)) for field in fields)
        + f"\t</{association.node}>\n"
        for row in rows
    )
    name = association.name
    return f'<{name} nodeType="{association.node}"{virtual}>\n{inside}</{name}>\n'


def _field(field: Field, value: Any, home: str, attributes: str) -> str:
    is_translated = isinstance(value, list)
    inside = "".join(_language(one, home) for one in value) if is_translated else _cdata(value)
    return f"\t<{field.name}{attributes}>{inside}</{field.name}>\n"


def _language(text: dict[str, str], home: str) -> str:
    number = text["id"]
    return f'<language id="{number}" xlink:href="{home}/api/languages/{number}">{_cdata(text["value"])}</language>'


def _link(field: Field, row: Row, home: str) -> str:
    if field.dynamic:
        return ' notFilterable="true"'
    if field.link is None or field is ID:
        return ""
    return f' xlink:href="{home}/api/{field.link}/{row.get(field.name)}"'


def _shown(value: Any, languages: frozenset[str] | None) -> Any:
    if not isinstance(value, list) or languages is None:
        return value
    return [one for one in value if one["id"] in languages]


def _cdata(value: Any) -> str:
    return f"<![CDATA[{'' if value is None else value}]]>"
