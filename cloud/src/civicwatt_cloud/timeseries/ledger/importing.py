"""Rows of a table taken one by one: good ones kept, bad ones listed."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.tables import Row


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
