"""From amounts to standard coal and to CO2: the factor of a carrier is rule rows, and names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.rules import OF_ONE, Place, RuleRow, Rules
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import reasons
from civicwatt_cloud.timeseries.figures.reasons import Reason

COAL = "coal"  # the set in force; another one has its own prefix
CARBON = "carbon"
ENERGY = tuple(one for one in Carrier if one is not Carrier.WATER)  # water is not part of 综合能耗
_SCALES = {("t", "kg"): 1000, ("GJ", "MJ"): 1000, ("tCO2", "kgCO2"): 1000}
_DENSITY = {Carrier.GASOLINE: "density.gasoline", Carrier.DIESEL: "density.diesel"}
_KGCE_OF_TCE = 1000


class Factor(NamedTuple):
    """What one unit of the ledger makes, kgce or kgCO2, and the rule rows that say so."""

    value: Fraction
    rows: tuple[RuleRow, ...]


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors that hold for a place on a day; what has none says why."""

    coal: Mapping[Carrier, Factor | Reason]
    carbon: Mapping[Carrier, Factor | Reason]


def values(found: Mapping[Carrier, Factor | Reason]) -> dict[Carrier, Fraction | Reason]:
    """The numbers alone."""
    return {one: factor if isinstance(factor, Reason) else factor.value for one, factor in found.items()}


def factors(
    rules: Rules, as_of: date, place: Place, *, coal: str = COAL, carbon_on: date | None = None
) -> Factors:
    """The factors of a place; `carbon_on`: the day whose carbon factors are frozen, if not `as_of`."""
    return Factors(
        {one: _coal(rules, coal, one, as_of, place) for one in ENERGY},
        {one: _found(rules, CARBON, one, carbon_on or as_of, place) for one in ENERGY},
    )


class Lookup:
    """The factors of many places, each found once."""

    def __init__(self, rules: Rules, as_of: date) -> None:
        self._rules, self._as_of = rules, as_of
        self._known: dict[Place, Factors] = {}
        named = (
            row
            for carrier in ENERGY
            for prefix in (COAL, CARBON)
            for row in rules.rows(f"{prefix}.{carrier}")
        )
        self._own = {row.scope.removeprefix(OF_ONE) for row in named if row.scope.startswith(OF_ONE)}

    def of(self, place: Place) -> Factors:
        """The factors that hold there."""
        key = place if place.institution in self._own else place._replace(institution="")
        if key not in self._known:
            self._known[key] = factors(self._rules, self._as_of, key)
        return self._known[key]


def basis_of(rules: Rules, coal: str, as_of: date, place: Place) -> str | None:
    """On which basis a set counts electricity, 当量值 or 等价值; figures of two bases are never compared."""
    try:
        return rules.value(f"{coal}.{Carrier.ELECTRICITY}", as_of, place).basis or None
    except NoRule:
        return None


def _coal(rules: Rules, prefix: str, carrier: Carrier, as_of: date, place: Place) -> Factor | Reason:
    if carrier is Carrier.OTHER_ENERGY:  # reported in tce
        return Factor(Fraction(_KGCE_OF_TCE), ())
    return _found(rules, prefix, carrier, as_of, place)


def _found(rules: Rules, prefix: str, carrier: Carrier, as_of: date, place: Place) -> Factor | Reason:
    try:
        row = rules.value(f"{prefix}.{carrier}", as_of, place)
        made, per = row.unit.split("/")
        rows, value = (row,), Fraction(row.value) * _SCALES.get((made, "kgCO2"), 1)
        if per == carrier.unit:
            return Factor(value, rows)
        if carrier in _DENSITY:
            density = rules.value(_DENSITY[carrier], as_of, place)
            return Factor(value * Fraction(density.value), (*rows, density))
        return Factor(value * _SCALES[carrier.unit, per], rows)
    except NoRule:
        return reasons.no_factor(carrier.zh, carrier.en, as_of, is_carbon=prefix == CARBON)
