"""A figure opened: its formula with the numbers in place, its inputs, and what it lacks."""

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.energy import figures, formulas, live, repository, rules
from civicwatt_cloud.modules.energy.figures import Basis
from civicwatt_cloud.modules.energy.formulas import Part
from civicwatt_cloud.modules.energy.load import share
from civicwatt_cloud.modules.energy.periods import Period
from civicwatt_cloud.modules.energy.periods import period as read_period
from civicwatt_cloud.modules.energy.repository import Meter
from civicwatt_cloud.modules.energy.rules import Consumption, Result
from civicwatt_cloud.modules.energy.schemas import (
    DenominatorInput,
    DenominatorRow,
    EnergyInput,
    EnergyMeter,
    FactorInput,
    FigureKey,
    Lineage,
    Missing,
    MonthOut,
)
from civicwatt_cloud.modules.energy.usage import UNCERTAIN, View, bases, factor_row, used
from civicwatt_cloud.timeseries import ledger_queries as ledger
from civicwatt_cloud.timeseries.points import EndUse
from civicwatt_cloud.timeseries.quality import Quality
from civicwatt_protocols.quantity import format_micro


def lineage(view: View, institution_id: int, key: FigureKey, period_key: str | None) -> Lineage:
    """How one figure of one institution came about. Errors: NotFound, BadRequest."""
    view.scope.institution(view.session, institution_id)
    recipe = formulas.RECIPES.get(key)
    if recipe is None:
        raise NotFound()
    period = read_period(period_key, view.now_us, view.zone)
    all_meters = repository.meters(view.session, view.scope, institution_id)
    consumption = used(view, period, all_meters)
    basis = bases(view, period, all_meters, consumption, [institution_id])[institution_id]
    factor = factor_row(view, period.as_of)
    value = factor.value if factor else None
    result = figures.of_institution(basis, value, period.as_of)[key]
    meters = [meter for meter in all_meters if meter.end_use in recipe.end_uses]
    amount = rules.together(consumption[meter.point_id] for meter in meters)
    inputs: list[FactorInput | DenominatorInput | EnergyInput] = [
        _energy(view, period, key, meters, consumption)
    ]
    if Part.FACTOR in recipe.parts and factor:
        inputs.append(_factor(factor))
    if Part.HEADS in recipe.parts:
        inputs.append(_heads(view, period, institution_id, basis))
    if Part.AREA in recipe.parts:
        inputs.append(_areas(view, period, institution_id, basis))
    return Lineage(
        figure=figures.show(key, result),
        formula=formulas.formula(key, basis, amount, value, result),
        inputs=inputs,
        missing=_missing(view, meters, consumption, result),
    )


def _factor(row: RuleRow) -> FactorInput:
    return FactorInput(
        id=row.id,
        title=row.title,
        value=str(row.value),
        unit=row.unit,
        basis=row.basis,
        source=row.source,
        clause=row.clause,
        valid_from=row.valid_from.isoformat(),
        valid_to=row.valid_to.isoformat() if row.valid_to else None,
        status=row.status,
        note=row.note,
    )


def _heads(view: View, period: Period, institution_id: int, basis: Basis) -> DenominatorInput:
    rows = repository.head_counts(view.session, view.scope).get(institution_id, [])
    return DenominatorInput(
        title="用能人数",
        rows=[
            _row("", str(row.value), "人", row)
            for row in sorted(rows, key=lambda row: row.valid_from)
            if _touches(row, period)
        ],
        applied=formulas.applied(basis.heads),
    )


def _areas(view: View, period: Period, institution_id: int, basis: Basis) -> DenominatorInput:
    buildings = repository.floor_areas(view.session, view.scope).get(institution_id, [])
    return DenominatorInput(
        title="建筑面积",
        rows=[
            _row(building.name, format_micro(row.value * 10_000), "m²", row)
            for building, rows in buildings
            for row in rows
            if _touches(row, period)
        ],
        applied=formulas.applied(basis.area),
    )


def _row(subject: str, value: str, unit: str, row: rules.DatedValue) -> DenominatorRow:
    return DenominatorRow(
        subject=subject,
        value=value,
        unit=unit,
        valid_from=row.valid_from.isoformat(),
        valid_to=row.valid_to.isoformat() if row.valid_to else None,
        source=row.source,
    )


def _touches(row: rules.DatedValue, period: Period) -> bool:
    return row.valid_from < period.elapsed_end and (row.valid_to is None or row.valid_to > period.start)


def _energy(
    view: View,
    period: Period,
    key: FigureKey,
    meters: list[Meter],
    consumption: dict[int, Consumption],
) -> EnergyInput:
    amount = rules.together(consumption[meter.point_id] for meter in meters)
    points = [meter.point_id for meter in meters]
    months = period.months()
    rows = (
        {
            (row.point_id, row.period): row
            for row in ledger.booked(view.session, "month", points, months[0], months[-1] + 1)
        }
        if months
        else {}
    )
    hours = range(period.start_us // HOUR_US, period.end_us // HOUR_US)
    seconds = repository.seconds_of_quality(view.session, points, hours, UNCERTAIN)
    is_water = formulas.RECIPES[key].end_uses == (EndUse.WATER,)
    title = "用水量" if is_water else "光伏发电量" if key == "pv" else "用电量"
    return EnergyInput(
        title=title,
        unit="m³" if is_water else "kWh",
        meters=[
            EnergyMeter(
                point_id=meter.point_id,
                device=meter.device,
                name=meter.name,
                end_use=meter.end_use.value,
                building=meter.building_name,
                total=format_micro(consumption[meter.point_id].micro)
                if consumption[meter.point_id].is_read
                else None,
                completeness=_completeness(consumption[meter.point_id]),
                estimated_share=_share_of(seconds.get(meter.point_id)),
                months=[_month(view, meter, month, rows.get((meter.point_id, month))) for month in months],
            )
            for meter in meters
        ],
        total=format_micro(amount.micro) if amount.is_read else None,
    )


def _month(view: View, meter: Meter, month: int, row: ledger.Booked | None) -> MonthOut:
    period = read_period(f"{month // 100}-{month % 100:02d}", view.now_us, view.zone)
    expected_s = ledger.expected_s(meter.bound_from_us, period.start_us, period.end_us, view.now_us)
    return MonthOut(
        month=period.key,
        value=format_micro(row.micro) if row else None,
        quality=(row.quality if row else Quality.MISSING).value,
        covered=share(row.covered_s, expected_s) if row else 0.0,
    )


def _share_of(seconds: tuple[int, int] | None) -> float | None:
    return round(seconds[0] / seconds[1], 4) if seconds and seconds[1] else None


def _completeness(consumption: Consumption) -> float | None:
    return Result(None, consumption.covered_s, consumption.expected_s).completeness


def _missing(
    view: View, meters: list[Meter], consumption: dict[int, Consumption], result: Result
) -> list[Missing]:
    """Meters that are not fully covered, and why the figure is unknown."""
    seen = live.look(view, meters)
    found = [Missing(what=result.reason.code, reason=result.reason.zh)] if result.reason else []
    for meter in meters:
        completeness = _completeness(consumption[meter.point_id])
        if completeness is not None and completeness < 1:
            state = seen[meter.point_id].state.zh
            why = f"，{state}" if state else ""
            percent = f"{completeness * 100:.2f}".rstrip("0").rstrip(".")
            found.append(Missing(what=f"{meter.device} {meter.name}", reason=f"完整率 {percent} %{why}"))
    return found
