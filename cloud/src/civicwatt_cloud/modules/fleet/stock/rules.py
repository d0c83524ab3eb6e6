"""What the rules allow an official vehicle to be and to cost: exact arithmetic over rule rows. Pure.

Prices in 分, displacement and fuel in ml, distances in m.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.kit import boundaries
from civicwatt_cloud.kit.boundaries import Word
from civicwatt_cloud.kit.calendar import years_after
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.rules import Place, RuleRow, Rules
from civicwatt_cloud.modules.fleet.choices import Body, Energy, VehicleKind

FEN = 100  # of a 元
ML = 1000  # of a litre
KM = 1000  # m
PERCENT = 100
BUSES = {Body.MEDIUM_BUS: "bus", Body.LARGE_BUS: "large_bus"}
CLASSES = {
    VehicleKind.CONFIDENTIAL: "confidential",
    VehicleKind.ENFORCEMENT: "enforcement",
    VehicleKind.SPECIAL: "special",
}


class Standard(NamedTuple):
    """The rule rows, asked for an institution on a day."""

    rules: Rules
    place: Place
    as_of: date

    def row(self, name: str) -> RuleRow:
        """The row of `fleet.<name>`. Errors: NoRule."""
        return self.rules.value(f"fleet.{name}", self.as_of, self.place)

    def limit(self, name: str) -> RuleRow | None:
        """The row, where one holds for the institution."""
        try:
            return self.row(name)
        except NoRule:
            return None


class Offered(NamedTuple):
    """A vehicle that is to be bought, or that is there."""

    kind: VehicleKind
    body: Body
    energy: Energy
    price: int
    displacement_ml: int | None = None  # None: it has no engine
    special_need: bool = False


class Breach(NamedTuple):
    """Where a vehicle is above its standard."""

    zh: str
    en: str
    rule: str  # the row; empty: there is none that would allow it


def class_of(offered: Offered) -> str | None:
    """Which standard a vehicle is held to; None: only a special need would allow it.

    Source: 党政机关公务用车管理办法 (R-FLEET-1).
    """
    if offered.body is Body.CAR and offered.energy.is_new:
        return "new_energy"
    own = CLASSES.get(offered.kind, "general")
    if own in {"confidential", "special"}:
        return own if own == "special" or offered.body not in BUSES else None
    if offered.body in BUSES:
        return BUSES[offered.body] if offered.special_need else None
    if offered.special_need:
        return "bus" if offered.body is Body.SMALL_BUS else {"enforcement": "enforcement_need"}.get(own, own)
    return own


def breaches(standard: Standard, offered: Offered) -> list[Breach]:
    """R-FLEET-1: where a vehicle is above its standard; 以内 and （含） include the limit. Errors: NoRule."""
    name = class_of(offered)
    if name is None:
        return [Breach(f"{offered.body.zh}须有特殊需要", f"a {offered.body.en} takes a special need", "")]
    price = standard.row(f"standard.{name}.price")
    found = []
    if not price.holds(Decimal(offered.price) / FEN):
        zh = f"价格 {yuan(offered.price)} 元，标准 {price.value} 元"
        found.append(Breach(zh, f"{yuan(offered.price)} yuan, {price.value} are allowed", price.ref))
    size = standard.limit(f"standard.{name}.displacement")
    if size is None or offered.displacement_ml is None:
        return found
    litres = Decimal(offered.displacement_ml) / ML
    if not size.holds(litres):
        zh = f"排气量 {litres.normalize():f} L，标准 {size.value} L"
        found.append(Breach(zh, f"{litres.normalize():f} L, {size.value} are allowed", size.ref))
    return found


def may_renew(standard: Standard, registered_on: date) -> bool:
    """R-FLEET-2: whether a vehicle's years have passed: 超过 8 年, the day on which they end is not yet past.

    Source: 党政机关公务用车管理办法, 第二十二条; 民法典, 第一千二百五十九条. Errors: NoRule.
    """
    row = standard.row("renewal_years")
    if registered_on > standard.as_of:  # a slip of the pen
        return False
    ends_on = years_after(registered_on, int(row.value))
    return boundaries.holds(row.word or Word.EXCEEDING, standard.as_of, ends_on)


def kept(before: int, percent: RuleRow) -> int:
    """R-FLEET-3: how many of the vehicles from before the reform may stay: whole ones only."""
    return int(before * Fraction(percent.value) / PERCENT)


class Account(NamedTuple):
    """C3.7: what one vehicle did, and cost beside its quota, in a year."""

    distance_m: int
    fuel_ml: int
    costs: Mapping[str, int]  # by kind; fuel among them
    quota: int

    @property
    def total(self) -> int:
        """All running costs."""
        return sum(self.costs.values())

    @property
    def over(self) -> int:
        """How far above the quota; 0: within."""
        return max(self.total - self.quota, 0)

    @property
    def over_percent(self) -> Fraction | None:
        """The same as a part of the quota; None without one."""
        return Fraction(self.over * PERCENT, self.quota) if self.quota else None

    @property
    def per_km(self) -> Fraction | None:
        """Cost [元/km]; None for a vehicle that was not driven."""
        return Fraction(self.total * KM, self.distance_m * FEN) if self.distance_m else None

    @property
    def per_100_km(self) -> Fraction | None:
        """Fuel [L/100 km]; None for a vehicle that was not driven."""
        return Fraction(self.fuel_ml * 100, self.distance_m) if self.distance_m else None


def rounded(value: Fraction | None, digits: int = 2) -> Decimal | None:
    """A figure as people read it, half up."""
    if value is None:
        return None
    exact = value * 10**digits
    whole = (abs(exact) + Fraction(1, 2)).__floor__()
    return Decimal(whole if exact >= 0 else -whole).scaleb(-digits)


def yuan(fen: int) -> Decimal:
    """An amount [分] in 元."""
    return Decimal(fen).scaleb(-2)
