"""The overview of a region and the page of one institution."""

from collections.abc import Sequence
from datetime import date

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Building, Institution, InstitutionKind, Level, Region
from civicwatt_cloud.modules.energy import english, live
from civicwatt_cloud.modules.energy.live import Seen
from civicwatt_cloud.modules.energy.schemas import (
    BuildingOut,
    FloorAreaOut,
    HeadCountOut,
    InstitutionOut,
    InstitutionPage,
    InstitutionRow,
    Live,
    MeterOut,
    Overview,
    PeriodOut,
    RegionOut,
    end_use_key,
)
from civicwatt_cloud.modules.energy.shown import show
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import basis as figures
from civicwatt_cloud.timeseries.figures import dated, metering
from civicwatt_cloud.timeseries.figures.metering import Meter
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.periods import period as read_period
from civicwatt_cloud.timeseries.figures.rules import Consumption, DatedValue, Result
from civicwatt_cloud.timeseries.figures.usage import bases, used
from civicwatt_protocols.errors import UnknownTemplate
from civicwatt_protocols.quantity import format_micro
from civicwatt_protocols.templates import load as load_template

CENTI_TO_MICRO = 10_000  # 0.01 m² in millionths


def overview(view: View, region: RegionOut, key: str | None) -> Overview:
    """All visible institutions in a period, with the region's figures and live power."""
    period = read_period(key, view.now_us, view.zone)
    rows = metering.institutions(view.session, view.scope)
    meters = metering.meters(view.session, view.scope)
    seen = live.look(view, meters)
    addends = metering.addends(view.session, view.scope, meters)
    basis = bases(view, period, addends, used(view, period, addends), rows)
    by_institution: dict[int, list[Meter]] = {row.id: [] for row in rows}
    for meter in meters:
        by_institution[meter.institution_id].append(meter)
    whole = figures.of_region(list(basis.values()))
    return Overview(
        region=region,
        period=show_period(period),
        updated_at=iso(view.now_us, view.zone),
        figures=[show(name, result) for name, result in whole.items()],
        live=live.live(view, meters, seen),
        institutions=[
            InstitutionRow(
                id=row.id,
                code=row.code,
                name=row.name,
                kind=InstitutionKind(row.kind).zh,
                kind_en=english.KINDS[InstitutionKind(row.kind)],
                figures={
                    name: show(name, result) for name, result in figures.of_institution(basis[row.id]).items()
                },
                live_power_w=live.power(by_institution[row.id], seen, metering.CONSUMING),
                meters_online=live.online(by_institution[row.id], seen),
                meters_total=len(live.metered(by_institution[row.id])),
            )
            for row in rows
        ],
    )


def live_now(view: View) -> Live:
    """The live picture of all visible meters."""
    meters = metering.meters(view.session, view.scope)
    return live.live(view, meters, live.look(view, meters))


def institution(view: View, institution_id: int, key: str | None) -> InstitutionPage:
    """One institution in a period. Errors: NotFound, BadRequest."""
    row = view.scope.institution(view.session, institution_id)
    period = read_period(key, view.now_us, view.zone)
    meters = metering.meters(view.session, view.scope, institution_id)
    seen = live.look(view, meters)
    consumption = used(view, period, meters)
    addends = metering.addends(view.session, view.scope, meters, institution_id)
    parts = used(view, period, addends)
    basis = bases(view, period, addends, parts, [row])[institution_id]
    results = figures.of_institution(basis)
    return InstitutionPage(
        institution=_register_entry(view, row, period.today),
        period=show_period(period),
        figures=[show(name, result) for name, result in results.items()],
        live=live.live(view, meters, seen),
        meters=[
            _meter(view, meter, seen[meter.point_id], consumption[meter.key])
            for meter in live.metered(meters)
        ],
    )


def show_period(period: Period) -> PeriodOut:
    """The period as the pages receive it."""
    return PeriodOut(
        key=period.key,
        title=period.title,
        title_en=period.key,
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        elapsed_days=period.elapsed_days,
    )


def template_titles(key: str) -> tuple[str, str]:
    """The template's title in Chinese and English; its key when it is not among ours."""
    try:
        template = load_template(key)
    except UnknownTemplate:
        return key, key
    return template.title_zh, template.title_en


def valid_on(rows: Sequence[DatedValue], day: date) -> DatedValue | None:
    """The row that holds on that day."""
    return next(
        (row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)), None
    )


def _register_entry(view: View, row: Institution, today: date) -> InstitutionOut:
    heads = valid_on(dated.head_counts(view.session, view.scope).get(row.id, []), today)
    buildings = dated.floor_areas(view.session, view.scope).get(row.id, [])
    areas = [(building, valid_on(rows, today)) for building, rows in buildings]
    region = view.session.get_one(Region, row.region_code)
    return InstitutionOut(
        id=row.id,
        code=row.code,
        name=row.name,
        kind=InstitutionKind(row.kind).zh,
        kind_en=english.KINDS[InstitutionKind(row.kind)],
        level=Level(row.level).zh,
        level_en=english.LEVELS[Level(row.level)],
        region=region.name,
        head_count=HeadCountOut(value=str(heads.value), valid_from=heads.valid_from.isoformat())
        if heads
        else None,
        floor_area=_floor_area(areas),
        buildings=[
            BuildingOut(
                id=building.id,
                code=building.code,
                name=building.name,
                floor_area=format_micro(area.value * CENTI_TO_MICRO) if area else None,
            )
            for building, area in areas
        ],
    )


def _floor_area(areas: list[tuple[Building, DatedValue | None]]) -> FloorAreaOut | None:
    known = [area for _, area in areas if area]
    if not known:
        return None
    total = sum(area.value for area in known)
    newest = max(area.valid_from for area in known)
    return FloorAreaOut(value=format_micro(total * CENTI_TO_MICRO), unit="m²", valid_from=newest.isoformat())


def _meter(view: View, meter: Meter, seen: Seen, consumption: Consumption) -> MeterOut:
    title, title_en = template_titles(meter.template)
    return MeterOut(
        point_id=meter.point_id,
        device=meter.device,
        name=meter.name,
        template=meter.template,
        template_title=title,
        template_title_en=title_en,
        building=meter.building_name,
        end_use=end_use_key(meter.end_use),
        state=seen.state.state.value,
        state_reason=seen.state.zh,
        state_reason_en=seen.state.en,
        last_at=None if seen.value_us is None else iso(seen.value_us, view.zone),
        power_w=seen.power_w,
        counter=seen.counter,
        completeness=Result(None, consumption.covered_s, consumption.expected_s).completeness,
    )
