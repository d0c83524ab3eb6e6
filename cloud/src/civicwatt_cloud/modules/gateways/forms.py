"""Replacement forms as gateways and people enter them, and their list."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import State

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.gateways.field_schemas import (
    PointReplacementIn,
    ReplacementIn,
    ReplacementList,
    ReplacementOut,
    ReplacementRow,
)
from civicwatt_cloud.timeseries.ledger.facts.models import ReplacementForm
from civicwatt_cloud.timeseries.ledger.facts.replacement import Desk, Entry
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import MICRO, format_micro

MAX_FORMS = 500  # in the list, the newest [engineering default]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def desk(state: State, session: Session, who: str) -> Desk:
    """Where the application takes forms."""
    return Desk(session, state.store, state.zone, state.clock.now_us(), who)


def enter(desk: Desk, point: Point, wanted: ReplacementIn | PointReplacementIn) -> ReplacementOut:
    """Take the form. Errors: ReplacementRefused."""
    at_us = None if wanted.at is None else _us(wanted.at)
    old_final, new_initial = int(wanted.old_final * MICRO), int(wanted.new_initial * MICRO)
    entry = Entry(point.id, old_final, new_initial, at_us, wanted.reason, wanted.confirmed)
    form, is_new = desk.enter(entry)
    return ReplacementOut(
        form_number=form.form_number,
        is_new=is_new,
        point_id=point.id,
        device=point.device,
        measure=point.measure,
        unit=MEASURES[point.measure].unit,
        at=iso(form.at_us, desk.zone),
        old_final=format_micro(form.old_final_micro),
        new_initial=format_micro(form.new_initial_micro),
    )


def visible_counter(session: Session, scope: Scope, point_id: int) -> Point:
    """A consumption counter of the scope's buildings. Errors: NotFound."""
    query = select(Point).join(Building, Building.id == Point.building_id)
    point = session.scalar(
        query.where(
            Point.id == point_id,
            Point.is_consumption,
            Point.is_counter,
            Building.institution_id.in_(scope.institution_ids()),
        )
    )
    if point is None:
        raise NotFound()
    return point


def listing(session: Session, scope: Scope, zone: ZoneInfo) -> ReplacementList:
    """The forms of the scope's meters, the newest first."""
    rows = session.execute(
        select(ReplacementForm, Point, Institution.name)
        .join(Point, Point.id == ReplacementForm.point_id)
        .join(Building, Building.id == Point.building_id)
        .join(Institution, Institution.id == Building.institution_id)
        .where(scope.visible())
        .order_by(ReplacementForm.entered_us.desc(), ReplacementForm.form_number.desc())
        .limit(MAX_FORMS)
    )
    return ReplacementList(replacements=[_row(form, point, name, zone) for form, point, name in rows])


def _row(form: ReplacementForm, point: Point, institution: str, zone: ZoneInfo) -> ReplacementRow:
    measure = MEASURES[point.measure]
    return ReplacementRow(
        form_number=form.form_number,
        point_id=point.id,
        gateway=point.gateway or "",
        device=point.device,
        name=point.title or point.device,
        institution=institution,
        measure_title=measure.zh,
        measure_title_en=measure.en,
        unit=measure.unit,
        at=iso(form.at_us, zone),
        old_final=format_micro(form.old_final_micro),
        new_initial=format_micro(form.new_initial_micro),
        reason=form.reason,
        entered_by=form.entered_by,
        entered_at=iso(form.entered_us, zone),
    )


def _us(moment: datetime) -> int:
    """UTC µs, exactly."""
    since = moment.astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
