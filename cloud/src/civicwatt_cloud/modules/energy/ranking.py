"""Institutions by total, per person, per m²; who cannot be ranked stands apart with the reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Literal

from civicwatt_cloud.kit.directory import InstitutionKind, Level
from civicwatt_cloud.kit.rules import Place as RulePlace
from civicwatt_cloud.modules.energy import english
from civicwatt_cloud.modules.energy.grouping import label_of
from civicwatt_cloud.modules.energy.query_schemas import Apart, Ranked, Ranking, Rankings
from civicwatt_cloud.modules.energy.schemas import ReasonOut
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import counters, denominators, ranks, reasons
from civicwatt_cloud.timeseries.figures.basis import TITLES
from civicwatt_cloud.timeseries.figures.by_institution import Converted, Used, converted
from civicwatt_cloud.timeseries.figures.by_institution import used as read_used
from civicwatt_cloud.timeseries.figures.counters import Choice, NamedInstitution
from civicwatt_cloud.timeseries.figures.denominators import Means
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.periods import period as read_period
from civicwatt_cloud.timeseries.figures.ranks import Place
from civicwatt_cloud.timeseries.figures.reasons import (
    NO_ELECTRICITY_METER,
    NO_PV_METER,
    NO_READINGS,
    NO_WATER_METER,
    NOT_BEGUN,
    Reason,
)
from civicwatt_cloud.timeseries.figures.recipes import HEADS, RECIPES, Amount, Denominator, FigureKey
from civicwatt_cloud.timeseries.figures.usage import UNCERTAIN
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_protocols.quantity import format_micro

Order = Literal["desc", "asc"]
CARRIERS: dict[Amount, counters.CarrierKey] = {
    "electricity": Carrier.ELECTRICITY,
    "water": Carrier.WATER,
    "pv": counters.GENERATED,
}
NO_METER: dict[Amount, Reason] = {
    "electricity": NO_ELECTRICITY_METER,
    "energy": NO_ELECTRICITY_METER,
    "carbon": NO_ELECTRICITY_METER,
    "water": NO_WATER_METER,
    "pv": NO_PV_METER,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is ranked: the figures, among which institutions, in which order, how complete at least."""

    figures: tuple[FigureKey, ...]
    kind: InstitutionKind | None
    level: Level | None
    order: Order
    floor: float
    limit: int


@dataclass(frozen=True, slots=True)
class _Figure:
    """All that one figure is made of: amount × times ÷ divisor."""

    key: FigureKey
    made: Converted
    no_meter: Reason
    divisors: Means | None  # None: divided by nothing
    no_divisor: Reason

    def values(self, institutions: Iterable[int]) -> Iterator[int | Reason]:
        """The figure of each [1e-6 of its unit], or why there is none."""
        used, times, lacking = self.made
        divisors = self.divisors
        numerators, denominator = divisors or ({}, 1)
        for institution in institutions:
            at = used.places.get(institution)
            numerator = numerators.get(institution, self.no_divisor) if divisors else 1
            if at is None:
                yield self.no_meter
            elif not used.rows[at]:
                yield NO_READINGS
            elif institution in lacking:
                yield lacking[institution]
            elif isinstance(numerator, Reason):
                yield numerator
            else:
                yield ranks.quotient(used.micro[at], times, numerator, denominator)


def rankings(view: View, key: str | None, question: Question) -> Rankings:
    """One ranking a figure, of the visible institutions. Errors: BadRequest."""
    period = read_period(key, view.now_us, view.zone)
    kind, level = question.kind, question.level
    every = counters.institutions(view.session, view.scope).values()
    asked = [row for row in every if kind in {None, row.kind} and level in {None, row.level}]
    return Rankings(
        period=period.key,
        title=period.title,
        start=period.start.isoformat(),
        end=period.elapsed_end.isoformat(),
        floor=question.floor,
        rankings=[_ranking(figure, asked, question) for figure in _figures(view, period, every, question)],
    )


