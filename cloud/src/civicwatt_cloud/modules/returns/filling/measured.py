"""What meters, bills, the directory and earlier returns say of the cells of returns, of many at once."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.returns.account_models import EnergyPayment
from civicwatt_cloud.modules.returns.choices import Payment, PeriodKind, Source
from civicwatt_cloud.modules.returns.filling import earlier
from civicwatt_cloud.modules.returns.filling.numbers import rounded
from civicwatt_cloud.modules.returns.forms import Cell, Form
from civicwatt_cloud.modules.returns.periods import Period
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import amounts as figures
from civicwatt_cloud.timeseries.figures import denominators
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import MICRO

MOST_NAMED = 20  # meters or bills in a cell's basis
FEN = MICRO // 100
PLACES = 10_000


class Found(NamedTuple):
    """A figure, where it comes from, and what it is made of."""

    micro: int
    source: Source
    basis: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The basis as it is kept."""
        return json.dumps(self.basis, ensure_ascii=False)


class _Used(NamedTuple):
    """What an institution used for an end use."""

    micro: int
    covered_s: int
    expected_s: int
    is_estimated: bool


Measured = dict[int, dict[str, Found]]  # by institution and cell


class _Look(NamedTuple):
    """What is looked for, and what was found."""

    context: Context
    scope: Scope
    period: Period
    cells: Mapping[str, Cell]
    found: Measured

    @property
    def only(self) -> int | None:
        """The one institution; None: several."""
        return next(iter(self.found)) if len(self.found) == 1 else None


def measured(context: Context, scope: Scope, owners: Sequence[int], period: Period, form: Form) -> Measured:
    """What is known of the cells of a period; as many statements for one institution as for all."""
    look = _Look(context, scope, period, form.cells(period.kind), {owner: {} for owner in owners})
    _facts(look)
    if period.kind is not PeriodKind.MONTH:
        _carried(look)
    _amounts(look)
    _costs(look)
    _earlier(look)
    return look.found


def payments(context: Context, owners: Sequence[int], day: date) -> dict[int, dict[Carrier, Payment]]:
    """How each energy of each institution is metered and paid for on a day."""
    query = select(EnergyPayment).where(EnergyPayment.valid_from <= day, EnergyPayment.removed_us.is_(None))
    if len(owners) == 1:
        query = query.where(EnergyPayment.owner_id == owners[0])
    found: dict[int, dict[Carrier, Payment]] = defaultdict(dict)
    for row in context.session.scalars(query.order_by(EnergyPayment.valid_from)):
        found[row.owner_id][Carrier(row.energy)] = Payment(row.payment)
    return found


