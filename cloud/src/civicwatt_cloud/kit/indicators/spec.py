"""What a module says of an indicator: one function that gives the items the figure is made of.

Value, basis, ranking, snapshot and drill-down are all made from the same items, so they always agree.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.calendar_errors import NoPeriod
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import Rules

QUARTER = 3  # months
_LABEL = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


class Period(NamedTuple):
    """From a day until the day before `end`."""

    label: str  # 2026, 2026-Q3, 2026-10
    start: date
    end: date

    @classmethod
    def parse(cls, said: str) -> "Period":
        """The period of a label. Errors: NoPeriod."""
        found = _LABEL.fullmatch(said)
        if found is None or not date.min.year < int(found[1]) < date.max.year:
            raise NoPeriod(said=said[:20])
        year = int(found[1])
        if found[2]:
            first, months = int(found[2]) * QUARTER - 2, QUARTER
        else:
            first, months = int(found[3] or 1), 1 if found[3] else 12
        over = first + months > 12
        end = date(year + 1, 1, 1) if over else date(year, first + months, 1)
        return cls(said, date(year, first, 1), end)

    @classmethod
    def ended_before(cls, day: date) -> "tuple[Period, ...]":
        """The month that ended last, and the quarter and year where they ended with it."""
        year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
        labels = [f"{year}-{month:02d}"]
        if month % QUARTER == 0:
            labels.append(f"{year}-Q{month // QUARTER}")
        if month == 12:
            labels.append(str(year))
        return tuple(cls.parse(label) for label in labels)


class Item(NamedTuple):
    """One record's part in a figure. With a reason it could not be counted, and its parts count nothing."""

    owner_id: int
    entity: str
    record_id: int
    numerator: int = 0  # in the smallest unit
    denominator: int = 0
    missing_zh: str = ""
    missing: str = ""  # the same in English

    @property
    def is_missing(self) -> bool:
        """Whether it should have been counted and could not be."""
        return bool(self.missing_zh)


class Measured(NamedTuple):
    """The items of an indicator, and the rule rows that decided them, by `RuleRow.ref`."""

    items: Sequence[Item]
    rules: tuple[str, ...] = ()


class Asked(NamedTuple):
    """What an indicator is asked for: the records of some institutions, over a period."""

    session: Session
    owners: Select[int]  # `Model.owner_id.in_(asked.owners)`
    period: Period
    zone: ZoneInfo
    rules: Rules
    now_us: int


class Sum(NamedTuple):
    """What the numerators or denominators add up to, as people read it."""

    zh: str
    en: str
    unit: str = ""
    factor: int | str = 1  # from the smallest unit to this one


NUMERATOR, DENOMINATOR = Sum("分子", "numerator"), Sum("分母", "denominator")


@dataclass(frozen=True)
class Indicator:
    """A named figure: the sum of numerators over the sum of denominators, or the sum alone."""

    key: str  # upkeep.on_time_rate
    zh: str
    en: str
    unit: str
    digits: int
    read: frozenset[Role]
    measure: Callable[[Asked], Measured]
    is_ratio: bool = True
    factor: int | str = 1  # from numerator / denominator to the unit: 100 for %, "0.01" from 分 to 元
    is_better_high: bool | None = None  # None: nothing to be ranked by
    over: Sum = NUMERATOR
    under: Sum = DENOMINATOR  # of a ratio
