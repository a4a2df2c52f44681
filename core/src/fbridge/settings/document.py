"""What stands on every document where its file does not say it: ``[document]`` in the settings."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields, validate

from fbridge.settings.loading import Settings
from fbridge.settings.sections import section


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDefaults:
    """``reason`` is why goods travel (causale), ``appearance`` how the parcels look, ``freight`` who pays (porto).

    ``transport_by`` is ``carrier``, ``sender``, ``recipient`` or other words; ``unit`` counts goods that have none.
    """

    reason: str = ""
    appearance: str = ""
    freight: str = ""
    transport_by: str = "carrier"
    unit: str = ""


def _text(default: str = "") -> fields.String:
    return fields.String(load_default=default, validate=validate.Length(max=80))


class DocumentFields(Schema):
    """The fields of ``[document]``."""

    reason = _text()
    appearance = _text()
    freight = _text()
    transport_by = _text(DocumentDefaults().transport_by)
    unit = _text()


def document_defaults(settings: Settings) -> DocumentDefaults:
    """The defaults as the settings have them. Raises ConfigError naming file and field."""
    where = f'{settings.home.config_file}: "document"'
    return DocumentDefaults(**section(settings.document, DocumentFields(), where))
