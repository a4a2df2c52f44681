"""``display=``: which fields of an entity are shown, always in the order of the resource."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fbridge_prestashop.sandbox.errors import unknown_display
from fbridge_prestashop.sandbox.schema import ID, Association, Field, Resource

ITEM = re.compile(r"(\w+)(?:\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Display:
    """``asked`` is whether the query said it: JSON has another shape then."""

    fields: Sequence[Field]
    associations: Sequence[tuple[Association, Sequence[Field]]] = ()
    asked: bool = True

    @property
    def is_ids_only(self) -> bool:
        """Whether a row need not be read."""
        return list(self.fields) == [ID] and not self.associations


def whole(resource: Resource, *, asked: bool) -> Display:
    """All fields."""
    associations = [(association, association.fields) for association in resource.associations]
    return Display([ID, *resource.fields], associations, asked)


def read_display(resource: Resource, text: str | None, *, is_list: bool) -> Display:
    """What a reading request asks for. Raises: WebserviceError (400) for an unknown field."""
    if text == "full" or (text is None and not is_list):
        return whole(resource, asked=text is not None)
    if text is None:
        return Display([ID], asked=False)
    inside = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    return _subset(resource, inside)


def _subset(resource: Resource, text: str) -> Display:
    wanted = {match[1]: match[2] for match in ITEM.finditer(text)}
    associations = {association.name: association for association in resource.associations}
    for name in wanted:
        if name not in associations and resource.field(name) is None:
            raise unknown_display(name, resource.names)
    fields = [field for field in (ID, *resource.fields) if field.name in wanted]
    shown = [
        (association, _part(association, wanted[name]))
        for name, association in associations.items()
        if name in wanted
    ]
    return Display(fields, shown)


def _part(association: Association, text: str | None) -> Sequence[Field]:
    if not text:
        return association.fields
    names = text.split(",")
    return [field for field in association.fields if field.name in names]
