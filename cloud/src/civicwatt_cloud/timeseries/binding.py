"""The meter list 表计: which device measures what, in which building, from when on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_problems import NameMissing, RowProblem
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.errors import (
    BadName,
    DuplicateDevice,
    NoCounter,
    NoSuchBuilding,
    NoSuchEndUse,
    NoSuchMeasure,
    NoSuchTemplate,
)
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.points import Point, ensure_gateway, new_point
from civicwatt_protocols import measures as known_measures
from civicwatt_protocols import templates
from civicwatt_protocols.errors import TemplateError

SHEET = "表计"
GATEWAY, DEVICE, NAME, TEMPLATE = "网关", "设备", "名称", "模板"
BUILDING, END_USE, IN_USE_FROM = "楼栋编码", "分项", "启用日期"
MEASURES = "计量"  # may be absent: what the device tells, where its template is not known here
COLUMNS = (GATEWAY, DEVICE, NAME, TEMPLATE, BUILDING, END_USE, IN_USE_FROM)
_LONGEST, _LONGEST_TITLE = 64, 120


class Fate(StrEnum):
    """What became of a device's binding."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class BindReport:
    """What an import of the meter list did; rows with an error were left out, the others kept."""

    rows: int = 0
    fates: dict[tuple[str, str], Fate] = field(default_factory=dict)  # of (gateway, device)
    problems: list[RowProblem] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """Rows without a problem."""
        return len(self.fates)

    @property
    def changed(self) -> int:
        """Devices among the kept that are new or bound otherwise than before."""
        return sum(fate is not Fate.UNCHANGED for fate in self.fates.values())


@dataclass(frozen=True, slots=True)
class _Binding:
    gateway: str
    device: str
    title: str
    template: str
    measures: tuple[str, ...]
    building_id: int
    end_use: EndUse
    counter: str
    from_us: int


def import_meters(session: Session, path: Path, zone: ZoneInfo) -> BindReport:
    """Bind the rows of a file. Errors: UnreadableTable, MissingColumn."""
    return bind(session, read_rows(path, SHEET, COLUMNS), zone)


def bind(
    session: Session,
    rows: Iterable[Row],
    zone: ZoneInfo,
    *,
    who: str = audit.COMMAND,
    scope: Scope | None = None,
) -> BindReport:
    """Make or change the points of each row's device. The same rows again change nothing.

    A bound point is there before its first reading: a meter that never answered lowers completeness.
    With a scope, the buildings of other institutions do not exist. The audit says who changed what.
    """
    report = BindReport()
    buildings = _buildings(session, scope)
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        report.rows += 1
        try:
            device = (row[GATEWAY], row[DEVICE])
            if device in seen:
                raise DuplicateDevice(row.where(DEVICE), device=row[DEVICE], first=seen[device])
            binding = _read(row, buildings, zone)
            seen[device] = row.number
        except RowProblem as problem:
            report.problems.append(problem)
            continue
        fate, deed = _apply(session, binding)
        report.fates[binding.gateway, binding.device] = fate
        if fate is not Fate.UNCHANGED:
            audit.note(session, who, deed)
    return report


def _buildings(session: Session, scope: Scope | None) -> dict[str, int]:
    """Building ids by code, and by institution/building for who names both."""
    query = select(Building.id, Building.code, Institution.code).join(Institution)
    if scope is not None:
        query = query.where(scope.visible())
    found = {}
    for building_id, building, institution in session.execute(query):
        found[building] = found[f"{institution}/{building}"] = building_id
    return found


