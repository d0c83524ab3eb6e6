"""A figure opened: its formula with the numbers in place, its inputs, and what it lacks."""

from fractions import Fraction

from civicwatt_cloud.kit.business_time import HOUR_US, day_number
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.energy import formulas, live, repository
from civicwatt_cloud.modules.energy.formulas import Term
from civicwatt_cloud.modules.energy.held import held_steps
from civicwatt_cloud.modules.energy.lineage_parts import (
    factor_input,
    floor_area_input,
    head_count_input,
    missing_of,
    months_of_parts,
    percent,
    replacements_of,
    shares_of,
)
from civicwatt_cloud.modules.energy.load import share
from civicwatt_cloud.modules.energy.schemas import (
    DenominatorInput,
    EnergyInput,
    EnergyMeter,
    FactorInput,
    Formula,
    Lineage,
    Missing,
    MonthOut,
    end_use_key,
)
from civicwatt_cloud.modules.energy.shown import show
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import basis as figures
from civicwatt_cloud.timeseries.figures import metering, rules
from civicwatt_cloud.timeseries.figures.basis import Basis
from civicwatt_cloud.timeseries.figures.metering import Meter
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.periods import period as read_period
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.recipes import END_USES, HEADS, RECIPES, FigureKey, Recipe
from civicwatt_cloud.timeseries.figures.rules import Consumption, Result
from civicwatt_cloud.timeseries.figures.usage import UNCERTAIN, bases, used
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_protocols.quantity import format_micro


def lineage(view: View, institution_id: int, key: FigureKey, period_key: str | None) -> Lineage:
    """How one figure of one institution came about. Errors: NotFound, BadRequest."""
    row = view.scope.institution(view.session, institution_id)
    recipe = RECIPES[key]
    period = read_period(period_key, view.now_us, view.zone)
    own = metering.meters(view.session, view.scope, institution_id)
    all_meters = metering.addends(view.session, view.scope, own, institution_id)
    consumption = used(view, period, all_meters)
    basis = bases(view, period, all_meters, consumption, [row])[institution_id]
    result = figures.of_institution(basis)[key]
    meters = [meter for meter in all_meters if meter.end_use in END_USES[recipe.amount]]
    inputs: list[FactorInput | DenominatorInput | EnergyInput] = []
    for carrier in _carriers(recipe, meters):
        of_it = [meter for meter in meters if meter.end_use.carrier is carrier]
        inputs.append(_energy(view, period, _title(recipe, carrier), of_it, consumption))
        inputs += [factor_input(one) for one in _factor_rows(basis, recipe, carrier)]
    denominator = None
    if recipe.per:
        denominator = basis.heads if recipe.per == HEADS else basis.area
        of = head_count_input if recipe.per == HEADS else floor_area_input
        inputs.append(of(view, period, institution_id, denominator))
    return Lineage(
        figure=show(key, result),
        formula=_formula(key, basis, denominator, result)
        if recipe.is_converted or recipe.per
        else formulas.summed(key, _terms(meters, consumption), result),
        inputs=inputs,
        missing=[*_missing(view, meters, consumption, result), *held_steps(view, period, meters)],
    )


def _carriers(recipe: Recipe, meters: list[Meter]) -> list[Carrier]:
    """What the figure adds up; electricity also where nothing measures it."""
    found = {meter.end_use.carrier for meter in meters}
    first = END_USES[recipe.amount][0].carrier
    return [one for one in Carrier if one in found or one is first]


def _title(recipe: Recipe, carrier: Carrier) -> figures.Title:
    if recipe.amount == "pv" or carrier in {Carrier.ELECTRICITY, Carrier.WATER}:
        return figures.TITLES["electricity" if recipe.is_converted else recipe.amount]
    return figures.Title(carrier.zh, carrier.en, carrier.unit)


def _factor_rows(basis: Basis, recipe: Recipe, carrier: Carrier) -> tuple[RuleRow, ...]:
    if not recipe.is_converted:
        return ()
    found = (basis.factors.coal if recipe.amount == "energy" else basis.factors.carbon)[carrier]
    return () if isinstance(found, Reason) else found.rows


def _formula(key: FigureKey, basis: Basis, denominator: Fraction | Reason | None, result: Result) -> Formula:
    of = RECIPES[key].amount
    if RECIPES[key].is_converted:
        return formulas.product(key, formulas.converted(basis, of), denominator, result)
    amount = formulas.plain(figures.amount(basis, of), figures.TITLES[of].unit)
    return formulas.product(key, amount, denominator, result)


def _terms(meters: list[Meter], consumption: dict[tuple[int, int], Consumption]) -> list[Term]:
    """Electricity by end use, anything else by meter."""
    return formulas.by_end_use(meters, consumption) or [
        Term(meter.name, meter.name, formulas.known(consumption[meter.key])) for meter in meters
    ]


def _energy(
    view: View,
    period: Period,
    title: figures.Title,
    meters: list[Meter],
    consumption: dict[tuple[int, int], Consumption],
) -> EnergyInput:
    amount = rules.together(consumption[meter.key] for meter in meters)
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
    days = range(day_number(period.start), day_number(period.end))
    seconds = repository.seconds_of_quality(view.session, points, hours, days, UNCERTAIN)
    replaced = replacements_of(view, period, points)
    parts = months_of_parts(view, period, meters)
    return EnergyInput(
        title=title.zh,
        title_en=title.en,
        unit=title.unit,
        meters=[
            EnergyMeter(
                point_id=meter.point_id,
                device=meter.device,
                name=meter.name,
                end_use=end_use_key(meter.end_use),
                building=meter.building_name,
                total=formulas.decimal(consumption[meter.key]),
                completeness=_completeness(consumption[meter.key]),
                estimated_share=_share_of(seconds.get(meter.point_id)),
                months=parts.get(meter.key)
                or [_month(view, meter, month, rows.get((meter.point_id, month))) for month in months],
                replacements=replaced.get(meter.point_id, []),
                shares=shares_of(meter, period),
            )
            for meter in meters
        ],
        total=formulas.decimal(amount),
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
    view: View, meters: list[Meter], consumption: dict[tuple[int, int], Consumption], result: Result
) -> list[Missing]:
    """Why the figure is unknown, and the meters that are not fully covered."""
    seen = live.look(view, meters)
    found = [missing_of(result.reason)] if result.reason else []
    for meter in meters:
        completeness = _completeness(consumption[meter.key])
        if completeness is not None and completeness < 1:
            state = seen[meter.point_id].state
            share = percent(completeness)
            found.append(
                Missing(
                    what=meter.name,
                    what_en=meter.name,
                    reason=f"完整率 {share}" + (f"，{state.zh}" if state.zh else ""),
                    reason_en=f"{share} complete" + (f", {state.en}" if state.en else ""),
                )
            )
    return found
