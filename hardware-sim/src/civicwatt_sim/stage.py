"""What all simulated buses share: the clock, the faults of the moment, the truth ledger."""

from itertools import count

from civicwatt_protocols.clock import Clock
from civicwatt_sim.faults import Fault, Faults
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.truth import Answer, TruthLedger


class Stage:
    """One for a plant; the faults may be exchanged at any time."""

    def __init__(self, clock: Clock, truth: TruthLedger | None) -> None:
        self.clock = clock
        self.faults = Faults()
        self._truth = truth
        self._requests = count(1)

    def fault(self, meter: SimulatedMeter) -> Fault | None:
        """What is wrong with a meter now."""
        return self.faults.at(meter.meter.device, self.clock.now_us())

    def record(self, now_us: int, meter: SimulatedMeter, values: dict[str, int]) -> None:
        """Say in the ledger what a meter answers [micro], before the answer leaves."""
        if self._truth and values:
            self._truth.write(Answer(now_us, next(self._requests), meter.meter.device, values))
