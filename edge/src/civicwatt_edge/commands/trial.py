"""The reading of one meter, judged: which values can be true, and in which byte order they would be."""

from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from civicwatt_edge.commands.asking import ORDERS, Answers
from civicwatt_edge.commands.display import Comparison
from civicwatt_edge.commands.identify import orders_to_try
from civicwatt_edge.commands.line_meters import Told
from civicwatt_edge.commands.plausible import Check, Values, judge, share
from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.ratios import factor
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import format_micro, to_micro
from civicwatt_protocols.template import Order

EXAMPLES = 4  # registers shown in all orders
LONGEST = 1e12  # what is above it is no reading, and shown short


@dataclass
class Trial:
    """What was read last, as the meter says it; ratios of transformers are multiplied for the eye only."""

    answers: Answers | Told
    device: DeviceConfig
    earlier: Values | None = None  # of the reading before
    seconds: float = 0.0  # since then
    values: Values = field(init=False)
    checks: list[Check] = field(init=False)

    @property
    def order(self) -> Order | None:
        """In which it is decoded, None for the template's own."""
        return self.device.order

    def __post_init__(self) -> None:
        self.values = self.answers.values(self.order)
        self.checks = judge(self.values, self.earlier, self.seconds)

    @property
    def swapped(self) -> Order | None:
        """Another order than the template's in which the values make more sense: its words are swapped."""
        best = share(judge(self.answers.values()))
        found: Order | None = None
        for order in orders_to_try(self.answers.template):
            sense = share(judge(self.answers.values(order)))
            if sense > best:
                best, found = sense, order
        return found

    @property
    def proposal(self) -> Order | None:
        """The order to take instead of the one in use."""
        swapped = self.swapped
        return None if swapped == self.order else swapped

    @property
    def credible(self) -> bool:
        """Whether all blocks were answered and every look at the values was passed."""
        return self.answers.share == 1.0 and all(check.ok for check in self.checks)

    def table(self) -> Table:
        """Values with their units and a tick each."""
        table = Table("测量量 measure", "数值 value", "单位 unit", "", box=None, pad_edge=False)
        table.columns[1].justify = "right"
        for key, value in self.values.items():
            shown = None if value is None else value * factor(key, self.device.ct, self.device.pt)
            table.add_row(f"{MEASURES[key].zh} {key}", _exact(shown), MEASURES[key].unit, self._tick(key))
        return table

    def orders_table(self) -> Table:
        """Registers of several words in all four orders."""
        table = Table("测量量 measure", *ORDERS, box=None, pad_edge=False)
        wide = [
            one.measure for block, _ in self.answers.blocks for one in block.registers if one.type.bits > 16
        ]
        columns = [self.answers.values(order) for order in ORDERS]
        for key in [one for one in wide if one in self.values][:EXAMPLES]:
            table.add_row(MEASURES[key].zh, *(_brief(column.get(key)) for column in columns))
        return table

    def told(self, comparison: Comparison | None) -> dict[str, Any]:
        """The trial for programs."""
        display = None
        if comparison is not None:
            display = {
                "agrees": comparison.agrees,
                "measure": comparison.measure,
                "order": comparison.order,
                "factor": None if comparison.factor is None else str(comparison.factor),
            }
        ratios = {"ct": self.device.ct, "pt": self.device.pt}
        return {
            **ratios,
            "template": self.answers.template.key,
            "order": self.order,
            "values": [
                {"measure": key, "value": value, "unit": MEASURES[key].unit}
                for key, value in self.values.items()
            ],
            "unanswered": [reason.value for reason in self.answers.reasons],
            "checks": [
                {"ok": one.ok, "zh": one.zh, "en": one.en, "measures": one.measures} for one in self.checks
            ],
            "proposed_order": self.proposal,
            "display": display,
        }

    def _tick(self, key: str) -> str:
        about = [check.ok for check in self.checks if key in check.measures]
        return "" if not about else "✓" if all(about) else "✗"


def _exact(value: float | None) -> str:
    if value is None:
        return "—"
    return format_micro(to_micro(value)) if abs(value) < LONGEST else f"{value:.6g}"


def _brief(value: float | None) -> str:
    return "—" if value is None else f"{value:.6g}"
