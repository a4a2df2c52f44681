"""Who sends the parcels: what stands at the head of every printed page, from ``[sender]`` in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marshmallow import Schema, fields, validate

from fbridge.errors import ConfigError
from fbridge.settings.loading import Settings
from fbridge.settings.sections import section


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """``address`` and ``pickup`` are lines of text; ``pickup`` is where the carrier comes, where that is elsewhere.

    ``logo`` is a picture (PNG or JPEG), ``font`` a TrueType font for characters that the usual one lacks.
    """

    company: str = ""
    address: tuple[str, ...] = ()
    vat_number: str = ""
    tax_code: str = ""
    pickup: tuple[str, ...] = ()
    logo: Path | None = None
    font: Path | None = None


def _line(most: int = 80) -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=most))


def _lines() -> fields.List[str]:
    return fields.List(fields.String(validate=validate.Length(max=80)), load_default=list)


class SenderFields(Schema):
    """The fields of ``[sender]``."""

    company = _line()
    address = _lines()
    vat_number = _line(40)
    tax_code = _line(40)
    pickup = _lines()
    logo = _line(400)
    font = _line(400)


def sender_of(settings: Settings) -> Sender:
    """The sender as the settings have it. Raises ConfigError naming file and field."""
    values, where = settings.sender, f'{settings.home.config_file}: "sender"'
    loaded = section(values, SenderFields(), where)
    return Sender(
        company=loaded["company"],
        address=tuple(loaded["address"]),
        vat_number=loaded["vat_number"],
        tax_code=loaded["tax_code"],
        pickup=tuple(loaded["pickup"]),
        logo=_existing(loaded["logo"], where, "logo"),
        font=_existing(loaded["font"], where, "font"),
    )


def _existing(text: str, where: str, field: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser()
    if not path.is_file():
        raise ConfigError(f'{where}, field "{field}": there is no file {path}.')
    return path
