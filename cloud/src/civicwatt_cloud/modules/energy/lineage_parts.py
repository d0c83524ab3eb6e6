"""What an opened figure is made of besides energy: the factor, the denominators, what is missing."""

from collections.abc import Sequence
from fractions import Fraction

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.energy import english, formulas, repository, rules
from civicwatt_cloud.modules.energy.periods import Period
from civicwatt_cloud.modules.energy.reasons import Reason
from civicwatt_cloud.modules.energy.recipes import AREA, HEADS
from civicwatt_cloud.modules.energy.schemas import (
    DenominatorInput,
    DenominatorRow,
    FactorInput,
    Missing,
    ReplacementOfMeter,
)
from civicwatt_cloud.modules.energy.usage import View
from civicwatt_cloud.timeseries.ledger.facts import known
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
    rows = repository.head_counts(view.session, view.scope).get(institution_id, [])
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
    buildings = repository.floor_areas(view.session, view.scope).get(institution_id, [])
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
