"""What an opened figure is made of besides energy: the factor, the denominators, what is missing."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.energy import english, formulas
from civicwatt_cloud.modules.energy.load import share
from civicwatt_cloud.modules.energy.schemas import (
    DenominatorInput,
    DenominatorRow,
    FactorInput,
    Missing,
    MonthOut,
    ReplacementOfMeter,
    ShareOut,
)
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import dated, rules
from civicwatt_cloud.timeseries.figures.metering import Meter
from civicwatt_cloud.timeseries.figures.periods import Period
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.recipes import AREA, HEADS
from civicwatt_cloud.timeseries.figures.steps import steps
from civicwatt_cloud.timeseries.figures.usage import by_step
from civicwatt_cloud.timeseries.ledger.facts import known
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_protocols.quantity import format_micro


def factor_input(row: RuleRow) -> FactorInput:
    """The rule row; its source in English where we have it."""
    words = english.RULES.get(row.id, english.RuleWords(row.source, row.clause, row.note))
    return FactorInput(
        id=row.id,
        title=row.title,
        title_en=row.title_en,
        value=str(row.value),
        unit=row.unit,
        source=row.source,
        source_en=words.source,
        clause=row.clause,
        clause_en=words.clause,
        valid_from=row.valid_from.isoformat(),
        valid_to=row.valid_to.isoformat() if row.valid_to else None,
        status=row.status,
        note=row.note,
        note_en=words.note,
    )


def head_count_input(
    view: View, period: Period, institution_id: int, applied: Fraction | Reason
) -> DenominatorInput:
    """The head counts that hold in the period."""
    rows = dated.head_counts(view.session, view.scope).get(institution_id, [])
    return DenominatorInput(
        title=HEADS.zh,
        title_en=HEADS.en,
        unit=HEADS.unit,
        rows=[
            _row("", str(row.value), row)
            for row in sorted(rows, key=lambda row: row.valid_from)
            if _touches(row, period)
        ],
        applied=formulas.applied(applied),
    )


def floor_area_input(
    view: View, period: Period, institution_id: int, applied: Fraction | Reason
) -> DenominatorInput:
    """The floor areas that hold in the period, by building."""
    buildings = dated.floor_areas(view.session, view.scope).get(institution_id, [])
    return DenominatorInput(
        title=AREA.zh,
        title_en=AREA.en,
        unit=AREA.unit,
        rows=[
            _row(building.name, format_micro(row.value * 10_000), row)
            for building, rows in buildings
            for row in rows
            if _touches(row, period)
        ],
        applied=formulas.applied(applied),
    )


def _row(subject: str, value: str, row: rules.DatedValue) -> DenominatorRow:
    return DenominatorRow(
        subject=subject,
        value=value,
        valid_from=row.valid_from.isoformat(),
        valid_to=row.valid_to.isoformat() if row.valid_to else None,
        source=row.source,
    )


def _touches(row: rules.DatedValue, period: Period) -> bool:
    return row.valid_from < period.elapsed_end and (row.valid_to is None or row.valid_to > period.start)


def shares_of(meter: Meter, period: Period) -> list[ShareOut]:
    """The shares of the meter's building that hold in the period; none where nobody shares it."""
    if meter.sharing is None:
        return []
    return [
        ShareOut(
            percent=span.percent,
            valid_from=None if span.start == date.min else span.start.isoformat(),
            valid_to=None if span.end == date.max else span.end.isoformat(),
            document=span.document,
        )
        for span in meter.sharing.spans(meter.institution_id)
        if span.start < period.elapsed_end and span.end > period.start
    ]


def months_of_parts(
    view: View, period: Period, meters: Sequence[Meter]
) -> dict[tuple[int, int], list[MonthOut]]:
    """What the institution has of shared meters, month by month, by their keys."""
    shared = [meter for meter in meters if meter.sharing]
    months = period.months()
    if not shared or not months:
        return {}
    of = steps(period.start, date(months[-1] // 100, months[-1] % 100, 28), "month", view.zone)
    found = by_step(view, shared, of, "month", period)
    return {
        meter.key: [
            MonthOut(
                month=f"{month // 100}-{month % 100:02d}",
                value=format_micro(int(found.micro[line, place])) if found.rows[line, place] else None,
                quality=Quality.from_code(int(found.worst[line, place])).value
                if found.rows[line, place]
                else Quality.MISSING.value,
                covered=share(int(found.covered_s[line, place]), int(found.expected_s[line, place])),
            )
            for place, month in enumerate(of.numbers.tolist())
        ]
        for line, meter in enumerate(shared)
    }


def replacements_of(view: View, period: Period, points: Sequence[int]) -> dict[int, list[ReplacementOfMeter]]:
    """The meters replaced in the period, by point."""
    found: dict[int, list[ReplacementOfMeter]] = {}
    for form in known.forms(view.session, points, period.start_us, period.end_us):
        out = ReplacementOfMeter(
            form_number=form.form_number,
            at=iso(form.at_us, view.zone),
            old_final=format_micro(form.old_final_micro),
            new_initial=format_micro(form.new_initial_micro),
        )
        found.setdefault(form.point_id, []).append(out)
    return found


def missing_of(reason: Reason) -> Missing:
    """What the reason says is missing."""
    zh, en = reason.subject
    return Missing(what=zh, what_en=en, reason=reason.zh, reason_en=reason.en)


def percent(completeness: float) -> str:
    """With one decimal, cut: 100 % means complete."""
    return f"{round(completeness * 10_000) // 10 / 10:g} %"
