"""What rule rows say of the use of vehicles: who may drive what, what a vehicle may serve. Pure."""

from datetime import date
from typing import NamedTuple

from civicwatt_cloud.kit.business_time import DAY_US, MINUTE_US
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.rules import NATION, Place, RuleRow, Rules
from civicwatt_cloud.modules.fleet.use.errors import SpanReversed, SpanTooLong

LONGEST_DAYS = 366  # of a journey or a duty: its days are looked at one by one [engineering default]


def check_span(from_us: int, to_us: int) -> None:
    """Errors: SpanReversed, SpanTooLong."""
    if from_us >= to_us:
        raise SpanReversed()
    if to_us - from_us > LONGEST_DAYS * DAY_US:
        raise SpanTooLong(days=LONGEST_DAYS)


class Terms(NamedTuple):
    """The rule rows as they hold for an institution on a day."""

    rules: Rules
    as_of: date
    place: Place = NATION

    def row(self, name: str) -> RuleRow:
        """A row of reference/fleet_use.toml. Errors: NoRule."""
        return self.rules.value(f"fleet.{name}", self.as_of, self.place)

    def figure(self, name: str) -> int:
        """A whole number. Errors: NoRule."""
        return int(self.row(name).value)

    def margin_us(self) -> int:
        """How much before and after an order a trip still belongs to it."""
        return self.figure("order_margin") * MINUTE_US

    def serves(self, kind: str, purpose: str) -> bool:
        """Whether vehicles of a kind may be used for a purpose; without a row: no."""
        return self._allows(f"purpose.{kind}.{purpose}")

    def may_drive(self, licence: str, asked_for: str) -> bool:
        """Whether a licence of one class lets drive what asks for another; without a row: no."""
        return self._allows(f"licence.{licence}.{asked_for}")

    def _allows(self, name: str) -> bool:
        try:
            return bool(self.row(name).value)
        except NoRule:
            return False
