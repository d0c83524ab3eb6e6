"""What institutions used between two days of everything that is counted, in columns."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures import counters, sums
from civicwatt_cloud.timeseries.figures import steps as step_rules
from civicwatt_cloud.timeseries.figures.counters import Choice
from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.figures.summed import Sums
from civicwatt_cloud.timeseries.figures.sums import Members
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_cloud.timeseries.ledger.quality import Quality

USES = (*counters.COUNTED, EndUse.PV)
_ESTIMATED = (Quality.INTERPOLATED.code, Quality.ESTIMATED.code)


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """One row an institution and end use that has a counter, ordered by institution; own and shared counters.

    Every counter of today is expected from the first day on: a figure of half a year does not pass for one
    of a whole year.
    """

    institution: Ints
    use: Ints  # place in USES
    micro: Ints  # 1e-6 of the carrier's unit
    is_read: np.ndarray[tuple[int], np.dtype[np.bool_]]  # the ledger holds something of it
    is_estimated: np.ndarray[tuple[int], np.dtype[np.bool_]]  # a part is interpolated or estimated
    covered_s: Ints
    expected_s: Ints

    def of(self, use: EndUse) -> Ints:
        """The places of the rows of one end use."""
        return np.flatnonzero(self.use == USES.index(use)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Stepped:
    """The same rows with a column a day or month."""

    institution: Ints
    use: Ints  # place in USES
    numbers: Ints  # yyyymmdd or yyyymm
    sums: Sums  # (rows, steps)


def amounts(view: View, start: date, end: date, choice: Choice | None = None) -> Amounts:
    """The amounts of [start, end) of the visible institutions. Errors: NotFound, out of scope."""
    keys, members = _grouped(view, choice or Choice())
    total = sums.in_total(view, members, start, end)
    worst = total.worst[:, 0]
    return Amounts(
        keys // len(USES),
        keys % len(USES),
        total.micro[:, 0],
        total.rows[:, 0] > 0,
        np.isin(worst, _ESTIMATED),
        total.covered_s[:, 0],
        total.expected_s[:, 0],
    )


def by_step(
    view: View, start: date, end: date, step: Literal["day", "month"], choice: Choice | None = None
) -> Stepped:
    """The amounts of the days or months of [start, end). Errors: NotFound, out of scope."""
    keys, members = _grouped(view, choice or Choice())
    steps = step_rules.steps(start, end, step, view.zone)
    found = sums.by_step(view, members, steps, step, step)
    return Stepped(keys // len(USES), keys % len(USES), steps.numbers, found)


def _grouped(view: View, choice: Choice) -> tuple[Ints, Members]:
    """The counters as members of groups; the key of a group is institution × uses + use."""
    found = counters.counters(view.session, view.scope, choice)
    place = {use.value: at for at, use in enumerate(USES)}
    use = np.fromiter((place[one] for one in found.end_use), np.int64, len(found.end_use))
    keys, group = np.unique(found.institution * len(USES) + use, return_inverse=True)
    unshared = len(found.point) - len(found.sharing)
    return keys, Members(
        counters.ids(view.scope, choice),
        found.point[:unshared],
        np.zeros(unshared, np.int64),
        group[:unshared].astype(np.int64),
        len(keys),
        [replace(part, bound_from_us=0) for part in counters.parts(found, group.astype(np.int64))],
    )
