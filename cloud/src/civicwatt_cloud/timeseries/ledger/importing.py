"""What imports of tables have in common: good rows kept, bad ones listed, numbers read exactly."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.directory_rows import LARGEST
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.timeseries.ledger.errors import BadAmount


class Fate(NamedTuple):
    """What became of a row: it is new, it was there and changes, or neither."""

    is_new: bool
    is_changed: bool


def take(rows: Iterable[Row], enter: Callable[[Row], Fate]) -> ImportReport:
    """Enter each row; those that raise a RowProblem are left out and reported."""
    report = ImportReport()
    for row in rows:
        report.rows += 1
        try:
            fate = enter(row)
        except RowProblem as problem:
            report.problems.append(problem)
            continue
        report.kept += 1
        report.added += fate.is_new
        report.changed += fate.is_changed
    return report


def decimal(row: Row, title: str, *, places: int = 6) -> Decimal:
    """A number from 0 on with at most so many decimals. Errors: BadAmount."""
    try:
        number = Decimal(row[title].replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= LARGEST or number != round(number, places):
        raise BadAmount(row.where(title), title=title, text=row[title], limit=LARGEST, places=places)
    return number
