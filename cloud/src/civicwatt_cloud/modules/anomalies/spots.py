"""What passes hand on: what they saw of a counter, and what they found."""

from typing import NamedTuple

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.modules.anomalies import series
from civicwatt_cloud.modules.anomalies.choices import FindingKind
from civicwatt_cloud.modules.anomalies.rules import Month
from civicwatt_cloud.modules.anomalies.series import Counter, Rows


class Seen(NamedTuple):
    """What a pass saw of a counter, by row."""

    value: Numbers
    score: Numbers
    expected: Numbers


class Place(NamedTuple):
    """Where findings are kept: of which counter and month, and which hours the rows are."""

    counter: Counter
    month: Month
    rows: Rows

    @property
    def first(self) -> int:
        """The first row of the month."""
        return self.rows.row(series.first_hour(self.month.first, self.rows.zone))


class Spot(NamedTuple):
    """A finding in rows [start, end), not kept yet."""

    rule: str  # what found it
    kind: FindingKind
    start: int
    end: int
    found: int  # the row after which it was known
    apart: Numbers  # by row, value less expectation; of hours without a value less the expectation
    confidence: float
