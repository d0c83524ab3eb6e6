"""What a year of an energy service contract comes to, from the measured saving: four kinds of contract.

Money is decimal yuan to the fen, halves up; what two parties share sums to the whole exactly.
Source: GB/T 24915—2020 合同能源管理技术通则 (the four kinds), from secondary sources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from civicwatt_cloud.analysis.savings.errors import BadTerms

FEN = Decimal("0.01")
NOTHING = Decimal("0.00")


class Year(NamedTuple):
    """What was measured in a year of the contract, the first being 1."""

    number: int
    saving: Decimal  # adjusted baseline − use, in the meter's unit; negative where more was used
    price: Decimal  # yuan a unit, by the contract
    energy_cost: Decimal = NOTHING  # yuan paid to the suppliers


class Sheet(NamedTuple):
    """A year settled [yuan]: `value` = `client` + `provider`, what each has of the saving after payments."""

    number: int
    value: Decimal  # of the saving
    payment: Decimal  # from the client to the provider (or lessor); negative: the provider pays back
    client: Decimal
    provider: Decimal
    shortfall: Decimal  # of the guaranteed saving, in the meter's unit


@dataclass(frozen=True, slots=True)
class Shared:
    """节能效益分享型: the provider has a share of each year's value. Errors: BadTerms."""

    shares: tuple[Decimal, ...]  # of the provider, by year of the contract, 0–1

    def __post_init__(self) -> None:
        if not self.shares or not all(0 <= share <= 1 for share in self.shares):
            raise BadTerms(detail="shares lie between 0 and 1", detail_zh="分享比例应在 0 与 1 之间")

    def settled(self, year: Year) -> Sheet:
        """A year without a saving pays nothing; the loss is the client's, and shown."""
        if not 1 <= year.number <= len(self.shares):
            raise BadTerms(
                detail=f"the contract has {len(self.shares)} years, not a year {year.number}",
                detail_zh=f"合同期为 {len(self.shares)} 年，没有第 {year.number} 年",
            )
        value = fen(year.saving * year.price)
        payment = fen(max(value, NOTHING) * self.shares[year.number - 1])
        return Sheet(year.number, value, payment, value - payment, payment, Decimal(0))


@dataclass(frozen=True, slots=True)
class Guaranteed:
    """节能量保证型: a fee for a saving that is guaranteed; what lacks is paid back. Errors: BadTerms."""

    fee: Decimal  # yuan a year
    guarantee: Decimal  # of the saving a year, in the meter's unit
    compensation: Decimal = Decimal(1)  # of the value of what lacks
    bonus: Decimal = Decimal(0)  # of the value beyond the guarantee

    def __post_init__(self) -> None:
        _not_negative(self.fee, self.guarantee, self.compensation, self.bonus)

    def settled(self, year: Year) -> Sheet:
        """The provider pays back the value of the shortfall, or has a bonus on what is beyond."""
        value = fen(year.saving * year.price)
        shortfall = max(self.guarantee - year.saving, Decimal(0))
        beyond = max(year.saving - self.guarantee, Decimal(0))
        payment = fen(self.fee) - fen(shortfall * year.price * self.compensation)
        payment += fen(beyond * year.price * self.bonus)
        return Sheet(year.number, value, payment, value - payment, payment, shortfall)


@dataclass(frozen=True, slots=True)
class Trusteeship:
    """能源费用托管型: the client pays a fixed sum, the provider pays the suppliers. Errors: BadTerms."""

    fee: Decimal  # yuan a year
    baseline_cost: Decimal  # yuan a year without the contract, as agreed

    def __post_init__(self) -> None:
        _not_negative(self.fee, self.baseline_cost)

    def settled(self, year: Year) -> Sheet:
        """The value is the agreed cost less what the suppliers had; the client has the cost less the fee."""
        value = fen(self.baseline_cost) - fen(year.energy_cost)
        client = fen(self.baseline_cost) - fen(self.fee)
        return Sheet(year.number, value, fen(self.fee), client, value - client, Decimal(0))


@dataclass(frozen=True, slots=True)
class Lease:
    """融资租赁型: rent for the equipment; the provider may guarantee the saving. Errors: BadTerms."""

    rents: tuple[Decimal, ...]  # yuan, by year of the contract
    guarantee: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _not_negative(*self.rents, self.guarantee)

    def settled(self, year: Year) -> Sheet:
        """Rent is due as long as it runs; the value of a shortfall is paid back."""
        rent = fen(self.rents[year.number - 1]) if 1 <= year.number <= len(self.rents) else NOTHING
        value = fen(year.saving * year.price)
        shortfall = max(self.guarantee - year.saving, Decimal(0))
        payment = rent - fen(shortfall * year.price)
        return Sheet(year.number, value, payment, value - payment, payment, shortfall)


Terms = Shared | Guaranteed | Trusteeship | Lease


class Book(NamedTuple):
    """A contract's years and their sums."""

    years: tuple[Sheet, ...]
    value: Decimal
    payment: Decimal
    client: Decimal
    provider: Decimal


def year_book(terms: Terms, years: Sequence[Year]) -> Book:
    """Each year settled, in order, and all together. Errors: BadTerms."""
    if [year.number for year in years] != list(range(1, len(years) + 1)):
        raise BadTerms(detail="years are 1, 2, 3 …", detail_zh="年度应从第 1 年起连续")
    sheets = tuple(terms.settled(year) for year in years)
    return Book(
        sheets,
        sum((one.value for one in sheets), NOTHING),
        sum((one.payment for one in sheets), NOTHING),
        sum((one.client for one in sheets), NOTHING),
        sum((one.provider for one in sheets), NOTHING),
    )


def fen(amount: Decimal) -> Decimal:
    """Yuan to the fen, halves away from zero."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def _not_negative(*amounts: Decimal) -> None:
    if any(amount < 0 for amount in amounts):
        raise BadTerms(detail="an amount is negative", detail_zh="金额或比例为负")
