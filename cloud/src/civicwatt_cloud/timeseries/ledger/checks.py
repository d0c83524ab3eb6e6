"""Conservation: the hours of a day add up to it, the days of a month to it."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

_HAS_HOURS = (
    "WHERE point_id NOT IN (SELECT id FROM point WHERE source <> 'meter' "
    "AND NOT EXISTS (SELECT 1 FROM ledger_hour WHERE ledger_hour.point_id = point.id))"
)


class Violation(NamedTuple):
    """A day or month that is not the sum of its parts."""

    step: str
    point_id: int
    period: int
    micro: int  # parts − whole
    covered_s: int


def violations(session: Session) -> list[Violation]:
    """Check Σ hours = day and Σ days = month, for every point and period; empty when the books are right.

    Bills and what is computed from them have days only.
    """
    return [
        Violation(step, *row)
        for step, parts, key, whole in (
            ("day", "ledger_hour", "day", "ledger_day"),
            ("month", "ledger_day", "day / 100", "ledger_month"),
        )
        for row in session.execute(
            text(
                f"SELECT point_id, period, sum(micro), sum(covered_s) FROM ("  # noqa: S608 - our own names
                f"SELECT point_id, {key} AS period, micro, covered_s, 1 AS part, 0 AS whole FROM {parts} "
                f"UNION ALL SELECT point_id, {step}, -micro, -covered_s, 0, 1 FROM {whole}) AS entries "
                f"{'' if step == 'month' else _HAS_HOURS} "
                "GROUP BY point_id, period "
                "HAVING sum(micro) <> 0 OR sum(covered_s) <> 0 OR max(part) = 0 OR max(whole) = 0"
            )
        )
    ]
