"""Which manifest is meant by a number or by a carrier's code, and whether it may still be changed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fbridge.context import Context
from fbridge.errors import InputError, NotFoundError
from fbridge.models.shipments import Carrier, ManifestHead
from fbridge.models.states import ManifestState
from fbridge.references import find_carrier
from fbridge.settings.near_match import did_you_mean
from fbridge.shipping.carrier_rows import load_carriers
from fbridge.shipping.manifest_rows import insert_manifest, lock_manifest, next_number
from fbridge.storage.events import record
from fbridge.storage.tables import carriers, manifests


def find_manifest(connection: Connection, ref: str) -> int:
    """The key of the manifest with this number, or of the one that a carrier has in preparation.

    Raises NotFoundError with near matches, InputError where a carrier has two in preparation.
    """
    key = _by_number(connection, ref)
    if key is not None:
        return key
    carrier = _carrier(connection, ref)
    key = _in_preparation(connection, carrier)
    if key is None:
        raise NotFoundError(
            f"No manifest of {carrier.code} is in preparation; open one: fbridge manifest new {carrier.code}",
            reason="unknown_manifest",
        )
    return key


def target_manifest(connection: Connection, target: str, context: Context) -> ManifestHead:
    """The manifest that goods are added to, locked: by number, or the carrier's, opened if there is none.

    Raises NotFoundError, InputError (not in preparation, two in preparation).
    """
    key = _by_number(connection, target)
    if key is None:
        carrier = _carrier(connection, target)
        _one_opener_of(connection, carrier)
        key = _in_preparation(connection, carrier) or open_manifest(connection, carrier, context)
    manifest = lock_manifest(connection, key)
    refuse_unless_preparing(manifest)
    return manifest


def open_manifest(connection: Connection, carrier: Carrier, context: Context) -> int:
    """Open a manifest under the next number of the year on the user's wall, and give its key."""
    at = context.now()
    number = next_number(connection, context.local_date(at).year)
    key = insert_manifest(connection, number, carrier.id, at)
    record(
        connection, "manifest.opened", f"Manifest {number} opened for {carrier.code}.", at=at, manifest_id=key
    )
    return key


def refuse_unless_preparing(manifest: ManifestHead) -> None:
    """Raises InputError naming the command that helps when the manifest is shipped or cancelled."""
    if manifest.state is ManifestState.PREPARING:
        return
    another = f"open another: fbridge manifest new {manifest.carrier.code}"
    if manifest.state is ManifestState.SHIPPED:
        another = f"take it back: fbridge manifest reopen {manifest.number}, or {another}"
    raise InputError(
        f"Manifest {manifest.number} is {manifest.state}; {another}", reason=f"manifest_{manifest.state}"
    )


def _by_number(connection: Connection, ref: str) -> int | None:
    query = sa.select(manifests.c.id).where(manifests.c.number == ref.strip())
    return connection.execute(query).scalar_one_or_none()


def _carrier(connection: Connection, ref: str) -> Carrier:
    try:
        return find_carrier(connection, ref)
    except NotFoundError:
        numbers = connection.execute(
            sa.select(manifests.c.number).order_by(manifests.c.id.desc()).limit(500)
        ).scalars()
        names = [*(carrier.code for carrier in load_carriers(connection)), *numbers]
        raise NotFoundError(
            f"There is no manifest and no carrier {ref}.{did_you_mean(ref, names)}", reason="unknown_manifest"
        ) from None


def _in_preparation(connection: Connection, carrier: Carrier) -> int | None:
    found = connection.execute(
        sa.select(manifests.c.id, manifests.c.number)
        .where(manifests.c.carrier_id == carrier.id, manifests.c.state == ManifestState.PREPARING)
        .order_by(manifests.c.id)
    ).all()
    if len(found) > 1:
        numbers = ", ".join(row.number for row in found)
        raise InputError(
            f"{carrier.code} has {len(found)} manifests in preparation; name one of them: {numbers}.",
            reason="ambiguous_manifest",
        )
    return found[0].id if found else None


def _one_opener_of(connection: Connection, carrier: Carrier) -> None:
    # On PostgreSQL two programs that add to a carrier's manifest at once would otherwise open one each.
    query = sa.select(carriers.c.id).where(carriers.c.id == carrier.id)
    connection.execute(query.with_for_update(key_share=True))