def _read(row: Row, buildings: dict[str, int], zone: ZoneInfo) -> _Binding:
    for title in (GATEWAY, DEVICE):
        if not row[title] or len(row[title]) > _LONGEST or set(row[title]) & set("/+#\0"):
            raise BadName(row.where(title), title=title, text=row[title])
    if not row[NAME]:
        raise NameMissing(row.where(NAME), title=NAME)
    for title, longest in ((NAME, _LONGEST_TITLE), (TEMPLATE, _LONGEST)):
        if len(row[title]) > longest:
            raise BadName(row.where(title), title=title, text=row[title])
    measures = _measures(row)
    if row[BUILDING] not in buildings:
        raise NoSuchBuilding(row.where(BUILDING), text=row[BUILDING])
    metered = [use for use in EndUse if use.counters]
    end_use = next((use for use in metered if row[END_USE] in {use.value, use.zh, f"{use.zh}用电"}), None)
    if end_use is None:
        known = "、".join(use.zh for use in metered)
        raise NoSuchEndUse(row.where(END_USE), text=row[END_USE], known=known)
    counter = next((measure for measure in end_use.counters if measure in measures), None)
    if counter is None:
        facts = {"template": row[TEMPLATE], "end_use": end_use.zh, "needed": " / ".join(end_use.counters)}
        raise NoCounter(row.where(TEMPLATE), **facts)
    from_us = day_start_us(day(row, IN_USE_FROM), zone)
    return _Binding(
        row[GATEWAY],
        row[DEVICE],
        row[NAME],
        row[TEMPLATE],
        measures,
        buildings[row[BUILDING]],
        end_use,
        counter,
        from_us,
    )


def _measures(row: Row) -> tuple[str, ...]:
    """What the device tells, by the list itself or else by its template."""
    named = tuple(row[MEASURES].replace("、", " ").split())
    if unknown := [one for one in named if one not in known_measures.MEASURES]:
        raise NoSuchMeasure(row.where(MEASURES), text=unknown[0])
    if named:
        return named
    try:
        return tuple(templates.load(row[TEMPLATE]).measures)
    except TemplateError as error:
        known = "、".join(templates.names())
        raise NoSuchTemplate(row.where(TEMPLATE), text=row[TEMPLATE], known=known) from error


def _apply(session: Session, binding: _Binding) -> tuple[Fate, Deed]:
    """Bring the device's points to what the list says; what became of them."""
    gateway, device = binding.gateway, binding.device
    ensure_gateway(session, gateway)
    of_device = select(Point).where(Point.gateway == gateway, Point.device == device)
    points = {point.measure: point for point in session.scalars(of_device)}
    before = _facts(session, points.values())
    for measure in binding.measures:
        if measure not in points:
            points[measure] = new_point(gateway, device, measure, binding.template)
            session.add(points[measure])
    was = {point.measure: (point.is_consumption, point.bound_from_us) for point in points.values()}
    for point in points.values():
        point.template = binding.template
        point.title = binding.title
        point.building_id = binding.building_id
        point.end_use = binding.end_use.value
        point.carrier = binding.end_use.carrier.value
        point.bound_from_us = binding.from_us
        point.is_consumption = point.measure == binding.counter
    changed = any(session.is_modified(point) for point in points.values())
    session.flush()
    booked_otherwise = [
        point.id
        for point in points.values()
        if (point.is_consumption, point.bound_from_us) != was[point.measure]
        and (point.is_consumption or was[point.measure][0])
    ]
    mark_all_dirty(session, booked_otherwise)
    after = _facts(session, points.values())
    fate = Fate.UNCHANGED if not changed else Fate.ADDED if before is None else Fate.CHANGED
    return fate, Deed("meter_bound", f"{gateway}/{device}", before, after)


def _facts(session: Session, points: Iterable[Point]) -> dict[str, object] | None:
    """How a device is bound, for the audit; None when it is not."""
    point = next((point for point in points if point.is_consumption), None)
    if point is None:
        return None
    building = session.get(Building, point.building_id)
    return {
        "name": point.title,
        "template": point.template,
        "building": building.code if building else None,
        "end_use": point.end_use,
        "measure": point.measure,
        "in_use_from_us": point.bound_from_us,
    }
