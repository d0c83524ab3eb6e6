"""What the standards allow and what is there: exact arithmetic over areas [0.01 m²] and rule rows."""

import hashlib
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.kit.rules import Place, RuleRow, Rules

M2 = 100  # 0.01 m²
PERCENT = 100
WHOLE_SHARE = 10_000  # 0.01 %


class Standard(NamedTuple):
    """The rule rows, asked for an organ on a day."""

    rules: Rules
    place: Place
    as_of: date

    def row(self, name: str) -> RuleRow:
        """The row of `housing.<name>`. Errors: NoRule."""
        return self.rules.value(f"housing.{name}", self.as_of, self.place)

    def figure(self, name: str) -> Fraction:
        """Its value, in the row's own unit. Errors: NoRule."""
        return Fraction(self.row(name).value)


class Checked(NamedTuple):
    """What a person has beside what the standard allows [0.01 m²]."""

    area: Fraction
    limit: Fraction
    over: Fraction  # 0: within
    percent: Fraction  # of the limit
    rule: str


class Approved(NamedTuple):
    """What the standard allows an institution [0.01 m²]: use areas, then floor areas."""

    offices: Fraction  # A
    service: Fraction  # B
    equipment: Fraction
    base: Fraction  # use area of the three
    gross: Fraction  # base / K
    attached: Fraction  # C
    total: Fraction  # S


class Attached(NamedTuple):
    """How many the attached rooms serve."""

    diners: int = 0
    cars: int = 0
    bicycles: int = 0
    e_bikes: int = 0
    guards: int = 0


def parts(use_area: int, shares: Sequence[int | None]) -> list[Fraction]:
    """What each occupant has of a room: the shares [0.01 %] that are given; of the rest all the same."""
    given = sum(one for one in shares if one is not None)
    equal = Fraction(WHOLE_SHARE - given, max(1, sum(one is None for one in shares)))
    return [Fraction(use_area) * (equal if one is None else one) / WHOLE_SHARE for one in shares]


def limit(standard: Standard, rank: str) -> RuleRow:
    """The limit of a person's offices [m²] (R-HOUSE-1): by the level of the organ, then the rank.

    Source: 发改投资〔2014〕2674号, and the table of 1999 before it. Errors: NoRule.
    """
    return standard.row(f"office.{rank}")


def checked(standard: Standard, rank: str, held: Iterable[Fraction]) -> Checked:
    """C2.1: Σ parts − limit; what lies within the tolerance is not over. Errors: NoRule."""
    row = limit(standard, rank)
    area, most = sum(held, Fraction()), Fraction(row.value) * M2
    over = area - most
    if over <= standard.figure("tolerance") * M2:
        over = Fraction()
    return Checked(area, most, over, over / most * PERCENT, row.ref)


def office_area(standard: Standard, posts: Mapping[str, int]) -> Fraction:
    """A: the limits of all posts. Errors: NoRule."""
    return sum(
        (Fraction(limit(standard, rank).value) * M2 * count for rank, count in posts.items()), Fraction()
    )


def service_per_head(standard: Standard, staff: int) -> Fraction:
    """Service rooms per head [m²] (R-HOUSE-2): (b − x) / d between the ends of the scale. Errors: NoRule."""
    if standard.row("service.few").holds(staff):
        return standard.figure("service.at_few")
    if standard.row("service.many").holds(staff):
        return standard.figure("service.at_many")
    return (standard.figure("service.base") - staff) / standard.figure("service.divisor")


def attached_area(standard: Standard, served: Attached) -> Fraction:
    """C: the floor area of attached rooms (R-HOUSE-4). Errors: NoRule."""
    plain = sum(
        (
            standard.figure(name) * count
            for name, count in (
                ("bicycles", served.bicycles),
                ("e_bikes", served.e_bikes),
                ("guards", served.guards),
            )
        ),
        Fraction(),
    )
    return M2 * (
        _stepped(standard, "canteen", served.diners) + _stepped(standard, "cars", served.cars) + plain
    )


def approved(
    standard: Standard, posts: Mapping[str, int], *, is_high_rise: bool, served: Attached
) -> Approved:
    """S = [A + B + (A + B) × 9 %] / K + C (R-HOUSE-3). Errors: NoRule."""
    staff = sum(posts.values())
    offices = office_area(standard, posts)
    service = service_per_head(standard, staff) * staff * M2 if staff else Fraction()
    equipment = (offices + service) * standard.figure("equipment") / PERCENT
    base = offices + service + equipment
    gross = base / (standard.figure(_coefficient(is_high_rise)) / PERCENT)
    attached = attached_area(standard, served)
    return Approved(offices, service, equipment, base, gross, attached, gross + attached)


def rules_of(standard: Standard, posts: Mapping[str, int], *, is_high_rise: bool) -> list[str]:
    """The rows behind `approved`, without its attached rooms."""
    ends = ("few", "at_few", "base", "divisor", "many", "at_many")
    names = [f"office.{rank}" for rank in posts]
    names += [f"service.{end}" for end in ends] if posts else []
    return [standard.row(name).ref for name in (*names, "equipment", _coefficient(is_high_rise))]


def rent(use_area: int, rate: RuleRow, months: int) -> Fraction:
    """C2.5: internal rent [分] of an area [0.01 m²] over months at a rate [元/(m²·month)]: 0.01 × 100 = 1."""
    return use_area * Fraction(rate.value) * months


def ratio(part: int, whole: int) -> Fraction | None:
    """A part of a whole [%]; None where there is no whole."""
    return Fraction(part * PERCENT, whole) if whole else None


def after_months(start: date, months: int) -> date:
    """The day that ends a period of months; a month without that day ends it (民法典 art.202)."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def drawn(seed: str, numbers: Iterable[str], count: int) -> list[str]:
    """Some of a pool in an order that anybody can find again from the seed."""
    return sorted(numbers, key=lambda one: hashlib.sha256(f"{seed}|{one}".encode()).hexdigest())[:count]


def shown(value: Fraction | int, digits: int = 2) -> str:
    """A number of smallest units as people read it: rounded to a whole one, half to even (GB/T 8170)."""
    whole = round(value)
    sign, (units, rest) = "-" * (whole < 0), divmod(abs(whole), 10**digits)
    return f"{sign}{units}.{rest:0{digits}d}"


def _stepped(standard: Standard, name: str, count: int) -> Fraction:
    """A first number at one figure, each above it at another."""
    first = min(Fraction(count), standard.figure(f"{name}.few"))
    return first * standard.figure(f"{name}.first") + (count - first) * standard.figure(f"{name}.more")


def _coefficient(is_high_rise: bool) -> str:
    return "coefficient.high_rise" if is_high_rise else "coefficient.multi_storey"