def _figures(
    view: View, period: Period, every: Iterable[NamedInstitution], question: Question
) -> list[_Figure]:
    """What several figures share is read once."""
    recipes = {figure: RECIPES[figure] for figure in question.figures}
    made = {one: _made(view, period, one, every) for one in {recipe.amount for recipe in recipes.values()}}
    divisors = {per: _divisors(view, period, per) for per in {recipe.per for recipe in recipes.values()}}
    has_begun, start = period.start < period.elapsed_end, period.start
    return [
        _Figure(
            figure,
            made[recipe.amount],
            NO_METER[recipe.amount] if has_begun else NOT_BEGUN,
            divisors[recipe.per],
            reasons.no_head_count(start) if recipe.per is HEADS else reasons.no_floor_area(start),
        )
        for figure, recipe in recipes.items()
    ]


def _made(view: View, period: Period, amount: Amount, every: Iterable[NamedInstitution]) -> Converted:
    if amount in CARRIERS:
        return Converted(read_used(view, period, Choice(carrier=CARRIERS[amount])), Fraction(1), {})
    places = {row.id: RulePlace(row.code, row.region_code, Level(row.level)) for row in every}
    return converted(view, period, "coal" if amount == "energy" else "carbon", places)


def _divisors(view: View, period: Period, per: Denominator | None) -> Means | None:
    if per is None:
        return None
    read = denominators.head_counts if per is HEADS else denominators.floor_areas
    return read(view.session, view.scope, period.start, period.elapsed_end)


def _ranking(figure: _Figure, asked: list[NamedInstitution], question: Question) -> Ranking:
    values = list(figure.values(row.id for row in asked))
    used, floor = figure.made.used, question.floor
    is_ranked = [
        not isinstance(value, Reason) and used.completeness[used.places[row.id]] >= floor
        for row, value in zip(asked, values, strict=True)
    ]
    ranked = [place for place, is_in in enumerate(is_ranked) if is_in]
    apart = [place for place, is_in in enumerate(is_ranked) if not is_in]
    known = [
        value for value, is_in in zip(values, is_ranked, strict=True) if is_in and isinstance(value, int)
    ]
    places = ranks.places(known, descending=question.order == "desc")
    title = TITLES[figure.key]
    return Ranking(
        key=figure.key,
        title=title.zh,
        title_en=title.en,
        unit=title.unit,
        ranked_total=len(ranked),
        apart_total=len(apart),
        ranked=[
            _ranked(used, place, asked[ranked[place.of]], known[place.of])
            for place in islice(places, question.limit)
        ],
        apart=[_apart(used, asked[place], values[place], floor) for place in apart[: question.limit]],
    )


def _ranked(used: Used, place: Place, row: NamedInstitution, value: int) -> Ranked:
    at, kind = used.places[row.id], InstitutionKind(row.kind)
    return Ranked(
        place=place.place,
        tied=place.tied,
        institution=label_of(row),
        kind=kind.zh,
        kind_en=english.KINDS[kind],
        value=format_micro(value),
        completeness=used.completeness[at],
        estimated=Quality.from_code(used.worst[at]) in UNCERTAIN,
    )


def _apart(used: Used, row: NamedInstitution, value: int | Reason, floor: float) -> Apart:
    at, kind = used.places.get(row.id), InstitutionKind(row.kind)
    completeness = None if at is None else used.completeness[at]
    reason = value if isinstance(value, Reason) else reasons.incomplete(completeness or 0.0, floor)
    if not isinstance(value, Reason) and at in used.since:
        reason = reasons.metered_since(used.since[at])
    return Apart(
        institution=label_of(row),
        kind=kind.zh,
        kind_en=english.KINDS[kind],
        value=None if isinstance(value, Reason) else format_micro(value),
        completeness=completeness,
        reason=ReasonOut(code=reason.code, zh=reason.zh, en=reason.en),
    )
