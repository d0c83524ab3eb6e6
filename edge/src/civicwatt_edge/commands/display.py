"""A counter as the meter's display shows it, against what was read."""

from dataclasses import dataclass
from decimal import Decimal

from civicwatt_edge.commands.asking import ORDERS, Answers
from civicwatt_edge.commands.line_meters import Told
from civicwatt_edge.commands.plausible import Values
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.template import Order

BETWEEN_S = 300  # engineering default: from the look at the display to the reading
LARGEST_W = 1e6  # engineering default: of one low-voltage meter
SHARE = Decimal("0.0005")  # engineering default: a display may round


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the display agrees with, or what could explain the difference."""

    agrees: bool
    measure: str
    found: str
    order: Order | None = None  # in which the values would agree
    factor: Decimal | None = None  # display = factor · read

    @property
    def hint(self) -> str:
        """The explanation, in both languages; empty where there is none."""
        if self.order:
            return f"按 --order {self.order} 与表显一致 · agrees with --order {self.order}"
        if self.factor:
            return f"相差 {self.factor} 倍，疑似倍率（CT/PT） · factor {self.factor}: a CT or PT ratio?"
        return ""


def compare(answers: Answers | Told, order: Order | None, shown: Decimal) -> Comparison:
    """Look for a counter that the display could show; in the order in use first, then in the others."""
    tolerance = _tolerance(shown, answers.values(order))
    for tried in (order, *ORDERS):
        for key, value in _counters(answers.values(tried)):
            if abs(Decimal(value) - shown) <= tolerance:
                return Comparison(tried == order, key, f"{value:g}", None if tried == order else tried)
    counters = _counters(answers.values(order))
    if not counters:
        return Comparison(False, "", "—")
    key, value = counters[0]
    return Comparison(False, key, f"{value:g}", factor=_factor(shown / Decimal(value)))


def _counters(values: Values) -> list[tuple[str, float]]:
    return [
        (key, value)
        for key, measure in MEASURES.items()
        if measure.is_counter and (value := values.get(key))  # one at 0 agrees with nothing
    ]


def _tolerance(shown: Decimal, values: Values) -> Decimal:
    """Two last digits of the display, its rounding, and what is consumed meanwhile."""
    exponent = shown.as_tuple().exponent
    digit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    power = abs(values.get("active_power_total") or 0.0)
    meanwhile = Decimal(min(power, LARGEST_W)) * BETWEEN_S / 3_600_000
    return 2 * digit + SHARE * abs(shown) + min(meanwhile, abs(shown) / 20)


def _factor(ratio: Decimal) -> Decimal | None:
    """A whole ratio, or one of a tenth, a hundredth …: what wrong scales and transformers make."""
    for factor in (ratio, 1 / ratio) if ratio > 0 else ():
        whole = Decimal(round(factor))  # never 4E+1
        if 2 <= whole <= 100_000 and abs(factor - whole) <= whole * SHARE * 2:
            return whole if factor == ratio else (1 / whole).normalize()
    return None
