"""凭证–台账–平台: what the bills, the monthly ledger and the meters say of a month, side by side."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.returns import forms
from civicwatt_cloud.modules.returns.account_models import ThreeWayNote
from civicwatt_cloud.modules.returns.choices import Outcome, PeriodKind, Reason
from civicwatt_cloud.modules.returns.filling.measured import part_of
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnCell
from civicwatt_cloud.modules.returns.periods import MONTHS, Period
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.points import Point, Source

RULE = "returns.three_way"
Key = tuple[str, str]  # month, line


class Compared(NamedTuple):
    """A line of a month three times; None: that side says nothing."""

    month: str
    code: str
    bill: int | None
    ledger: int | None
    meter: int | None
    documents: tuple[str, ...]
    difference: Fraction | None  # of the largest to the smallest, in percent of the largest
    outcome: Outcome
    note: ThreeWayNote | None


def compare(context: Context, owner: Institution, year: int) -> list[Compared]:
    """Every line of every month of which two sides say something."""
    lines = [line for line in forms.form_on(date(year, 1, 1)).lines(PeriodKind.MONTH) if line.uses]
    use_of = {use: line.code for line in lines for use in line.uses}
    bills, documents = _bills(context, owner, year, use_of)
    sides = (bills, _ledger(context, owner, year), _meters(context, owner, year, use_of))
    limit = Fraction(rules_of(context.session).value(RULE, context.today, place_of(owner)).value)
    notes = _notes(context, owner, year)
    wanted = {line.code for line in lines}
    keys = sorted({key for side in sides for key in side if key[1] in wanted})
    return [
        _compared(key, tuple(side.get(key) for side in sides), documents[key], limit, notes) for key in keys
    ]


def _compared(
    key: Key,
    figures: tuple[int | None, ...],
    documents: list[str],
    limit: Fraction,
    notes: dict[Key, ThreeWayNote],
) -> Compared:
    said = [one for one in figures if one is not None]
    difference = None
    if len(said) > 1:
        difference = Fraction(100 * (max(said) - min(said)), max(said)) if max(said) else Fraction(0)
    outcome = Outcome.UNCHECKED
    if difference is not None:
        outcome = Outcome.OKAY if difference <= limit else Outcome.POSSIBLE
    bill, ledger, meter = figures
    return Compared(*key, bill, ledger, meter, tuple(documents), difference, outcome, notes.get(key))


def _months(year: int) -> Iterator[Period]:
    return (Period(PeriodKind.MONTH, year, n + 1) for n in range(MONTHS))


def _bills(
    context: Context, owner: Institution, year: int, use_of: dict[EndUse, str]
) -> tuple[dict[Key, int], dict[Key, list[str]]]:
    """Amounts of bills, spread over their days as the books do."""
    query = (
        select(Point.end_use, Bill.day_from, Bill.day_to, Bill.micro, Bill.document)
        .join(Point, Point.id == Bill.point_id)
        .join(Building, Building.id == Point.building_id)
        .where(
            Building.institution_id == owner.id,
            Bill.day_from < date(year + 1, 1, 1),
            Bill.day_to > date(year, 1, 1),
        )
    )
    found: dict[Key, int] = defaultdict(int)
    documents: dict[Key, list[str]] = defaultdict(list)
    for use, start, end, micro, document in context.session.execute(query):
        code = use_of.get(EndUse(str(use)))
        for month in _months(year) if code else ():
            if start < month.end and end > month.start:
                found[month.key, str(code)] += part_of(micro, (start, end), month)
                documents[month.key, str(code)].append(document)
    return found, documents


def _ledger(context: Context, owner: Institution, year: int) -> dict[Key, int]:
    query = (
        select(EnergyReturn.period, ReturnCell.code, ReturnCell.micro)
        .join(ReturnCell, ReturnCell.return_id == EnergyReturn.id)
        .where(EnergyReturn.owner_id == owner.id, EnergyReturn.period.in_([one.key for one in _months(year)]))
        .where(ReturnCell.micro.is_not(None))
    )
    return {(period, code): int(micro or 0) for period, code, micro in context.session.execute(query)}


def _meters(context: Context, owner: Institution, year: int, use_of: dict[EndUse, str]) -> dict[Key, int]:
    """What meters alone counted: the platform beside the bill."""
    query = (
        select(Point.end_use, LedgerMonth.month, cast(func.sum(LedgerMonth.micro), BigInteger))
        .join(Point, Point.id == LedgerMonth.point_id)
        .join(Building, Building.id == Point.building_id)
        .where(Building.institution_id == owner.id, Point.source == Source.METER, Point.is_consumption)
        .where(
            LedgerMonth.month > year * 100,
            LedgerMonth.month <= year * 100 + MONTHS,
            Point.end_use.is_not(None),
        )
        .group_by(Point.end_use, LedgerMonth.month)
    )
    found: dict[Key, int] = defaultdict(int)
    for use, month, micro in context.session.execute(query):
        if code := use_of.get(EndUse(str(use))):
            found[f"{month // 100}-{month % 100:02}", code] += micro
    return found


def _notes(context: Context, owner: Institution, year: int) -> dict[Key, ThreeWayNote]:
    """The last word about each line."""
    query = select(ThreeWayNote).where(
        ThreeWayNote.owner_id == owner.id, ThreeWayNote.month.in_([one.key for one in _months(year)])
    )
    return {(one.month, one.code): one for one in context.session.scalars(query.order_by(ThreeWayNote.id))}


def explain(context: Context, owner: Institution, key: Key, why: tuple[Reason, str]) -> None:
    """Why they differ, with the three figures as they are now. Errors: NotFound."""
    month, code = key
    sides = {(one.month, one.code): one for one in compare(context, owner, int(month[:4]))}
    one = sides.get(key)
    if one is None:
        raise NotFound()
    said = {
        "reason": why[0].value,
        "said": why[1],
        "who": context.actor.display_name,
        "at_us": context.now_us,
    }
    context.session.add(
        ThreeWayNote(
            owner_id=owner.id,
            month=month,
            code=code,
            bill_micro=one.bill,
            ledger_micro=one.ledger,
            meter_micro=one.meter,
            **said,
        )
    )
