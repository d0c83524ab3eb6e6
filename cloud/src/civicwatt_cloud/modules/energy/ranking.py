"""Institutions by total, per person, per m²; who cannot be ranked stands apart with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

import numpy as np

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.directory import InstitutionKind, Level
from civicwatt_cloud.modules.energy import (
    counters,
    denominators,
    english,
    ranking_rules,
    reasons,
    rules,
    sums,
)
from civicwatt_cloud.modules.energy.counters import Choice, NamedInstitution
from civicwatt_cloud.modules.energy.figures import NO_ELECTRICITY_METER, NO_PV_METER, NO_WATER_METER, TITLES
from civicwatt_cloud.modules.energy.grouping import grouped, label_of
from civicwatt_cloud.modules.energy.periods import Period
from civicwatt_cloud.modules.energy.periods import period as read_period
from civicwatt_cloud.modules.energy.query_schemas import Apart, Ranked, Ranking, Rankings
from civicwatt_cloud.modules.energy.ranking_rules import Place
from civicwatt_cloud.modules.energy.reasons import NO_READINGS, NOT_BEGUN, Reason
from civicwatt_cloud.modules.energy.recipes import HEADS, RECIPES, Amount, Denominator
from civicwatt_cloud.modules.energy.schemas import FigureKey, ReasonOut
from civicwatt_cloud.modules.energy.usage import UNCERTAIN, View, factor
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.points import Carrier
from civicwatt_protocols.quantity import format_micro

Order = Literal["desc", "asc"]
_CARRIERS: dict[Amount, counters.CarrierKey] = {
    "electricity": Carrier.ELECTRICITY,
    "water": Carrier.WATER,
    "pv": counters.GENERATED,
}
_NO_METER = {"electricity": NO_ELECTRICITY_METER, "water": NO_WATER_METER, "pv": NO_PV_METER}


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
class _Used:
    """An institution's amount in a period; every counter of today is expected from its first day on."""

    micro: int
    covered_s: int
    expected_s: int
    rows: int
    worst: int
    since: date | None  # its first counter was bound within the period

    @property
    def completeness(self) -> float:
        return min(10_000, 10_000 * self.covered_s // max(self.expected_s, 1)) / 10_000


@dataclass(frozen=True, slots=True)
class _Column:
    """All that one figure is made of: amount × times ÷ divisor."""

    period: Period
    amount: Amount
    used: Mapping[int, _Used]
    times: Fraction | Reason
    divisors: Mapping[int, Fraction | Reason] | None  # None: divided by nothing
    no_divisor: Reason
    floor: float

    def value(self, institution: int) -> int | Reason:
        """The figure [1e-6 of its unit], or why there is none."""
        if self.period.start >= self.period.elapsed_end:
            return NOT_BEGUN
        used = self.used.get(institution)
        if used is None:
            return _NO_METER[self.amount]
        if not used.rows:
            return NO_READINGS
        divisor = Fraction(1) if self.divisors is None else self.divisors.get(institution, self.no_divisor)
        if isinstance(self.times, Reason):
            return self.times
        if isinstance(divisor, Reason):
            return divisor
        return ranking_rules.quotient(used.micro, self.times, divisor)

    def too_little(self, institution: int) -> Reason | None:
        """Why what is known of it is too little to rank it."""
        used = self.used[institution]
        if used.completeness >= self.floor:
            return None
        return (
            reasons.metered_since(used.since)
            if used.since
            else reasons.incomplete(used.completeness, self.floor)
        )


def rankings(view: View, key: str | None, question: Question) -> Rankings:
    """One ranking a figure, of the visible institutions. Errors: BadRequest."""
    period = read_period(key, view.now_us, view.zone)
    kind, level = question.kind, question.level
    asked = [
        row
        for row in counters.institutions(view.session, view.scope).values()
        if kind in {None, row.kind} and level in {None, row.level}
    ]
    columns = _columns(view, period, question)
    return Rankings(
        period=period.key,
        title=period.title,
        start=period.start.isoformat(),
        end=period.elapsed_end.isoformat(),
        floor=question.floor,
        rankings=[_ranking(figure, column, asked, question) for figure, column in columns.items()],
    )


def _columns(view: View, period: Period, question: Question) -> dict[FigureKey, _Column]:
    """What the figures share is read once."""
    recipes = {figure: RECIPES[figure] for figure in question.figures}
    used = {amount: _used(view, period, amount) for amount in {recipe.amount for recipe in recipes.values()}}
    divisors = {per: _divisors(view, period, per) for per in {recipe.per for recipe in recipes.values()}}
    found = factor(view, period.as_of)
    kgce = reasons.no_factor(period.as_of) if found is None else Fraction(found)
    start = period.start
    return {
        figure: _Column(
            period,
            recipe.amount,
            used[recipe.amount],
            kgce if recipe.is_energy else Fraction(1),
            divisors[recipe.per],
            reasons.no_head_count(start) if recipe.per is HEADS else reasons.no_floor_area(start),
            question.floor,
        )
        for figure, recipe in recipes.items()
    }


def _used(view: View, period: Period, amount: Amount) -> dict[int, _Used]:
    """What each institution used of one carrier; who has no counter is left out."""
    start, end = period.start, period.elapsed_end
    members, groups = grouped(view, Choice(carrier=_CARRIERS[amount]), ("institution",))
    if start >= end or not groups:
        return {}
    first_us = np.full(members.groups, np.iinfo(np.int64).max)
    np.minimum.at(first_us, members.group, members.bound_from_us)
    whole = replace(members, bound_from_us=np.zeros_like(members.bound_from_us))
    found = sums.in_total(view, whole, start, end)
    columns = (found.micro, found.covered_s, found.expected_s, found.rows, found.worst)
    since = [
        date_of(bound_us, view.zone) if bound_us > period.start_us else None for bound_us in first_us.tolist()
    ]
    rows = map(_Used, *(column[:, 0].tolist() for column in columns), since)
    return {
        labels.institution.id: row
        for labels, row in zip(groups, rows, strict=True)
        if labels.institution and labels.institution.id is not None
    }


def _divisors(view: View, period: Period, per: Denominator | None) -> dict[int, Fraction | Reason] | None:
    start, end = period.start, period.elapsed_end
    if per is None:
        return None
    if per is HEADS:
        heads = denominators.heads(view.session, view.scope)
        return {key: rules.head_count(rows, start, end) for key, rows in heads.items()}
    areas = denominators.areas(view.session, view.scope)
    return {key: rules.floor_area(rows, start, end) for key, rows in areas.items()}


def _ranking(
    figure: FigureKey, column: _Column, asked: Sequence[NamedInstitution], question: Question
) -> Ranking:
    ranked: list[tuple[NamedInstitution, int]] = []
    apart: list[tuple[NamedInstitution, int | None, Reason]] = []
    for row in asked:
        value = column.value(row.id)
        if isinstance(value, Reason):
            apart.append((row, None, value))
        elif reason := column.too_little(row.id):
            apart.append((row, value, reason))
        else:
            ranked.append((row, value))
    places = ranking_rules.places([value for _, value in ranked], descending=question.order == "desc")
    title = TITLES[figure]
    return Ranking(
        key=figure,
        title=title.zh,
        title_en=title.en,
        unit=title.unit,
        ranked_total=len(ranked),
        apart_total=len(apart),
        ranked=[_ranked(column, place, *ranked[place.of]) for place in places[: question.limit]],
        apart=[_apart(column, *one) for one in apart[: question.limit]],
    )


def _ranked(column: _Column, place: Place, row: NamedInstitution, value: int) -> Ranked:
    used, kind = column.used[row.id], InstitutionKind(row.kind)
    return Ranked(
        place=place.place,
        tied=place.tied,
        institution=label_of(row),
        kind=kind.zh,
        kind_en=english.KINDS[kind],
        value=format_micro(value),
        completeness=used.completeness,
        estimated=Quality.from_code(used.worst) in UNCERTAIN,
    )


def _apart(column: _Column, row: NamedInstitution, value: int | None, reason: Reason) -> Apart:
    used, kind = column.used.get(row.id), InstitutionKind(row.kind)
    return Apart(
        institution=label_of(row),
        kind=kind.zh,
        kind_en=english.KINDS[kind],
        value=None if value is None else format_micro(value),
        completeness=used.completeness if used and used.expected_s else None,
        reason=ReasonOut(code=reason.code, zh=reason.zh, en=reason.en),
    )
