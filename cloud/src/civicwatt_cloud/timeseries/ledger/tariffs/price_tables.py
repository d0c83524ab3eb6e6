"""Price tables as an installation keeps them: each file whole, with all versions it ever had."""

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.timeseries.ledger.importing import Fate
from civicwatt_cloud.timeseries.ledger.tariffs.errors import UnreadableFile, VersionLost
from civicwatt_cloud.timeseries.ledger.tariffs.models import PriceTable
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Tariff, parse
from civicwatt_protocols.toml import text_of


def import_tariff(session: Session, path: Path, who: str = audit.COMMAND) -> tuple[Tariff, Fate]:
    """Take a file (the caller commits); the same file again changes nothing.

    A later file of the same key replaces the earlier, and must still hold every version of it by its first
    day. Errors: UnreadableFile, BadToml, UnknownKey, BadValue, BadTariff, VersionLost.
    """
    try:
        text = text_of(path.read_bytes(), str(path))
    except OSError as error:
        raise UnreadableFile(str(path)) from error
    tariff = parse(text, str(path))
    row = session.get(PriceTable, tariff.key)
    if row is not None and row.text == text:
        return tariff, Fate(is_new=False, is_changed=False)
    known = parse(row.text, tariff.key) if row else None
    if known and (lost := sorted(_starts(known) - _starts(tariff))):
        raise VersionLost(str(path), key=tariff.key, start=lost[0])
    if row is None:
        row = PriceTable(key=tariff.key)
        session.add(row)
    row.text, row.entered_by, row.entered_us = text, who, real_now_us()
    session.flush()
    before = _facts(known) if known else None
    audit.note(session, who, Deed("price_table_entered", tariff.key, before, _facts(tariff)))
    return tariff, Fate(is_new=known is None, is_changed=known is not None)


def tariff(session: Session, key: str) -> Tariff | None:
    """A price table by its key."""
    row = session.get(PriceTable, key)
    return parse(row.text, key) if row else None


def tariffs(session: Session) -> list[Tariff]:
    """All price tables, by key."""
    return [parse(row.text, row.key) for row in session.scalars(select(PriceTable).order_by(PriceTable.key))]


def _starts(tariff: Tariff) -> set[date]:
    return {version.valid_from for version in tariff.version}


def _facts(tariff: Tariff) -> dict[str, object]:
    """For the audit: what each version charges, and by which document."""
    return {
        version.valid_from.isoformat(): {
            "source": version.source,
            "prices": {band.value: str(price) for band, price in version.prices.items()},
        }
        for version in tariff.version
    }
