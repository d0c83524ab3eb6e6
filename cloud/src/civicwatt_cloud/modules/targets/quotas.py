"""Compliance of an institution with the quotas that hold for it, each on the quota's own terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.modules.targets.choices import About, Basis, Compliance, Indicator
from civicwatt_cloud.modules.targets.evaluate import LEAST_COMPLETENESS
from civicwatt_cloud.modules.targets.measured import PER_HEAD, today
from civicwatt_cloud.modules.targets.models import Exemption, Quota, Separable
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import amounts, reasons
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.denominators import Means, floor_areas, head_counts
from civicwatt_cloud.timeseries.figures.factors import ENERGY, Factor, factors
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_protocols.quantity import MICRO

THOUSAND = 1000
VEHICLE_FUEL = {EndUse.GASOLINE_VEHICLE, EndUse.DIESEL_VEHICLE}
COMPARED = (
    Indicator.ENERGY_PER_AREA,
    Indicator.ELECTRICITY_PER_AREA,
    Indicator.ENERGY_PER_CAPITA,
    Indicator.WATER_PER_CAPITA,
)
NOT_CONFIGURED = Reason("CW-N1205", "未配置：没有适用的定额", "not configured: no quota applies")


@dataclass(frozen=True, slots=True)
class Terms:
    """A quota as it is applied."""

    source: str
    constraint: Fraction
    base: Fraction | None
    guide: Fraction | None
    basis: Basis
    with_heating: bool
    with_vehicle_fuel: bool
    with_separable: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """An indicator against its quota."""

    indicator: Indicator
    terms: Terms | None
    value: Fraction | None
    completeness: float | None
    compliance: Compliance
    band: str  # guide, base, constraint, beyond, or ""
    taken_out: Fraction  # kWh of separable uses
    reason: Reason | None


def band(value: Fraction, terms: Terms) -> str:
    """The best of the three values that it keeps within; each includes its own number (以内)."""
    for name, limit in (("guide", terms.guide), ("base", terms.base), ("constraint", terms.constraint)):
        if limit is not None and value <= limit:
            return name
    return "beyond"


def judged(view: View, institution: Institution, year: int) -> list[Judged]:
    """Every indicator that quotas are written for, in a year."""
    start, end = date(year, 1, 1), min(date(year + 1, 1, 1), today(view) + timedelta(days=1))
    exempt = exemption(view.session, institution.id, About.QUOTA, end - timedelta(days=1))
    found = []
    for indicator in COMPARED:
        terms = terms_of(view, institution, indicator, end - timedelta(days=1))
        if terms is None:
            found.append(
                Judged(indicator, None, None, None, Compliance.UNKNOWN, "", Fraction(0), NOT_CONFIGURED)
            )
            continue
        one = _judge(view, institution, indicator, terms, (start, end))
        if exempt is not None:
            why = Reason("CW-N1206", f"豁免：{exempt.reason}", f"exempt: {exempt.reason}")
            one = Judged(
                indicator, terms, one.value, one.completeness, Compliance.EXEMPT, one.band, one.taken_out, why
            )
        found.append(one)
    return found


def terms_of(view: View, institution: Institution, indicator: Indicator, on: date) -> Terms | None:
    """The imported quota of the narrowest region, else the shipped rows for the place."""
    query = select(Quota).where(
        Quota.kind == institution.kind,
        Quota.level == institution.level,
        Quota.indicator == indicator.value,
        Quota.removed_us.is_(None),
        Quota.year <= on.year,
    )
    own = region_prefix(institution.region_code)
    rows = [one for one in view.session.scalars(query) if own.startswith(region_prefix(one.region))]
    if rows:
        row = max(rows, key=lambda one: (len(region_prefix(one.region)), one.year, one.id))
        return Terms(
            row.standard,
            Fraction(row.constraint, THOUSAND),
            None if row.base is None else Fraction(row.base, THOUSAND),
            None if row.guide is None else Fraction(row.guide, THOUSAND),
            Basis(row.basis),
            row.includes_heating,
            row.includes_vehicle_fuel,
            row.includes_data_centre,
            row.corrections or "",
        )
    return _shipped(view, institution, indicator, on)


def _shipped(view: View, institution: Institution, indicator: Indicator, on: date) -> Terms | None:
    values: dict[str, Fraction] = {}
    for name in ("constraint", "base", "guide"):
        try:
            rule = f"targets.quota.{institution.kind}.{indicator.value}.{name}"
            row = view.rules.value(rule, on, place_of(institution))
        except NoRule:
            return None
        values[name] = Fraction(row.value)
    return Terms(
        row.source,
        values["constraint"],
        values["base"],
        values["guide"],
        Basis.EQUIVALENT_DB37,
        with_heating=indicator is not Indicator.ENERGY_PER_AREA,
        with_vehicle_fuel=indicator is not Indicator.ENERGY_PER_AREA,
        with_separable=indicator is Indicator.ENERGY_PER_CAPITA,
        note=row.note,
    )


def exemption(session: Session, institution_id: int, about: About, on: date) -> Exemption | None:
    """What exempts the institution on a day."""
    return session.scalar(
        select(Exemption)
        .where(
            Exemption.owner_id == institution_id,
            Exemption.about == about.value,
            Exemption.valid_from <= on,
            or_(Exemption.valid_to.is_(None), Exemption.valid_to > on),
            Exemption.removed_us.is_(None),
        )
        .limit(1)
    )


def _judge(
    view: View, institution: Institution, indicator: Indicator, terms: Terms, span: tuple[date, date]
) -> Judged:
    start, end = span
    out = Fraction(0) if terms.with_separable else separable(view, institution.id, start, end)
    amount, completeness, why = _amount(view, institution, indicator, terms, (start, end, out))
    source = head_counts if indicator in PER_HEAD else floor_areas
    under = _mean(source(view.session, view.scope, start, end), institution.id, start, indicator)
    why = why or (under if isinstance(under, Reason) else None)
    least = float(view.rules.value(LEAST_COMPLETENESS, start).value)
    if why is None and (completeness or 0) < least:
        why = reasons.incomplete(completeness or 0, least)
    if why is not None or amount is None or isinstance(under, Reason):
        return Judged(indicator, terms, None, completeness, Compliance.UNKNOWN, "", out, why)
    value = amount / under
    kept = band(value, terms)
    state = Compliance.MISSED if kept == "beyond" else Compliance.MET
    return Judged(indicator, terms, value, completeness, state, kept, out, None)


def _mean(means: Means, institution_id: int, start: date, indicator: Indicator) -> Fraction | Reason:
    lacking = reasons.no_head_count(start) if indicator in PER_HEAD else reasons.no_floor_area(start)
    found = means.numerators.get(institution_id, lacking)
    return found if isinstance(found, Reason) else Fraction(found, means.denominator)


def _amount(
    view: View,
    institution: Institution,
    indicator: Indicator,
    terms: Terms,
    span: tuple[date, date, Fraction],
) -> tuple[Fraction | None, float | None, Reason | None]:
    """The amount on the quota's terms; `span`: start, end, kWh that are taken out."""
    start, end, out = span
    found = amounts.amounts(view, start, end, Choice(institution_id=institution.id))
    uses = [amounts.USES[one] for one in found.use.tolist()]
    is_water = indicator is Indicator.WATER_PER_CAPITA
    carriers = {Carrier.WATER} if is_water else set(ENERGY)
    if indicator is Indicator.ELECTRICITY_PER_AREA:
        carriers = {Carrier.ELECTRICITY}
    kept = [
        at
        for at, use in enumerate(uses)
        if use is not EndUse.PV
        and use.carrier in carriers
        and (terms.with_vehicle_fuel or use not in VEHICLE_FUEL)
        and (terms.with_heating or use is not EndUse.HEAT)
    ]
    if not any(uses[at].carrier is (Carrier.WATER if is_water else Carrier.ELECTRICITY) for at in kept):
        return None, None, reasons.NO_WATER_METER if is_water else reasons.NO_ELECTRICITY_METER
    covered, expected = (int(sum(one[kept].tolist())) for one in (found.covered_s, found.expected_s))
    rates = factors(view.rules, end - timedelta(days=1), place_of(institution), coal=terms.basis.value).coal
    whole = Fraction(0)
    for at in kept:
        use = uses[at]
        rate: Factor | Reason = (
            Factor(Fraction(1), ())
            if indicator in {Indicator.WATER_PER_CAPITA, Indicator.ELECTRICITY_PER_AREA}
            else rates[use.carrier]
        )
        if isinstance(rate, Reason):
            return None, None, rate
        whole += Fraction(int(found.micro[at]), MICRO) * rate.value
    if out and not is_water:
        of_electricity = (
            Factor(Fraction(1), ())
            if indicator is Indicator.ELECTRICITY_PER_AREA
            else rates[Carrier.ELECTRICITY]
        )
        if isinstance(of_electricity, Factor):
            whole -= out * of_electricity.value
    return whole, min(1.0, covered / expected) if expected else None, None


def separable(view: View, institution_id: int, start: date, end: date) -> Fraction:
    """The metered and documented separable uses [kWh]."""
    rows = view.session.scalars(
        select(Separable).where(
            Separable.owner_id == institution_id,
            Separable.removed_us.is_(None),
            Separable.points.is_not(None),
            Separable.valid_from < end,
            or_(Separable.valid_to.is_(None), Separable.valid_to > start),
        )
    ).all()
    total = 0
    for row in rows:
        first = max(start, row.valid_from)
        last = min(end, row.valid_to or end) - timedelta(days=1)
        found = ledger.totals(
            view.session, "day", point_ids(row.points or ""), day_number(first), day_number(last) + 1
        )
        total += sum(one.micro for one in found.values())
    return Fraction(total, MICRO)


def point_ids(said: str) -> Sequence[int]:
    """The numbers of counters as they are written. Errors: ValueError."""
    return sorted({int(one) for one in said.replace("，", ",").split(",")})
