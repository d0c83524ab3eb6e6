"""The meters of a drill: exact counters, whose use the dice decide."""

from dataclasses import dataclass, field
from random import Random

from civicwatt.drill.cloud.truth import HOUR_US, Meter, Shown, Truth
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement

MEASURES = ("import_active_energy", "active_power_total")
COUNTER = MEASURES[0]
KWH = 1_000_000  # micro
FIRST_KWH = 50_000


@dataclass
class Counter:
    """One meter. What it shows and what was used part when something happens to the meter."""

    meter: Meter
    truth: Truth
    dice: Random
    interval_us: int
    micro: int = 0  # what it shows
    factor: int = 1  # of a transformer: what one unit of it means
    span: int | None = None  # where it begins again at 0
    rate_kw: float = field(default=0.0)
    last_us: int | None = None
    _last_use: int = 0

    def __post_init__(self) -> None:
        self.rate_kw = self.dice.uniform(5, 40)
        if not self.micro:
            self.micro = FIRST_KWH * KWH + self.dice.randrange(KWH)

    def step(self, slot_us: int, *, showing: int | None = None) -> Shown:
        """Count up to the slot and show it, or something wrong instead; accepted by the truth."""
        use = self._use(slot_us)
        self.micro += use
        if self.span is not None:
            self.micro %= self.span
        return self._accept(slot_us, self.micro if showing is None else showing, use)

    def swap(self, slot_us: int, new_initial: int) -> tuple[Replacement, Shown]:
        """Another meter is put in half way to the slot: what a form says of it, and what it shows then."""
        use = self._use(slot_us)
        last = use // 2
        form = Replacement(slot_us - self.interval_us // 2, self.micro + last, new_initial)
        self.micro = new_initial + use - last
        return form, self._accept(slot_us, self.micro, use)

    def last_use(self) -> int:
        """The use of the last step [micro], as it counts."""
        return self._last_use

    def _use(self, slot_us: int) -> int:
        if self.last_us is None:
            return 0
        hours = (slot_us - self.last_us) / HOUR_US
        return int(self.rate_kw * KWH * hours * self.dice.uniform(0.6, 1.4))

    def _accept(self, slot_us: int, micro: int, use: int) -> Shown:
        shown = Shown(micro, int(self.rate_kw * 1000) * KWH)
        since_us = slot_us if self.last_us is None else self.last_us
        self._last_use = use * self.factor
        self.truth.accept((*self.meter, slot_us), shown, self._last_use, since_us)
        self.last_us = slot_us
        return shown

    @property
    def next_us(self) -> int | None:
        """The slot after the last one; None: there was none."""
        return None if self.last_us is None else self.last_us + self.interval_us
