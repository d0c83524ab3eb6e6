"""The formula of a figure with its numbers in place; “—” stands for what is not known."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.modules.energy.schemas import Formula
from civicwatt_cloud.timeseries.figures.basis import TITLES, Basis
from civicwatt_cloud.timeseries.figures.metering import CONSUMING, Meter
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.recipes import RECIPES, Amount, FigureKey
from civicwatt_cloud.timeseries.figures.rules import Consumption, Result
from civicwatt_cloud.timeseries.figures.usage import of_end_uses
from civicwatt_protocols.quantity import MICRO, format_micro, from_micro

UNKNOWN = "—"
UNITS_EN = {"kgce/人": "kgce/person", "m³/人": "m³/person"}


class Term(NamedTuple):
    """A part of a sum with its name."""

    zh: str
    en: str
    amount: Fraction | None


def summed(key: FigureKey, terms: Sequence[Term], figure: Result) -> Formula:
    """A sum with its terms; they carry every digit, so that whoever adds them up gets the total."""
    recipe, unit = RECIPES[key], TITLES[key].unit
    amounts = [UNKNOWN if term.amount is None else exactly(round(term.amount * MICRO)) for term in terms]
    total = UNKNOWN if figure.exact is None else exactly(round(figure.exact * MICRO))
    is_sum = len(terms) > 1

    def written(names: Sequence[str]) -> str:
        parts = " + ".join(f"{name} {amount}" for name, amount in zip(names, amounts, strict=True))
        return f"{parts} = {total} {unit}" if is_sum else f"{parts or total} {unit}"

    return Formula(
        zh=recipe.zh,
        en=recipe.en,
        expression=written([term.zh for term in terms]),
        expression_en=written([term.en for term in terms]),
    )


def product(key: FigureKey, amount: str, denominator: Fraction | Reason | None, figure: Result) -> Formula:
    """An amount in words, divided by persons or m²."""
    recipe, unit = RECIPES[key], TITLES[key].unit
    right, right_en = "", ""
    if recipe.per:
        right = f" ÷ {number(denominator)} {recipe.per.unit}"
        right_en = f" ÷ {number(denominator)} {recipe.per.unit_en}"
    result = number(figure.exact)
    return Formula(
        zh=recipe.zh,
        en=recipe.en,
        expression=f"{amount}{right} = {result} {unit}",
        expression_en=f"{amount}{right_en} = {result} {UNITS_EN.get(unit, unit)}",
    )


def plain(used: Consumption, unit: str) -> str:
    """One amount with its unit."""
    return f"{number(known(used))} {unit}"


def converted(basis: Basis, of: Amount) -> str:
    """The carriers of 综合能耗 or CO2, each times its factor; in brackets where they are several."""
    factors, made = (basis.factors.coal, "kgce") if of == "energy" else (basis.factors.carbon, "kgCO2")
    terms = []
    for carrier, used in basis.carriers().items():
        factor = factors[carrier]
        value = None if isinstance(factor, Reason) else factor.value
        terms.append(f"{plain(used, carrier.unit)} × {number(value, 6)} {made}/{carrier.unit}")
    return f"（{' + '.join(terms)}）" if len(terms) > 1 else "".join(terms) or UNKNOWN


def by_end_use(meters: Sequence[Meter], consumption: dict[tuple[int, int], Consumption]) -> list[Term]:
    """Electricity by the end uses that have meters."""
    end_uses = [use for use in CONSUMING if any(meter.end_use == use for meter in meters)]
    return [Term(use.zh, use.en, known(of_end_uses(meters, consumption, [use]))) for use in end_uses]


def exactly(micro: int) -> str:
    """Every digit, with thousands separators."""
    return f"{from_micro(micro):,f}"


def known(amount: Consumption) -> Fraction | None:
    """The amount, None where nothing was read."""
    return Fraction(amount.micro, MICRO) if amount.is_read else None


def exact(amount: Fraction | None) -> str | None:
    """The amount to its last digit [1e-6]."""
    return None if amount is None else format_micro(round(amount * MICRO))


def decimal(amount: Consumption) -> str | None:
    """The exact amount, None where nothing was read."""
    return format_micro(amount.micro) if amount.is_read else None


def number(value: Fraction | Reason | None, digits: int = 4) -> str:
    """With thousands separators and at most that many decimals."""
    if value is None or isinstance(value, Reason):
        return UNKNOWN
    text = f"{Decimal(round(value * 10**digits)).scaleb(-digits):,.{digits}f}"
    return text.rstrip("0").rstrip(".")


def applied(value: Fraction | Reason | None) -> str | None:
    """The mean that was divided by, None where it is not known."""
    return number(value).replace(",", "") if isinstance(value, Fraction) else None
