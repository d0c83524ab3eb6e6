"""A gateway's day: it binds its meters, reports replaced ones, asks what has arrived."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.modules.gateways.field_schemas import (
    MeterRow,
    MetersIn,
    MetersOut,
    ReceivedOut,
    RowProblemOut,
)
from civicwatt_cloud.modules.gateways.signed import SignedGateway
from civicwatt_cloud.timeseries import binding
from civicwatt_cloud.timeseries.binding import Fate
from civicwatt_cloud.timeseries.intake import sequences
from civicwatt_cloud.timeseries.ledger.facts.errors import NoSuchCounter
from civicwatt_cloud.timeseries.points import Point

MAX_GAPS = 1000  # told at once [engineering default]
_FIELDS = {
    binding.DEVICE: "device",
    binding.NAME: "name",
    binding.TEMPLATE: "template",
    binding.BUILDING: "building",
    binding.END_USE: "end_use",
    binding.IN_USE_FROM: "in_use_from",
}
_NAMES = {**_FIELDS, binding.MEASURES: "measures"}


@dataclass(frozen=True, slots=True)
class _JsonRow(Row):
    """A row of a request; its cells are found as `rows.0.device`."""

    def where(self, title: str) -> str:
        return f"{self.sheet}.{self.number}.{_NAMES.get(title, 'device')}"


def bind_meters(
    session: Session, gateway: SignedGateway, wanted: MetersIn, zone: ZoneInfo, now_us: int
) -> MetersOut:
    """Bind the gateway's devices to buildings of its division; good rows are kept, bad ones told.

    With `dry_run` the answer is the same and nothing is changed.
    """
    trial = session.begin_nested()
    dates = _dates(session, gateway.id, zone)
    today = date_of(now_us, zone).isoformat()
    rows = [
        _row(number, gateway.id, row, dates.get(row.device, today)) for number, row in enumerate(wanted.rows)
    ]
    scope = scope_of_region(gateway.division[:6])
    report = binding.bind(session, rows, zone, who=f"gateway/{gateway.id}", scope=scope)
    if wanted.dry_run:
        trial.rollback()
    else:
        trial.commit()
    by_fate = {
        fate: [device for (_, device), found in report.fates.items() if found is fate] for fate in Fate
    }
    return MetersOut(
        added=by_fate[Fate.ADDED],
        changed=by_fate[Fate.CHANGED],
        unchanged=by_fate[Fate.UNCHANGED],
        problems=[_problem(problem) for problem in report.problems],
        dry_run=wanted.dry_run,
    )


def _row(number: int, gateway: str, row: MeterRow, in_use_from: str) -> Row:
    cells = {title: getattr(row, name).strip() for title, name in _FIELDS.items()}
    if institution := row.institution.strip():
        cells[binding.BUILDING] = f"{institution}/{cells[binding.BUILDING]}"
    cells[binding.MEASURES] = " ".join(row.measures)
    cells[binding.IN_USE_FROM] = cells[binding.IN_USE_FROM] or in_use_from
    return _JsonRow(number, {binding.GATEWAY: gateway, **cells}, {}, "rows")


def _dates(session: Session, gateway: str, zone: ZoneInfo) -> dict[str, str]:
    """From when on the gateway's bound devices are in use."""
    rows = select(Point.device, Point.bound_from_us).where(Point.gateway == gateway, Point.is_consumption)
    return {device: date_of(from_us or 0, zone).isoformat() for device, from_us in session.execute(rows)}


def _problem(problem: RowProblem) -> RowProblemOut:
    _, number, field = problem.where.split(".")
    return RowProblemOut(
        row=int(number),
        field=field,
        code=problem.code,
        detail=problem.message("zh"),
        detail_en=problem.message("en"),
        remedy=problem.remedy("zh"),
        remedy_en=problem.remedy("en"),
    )


def counter_of(session: Session, gateway: str, device: str, measure: str | None) -> Point:
    """The device's counter of this measure, else the one that is its consumption. Errors: NoSuchCounter."""
    query = select(Point).where(Point.gateway == gateway, Point.device == device, Point.is_counter)
    wanted = Point.is_consumption if measure is None else Point.measure == measure
    point = session.scalar(query.where(wanted))
    if point is None:
        raise NoSuchCounter("device", name=device if measure is None else f"{device} {measure}")
    return point


def received(session: Session, gateway: str, epoch: str, lo: int, hi: int) -> ReceivedOut:
    """What of the numbers lo…hi of the gateway's outbox is stored, and what is not."""
    stored = sequences.received(session, gateway, epoch)
    return ReceivedOut(
        stored=sequences.count(sequences.within(stored, lo, hi)),
        missing=sequences.missing(stored, lo, hi)[:MAX_GAPS],
        duplicates_ignored=sequences.duplicates(session, gateway, epoch),
    )
