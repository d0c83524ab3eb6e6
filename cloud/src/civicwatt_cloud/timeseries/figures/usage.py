"""From the ledger to what each meter and each institution used in a period."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, date_of
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.rules import Rules, place_of
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures import dated, rules
from civicwatt_cloud.timeseries.figures.basis import Basis
from civicwatt_cloud.timeseries.figures.factors import Lookup
from civicwatt_cloud.timeseries.figures.metering import Meter
from civicwatt_cloud.timeseries.figures.parts import Look, Part, add
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.rules import Consumption
from civicwatt_cloud.timeseries.figures.steps import Steps, steps
from civicwatt_cloud.timeseries.figures.summed import Sums
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.quality import Quality

UNCERTAIN = {Quality.INTERPOLATED, Quality.ESTIMATED}


@dataclass(frozen=True, slots=True)
class View:
    """What figures are made from: one consistent view of the database, one instant, one scope."""

    session: Session
    scope: Scope
    rules: Rules
    zone: ZoneInfo
    now_us: int


def used(view: View, period: Period, meters: Sequence[Meter]) -> dict[tuple[int, int], Consumption]:
    """Consumption in the period by the meters' keys; a few statements, whatever the number of meters."""
    own = [meter for meter in meters if meter.sharing is None]
    points = [meter.point_id for meter in own]
    months = period.months() or [0]
    totals = ledger.totals(view.session, "month", points, months[0], months[-1] + 1)
    unsettled = ledger.totals(
        view.session,
        "hour",
        points,
        max(period.settled_hour, period.start_us // HOUR_US),
        period.end_us // HOUR_US,
    )
    shared = [meter for meter in meters if meter.sharing is not None]
    parts = by_step(view, shared, steps(period.start, period.end, "total", view.zone), "total", period)
    return {
        **{meter.key: _of_meter(view, period, meter, totals, unsettled) for meter in own},
        **{meter.key: _of_part(view, period, meter, parts, row) for row, meter in enumerate(shared)},
    }


def by_step(view: View, shared: Sequence[Meter], of: Steps, step: ledger.Period, period: Period) -> Sums:
    """The parts of shared meters, one line a meter."""
    found = Sums.zero(len(shared), len(of))
    parts = [
        Part(meter.point_id, meter.bound_from_us, meter.sharing, meter.institution_id, line)
        for line, meter in enumerate(shared)
        if meter.sharing
    ]
    add(Look(view.session, view.zone, period.settled_us), found, parts, of, step)
    return found


def _of_part(view: View, period: Period, meter: Meter, found: Sums, line: int) -> Consumption:
    """As _of_meter(); who has no part within the period has no meter there."""
    micro, covered_s, expected_s, worst, rows = (
        int(column[line, 0])
        for column in (found.micro, found.covered_s, found.expected_s, found.worst, found.rows)
    )
    spans = list(meter.sharing.spans(meter.institution_id)) if meter.sharing else []
    has_part = any(span.start < period.end and span.end > period.start for span in spans)
    bound_on = date_of(meter.bound_from_us, view.zone)
    began = max(bound_on, min(span.start for span in spans)) if spans else bound_on
    return Consumption(
        meters=int(has_part),
        micro=micro,
        covered_s=min(covered_s, expected_s),
        expected_s=expected_s,
        is_read=rows > 0,
        is_estimated=rows > 0 and Quality.from_code(worst) in UNCERTAIN,
        since=began if period.start < began < period.end else None,
    )


def _of_meter(
    view: View,
    period: Period,
    meter: Meter,
    totals: dict[int, ledger.Total],
    unsettled: dict[int, ledger.Total],
) -> Consumption:
    expected_s = ledger.expected_s(meter.bound_from_us, period.start_us, period.end_us, period.settled_us)
    total, recent = totals.get(meter.point_id), unsettled.get(meter.point_id)
    covered_s = (total.covered_s if total else 0) - (recent.covered_s if recent else 0)
    is_later = period.start_us < meter.bound_from_us < period.end_us
    return Consumption(
        meters=1,
        micro=total.micro if total else 0,
        covered_s=max(0, min(covered_s, expected_s)),
        expected_s=expected_s,
        is_read=total is not None,
        is_estimated=total is not None and total.quality in UNCERTAIN,
        since=date_of(meter.bound_from_us, view.zone) if is_later else None,
    )


def of_end_uses(
    meters: Iterable[Meter], consumption: dict[tuple[int, int], Consumption], end_uses: Iterable[EndUse]
) -> Consumption:
    """The consumption of the meters of these end uses."""
    wanted = set(end_uses)
    return rules.together(consumption[meter.key] for meter in meters if meter.end_use in wanted)


def bases(
    view: View,
    period: Period,
    meters: Sequence[Meter],
    consumption: dict[tuple[int, int], Consumption],
    institutions: Iterable[Institution],
) -> dict[int, Basis]:
    """What the figures of each institution are made of; two statements."""
    heads = dated.head_counts(view.session, view.scope)
    areas = dated.floor_areas(view.session, view.scope)
    by_institution: dict[int, list[Meter]] = {}
    for meter in meters:
        by_institution.setdefault(meter.institution_id, []).append(meter)
    start, end = period.start, period.elapsed_end
    found = {}
    known = Lookup(view.rules, period.as_of)
    for institution in institutions:
        institution_id, place = institution.id, place_of(institution)
        own = by_institution.get(institution_id, [])
        found[institution_id] = Basis(
            uses={
                use: rules.together(consumption[meter.key] for meter in own if meter.end_use is use)
                for use in {meter.end_use for meter in own}
            },
            heads=rules.head_count(heads.get(institution_id, []), start, end),
            area=rules.floor_area(
                [(building.name, rows) for building, rows in areas.get(institution_id, [])], start, end
            ),
            factors=known.of(place),
        )
    return found
