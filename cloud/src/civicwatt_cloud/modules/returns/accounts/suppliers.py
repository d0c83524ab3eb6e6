"""A supplier's file as bills: its columns by the layout, its accounts by the register."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.modules.returns.account_models import SupplierLayout, SupplyAccount
from civicwatt_cloud.modules.returns.errors import UnknownAccount
from civicwatt_cloud.modules.returns.steps import FILLERS
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.ledger.bills import importing
from civicwatt_cloud.timeseries.ledger.bills import rows as bill

MOST_ROWS = 20_000


def bring_in(context: Context, layout: SupplierLayout, path: Path) -> ImportReport:
    """Enter the bills of a file; the same file again changes nothing.

    Errors: UnreadableTable, MissingColumn, TableTooLong.
    """
    titles = [one for one in (layout.account, layout.day_from, layout.day_to, layout.amount) if one]
    found = read_rows(
        path, layout.supplier, [*titles, *filter(None, (layout.cost, layout.document))], most=MOST_ROWS
    )
    accounts = _accounts(context, layout)
    bills: list[Row] = []
    problems: list[RowProblem] = []
    for row in found:
        try:
            bills.append(_bill(row, layout, accounts))
        except RowProblem as problem:
            problems.append(problem)
    report = importing.enter(context.session, bills, context.zone, context.actor.who)
    report.rows, report.problems = len(found), [*problems, *report.problems]
    return report


_Account = tuple[str, str, str]  # institution, building, end use


def _accounts(context: Context, layout: SupplierLayout) -> Mapping[str, _Account]:
    scope = scope_of(context.actor, FILLERS)
    query = (
        select(SupplyAccount.number, Institution.code, Building.code, SupplyAccount.use)
        .join(Building, Building.id == SupplyAccount.building_id)
        .join(Institution, Institution.id == Building.institution_id)
        .where(SupplyAccount.energy == layout.energy, SupplyAccount.removed_us.is_(None))
        .where(SupplyAccount.owner_id.in_(scope.institution_ids()))
    )
    return {number: (owner, building, use) for number, owner, building, use in context.session.execute(query)}


def _bill(row: Row, layout: SupplierLayout, accounts: Mapping[str, _Account]) -> Row:
    """The row as the table 账单 has it; each cell is still named by its place in the file."""
    account = row[layout.account]
    if account not in accounts:
        raise UnknownAccount(row.where(layout.account), account=account[:64])
    institution, building, use = accounts[account]
    last = day(row, layout.day_to)
    until = last + timedelta(days=1) if layout.is_to_included else last
    start = day(row, layout.day_from)
    cells = {
        bill.INSTITUTION: institution,
        bill.BUILDING: building,
        bill.END_USE: EndUse(use).value,
        bill.ACCOUNT: account,
        bill.FROM: start.isoformat(),
        bill.TO: until.isoformat(),
        bill.AMOUNT: row[layout.amount],
        bill.UNIT: Carrier(layout.energy).unit,
        bill.COST: row[layout.cost] if layout.cost else "",
        bill.DOCUMENT: (row[layout.document] if layout.document else "") or f"{account}-{start:%Y%m%d}",
    }
    own = {
        bill.ACCOUNT: layout.account,
        bill.FROM: layout.day_from,
        bill.TO: layout.day_to,
        bill.AMOUNT: layout.amount,
        bill.COST: layout.cost or "",
        bill.DOCUMENT: layout.document or "",
    }
    return Row(row.number, cells, {title: row.letters.get(one, "A") for title, one in own.items()}, row.sheet)