def _facts(look: _Look) -> None:
    """Head count and floor area of the directory, weighted by their days."""
    means = {"head_count": denominators.head_counts, "floor_area": denominators.floor_areas}
    for code, cell in look.cells.items():
        if cell.line.fact:
            mean = means[cell.line.fact](look.context.session, look.scope, look.period.start, look.period.end)
            for owner, number in mean.numerators.items():
                if owner in look.found and isinstance(number, int):
                    micro = rounded(cell, MICRO * number // mean.denominator)
                    look.found[owner][code] = Found(micro, Source.DIRECTORY, {})


def _amounts(look: _Look) -> None:
    view = View(
        look.context.session,
        look.scope,
        rules_of(look.context.session),
        look.context.zone,
        look.context.now_us,
    )
    all_ = figures.amounts(view, look.period.start, look.period.end, Choice(institution_id=look.only))
    used: dict[tuple[int, EndUse], _Used] = {}
    for place, is_read in enumerate(all_.is_read.tolist()):
        if is_read:
            used[int(all_.institution[place]), figures.USES[int(all_.use[place])]] = _Used(
                int(all_.micro[place]),
                int(all_.covered_s[place]),
                int(all_.expected_s[place]),
                bool(all_.is_estimated[place]),
            )
    points = _points(look.context, look.scope)
    for code, cell in look.cells.items():
        if cell.is_cost or not cell.line.uses:
            continue
        for owner, mine in look.found.items():
            parts = [one for use in cell.line.uses if (one := used.get((owner, use)))]
            if not parts:
                continue
            own = [one for use in cell.line.uses for one in points.get((owner, use), ())]
            expected = sum(one.expected_s for one in parts)
            basis = {
                "points": [point for point, _ in own][:MOST_NAMED],
                "completeness": min(PLACES, PLACES * sum(one.covered_s for one in parts) // max(expected, 1)),
                "estimated": any(one.is_estimated for one in parts),
            }
            micro = rounded(cell, sum(one.micro for one in parts))
            mine[code] = Found(micro, _source({kind for _, kind in own}), basis)


def _points(context: Context, scope: Scope) -> dict[tuple[int, EndUse], list[tuple[int, str]]]:
    """The counters of each institution and end use, and whether they are meters or bills."""
    query = (
        select(Building.institution_id, Point.end_use, Point.id, Point.source)
        .join(Building, Building.id == Point.building_id)
        .where(Point.is_consumption, Point.end_use.is_not(None))
        .where(Building.institution_id.in_(scope.institution_ids()))
    )
    found: dict[tuple[int, EndUse], list[tuple[int, str]]] = defaultdict(list)
    for owner, use, point, source in context.session.execute(query):
        found[owner, EndUse(str(use))].append((point, source))
    return found


def _source(kinds: set[str]) -> Source:
    if kinds == {"bill"}:
        return Source.BILL
    return Source.MIXED if "bill" in kinds else Source.METER


def _costs(look: _Look) -> None:
    """The costs of bills; one that reaches beyond the period counts with its days, rounded down to a 分."""
    query = (
        select(Building.institution_id, Point.end_use, Bill.id, Bill.day_from, Bill.day_to, Bill.cost_fen)
        .join(Point, Point.id == Bill.point_id)
        .join(Building, Building.id == Point.building_id)
        .where(Bill.day_from < look.period.end, Bill.day_to > look.period.start, Bill.cost_fen.is_not(None))
        .where(Building.institution_id.in_(look.scope.institution_ids()))
    )
    if look.only is not None:
        query = query.where(Building.institution_id == look.only)
    fen: dict[tuple[int, EndUse], int] = defaultdict(int)
    bills: dict[tuple[int, EndUse], list[int]] = defaultdict(list)
    for owner, use, bill, start, end, cost in look.context.session.execute(query):
        fen[owner, EndUse(str(use))] += part_of(int(cost or 0), (start, end), look.period)
        bills[owner, EndUse(str(use))].append(bill)
    cases = payments(look.context, list(look.found), look.period.start)
    for code, cell in look.cells.items():
        if not cell.is_cost:
            continue
        for owner, mine in look.found.items():
            keys = [(owner, use) for use in cell.line.uses if (owner, use) in fen]
            case = cases[owner].get(cell.line.uses[0].carrier)
            if keys and (case is None or case.is_paid):
                named = [one for key in keys for one in bills[key]][:MOST_NAMED]
                mine[code] = Found(sum(fen[key] for key in keys) * FEN, Source.BILL, {"bills": named})


def part_of(fen: int, days: tuple[date, date], period: Period) -> int:
    """What of a bill's cost falls into a period: its first n of N days hold ⌊cost · n / N⌋ together."""
    start, end = days
    length = (end - start).days
    first = max(0, (period.start - start).days)
    last = min(length, (period.end - start).days)
    return fen * last // length - fen * first // length


def _earlier(look: _Look) -> None:
    """One entry feeds the later forms: where all parts of the period are filed, it is their sums."""
    wanted = [one.key for one in look.period.parts()]
    for owner, filed in earlier.filed(look.context.session, list(look.found), wanted).items():
        if len(filed) < len(wanted):
            continue
        ids = [one.id for one in filed.values()]
        for code, cell in look.cells.items():
            if cell.line.nature == "flow" and any(code in one.values for one in filed.values()):
                whole = sum(one.values.get(code, 0) for one in filed.values())
                look.found[owner][code] = Found(whole, Source.EARLIER, {"returns": ids})


def _carried(look: _Look) -> None:
    """What does not change by itself stands as in the last return."""
    last = [*look.period.parts()][-1:] if look.period.kind is PeriodKind.ANNUAL else []
    wanted = [look.period.before().key, *(one.key for one in last)]  # the later one wins
    for owner, filed in earlier.filed(look.context.session, list(look.found), wanted).items():
        for key in wanted:
            for code, cell in look.cells.items():
                former = filed[key].values.get(code) if key in filed else None
                if cell.line.nature == "stock" and not cell.line.fact and former is not None:
                    look.found[owner][code] = Found(former, Source.CARRIED, {"returns": [filed[key].id]})
