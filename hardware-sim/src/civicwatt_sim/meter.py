"""One simulated meter: its load, its exact counter, and all it would show at an instant."""

import numpy as np
from numpy.typing import NDArray

from civicwatt_protocols.errors import UnknownTemplate
from civicwatt_protocols.quantity import MICRO
from civicwatt_protocols.template import DeviceTemplate, Register
from civicwatt_protocols.templates import load
from civicwatt_sim import data_items, quantities, seeded
from civicwatt_sim.counters import Counter
from civicwatt_sim.errors import BadScenario
from civicwatt_sim.loads import load_share
from civicwatt_sim.registers import served_counters
from civicwatt_sim.scenario import Building, City, Dated, EndUse, Institution, InstitutionKind, Meter
from civicwatt_sim.steps import STEPS_PER_DAY, block_steps, first_step, step_at

Column = NDArray[np.float64]
Counts = NDArray[np.int64]

STEP_H = 0.25
# the measure that energy is counted by: the first that the template tells
_COUNTED = {
    EndUse.PV: ("generated_active_energy", "export_active_energy"),
    EndUse.WATER: ("water_volume",),
}
_COUNTED_LOAD = ("import_active_energy", "total_active_energy")


class SimulatedMeter:
    """A meter of a city; the same numbers in every process for the same city file."""

    def __init__(self, city: City, institution: Institution, building: Building, meter: Meter) -> None:
        self.meter = meter
        self.template: DeviceTemplate = _template(meter)
        self.measure = _counted_measure(self.template, meter)
        self._kind: InstitutionKind = institution.kind
        self._areas = building.areas
        self._seed = city.seed
        self._key = seeded.key(city.seed, meter.device)
        rated = meter.rated_m3h if meter.end_use is EndUse.WATER else meter.rated_kw
        self._rated_micro = rated * STEP_H * MICRO
        # what the register showed when it was put into service: up to a fortnight of full load
        base = int(self._rated_micro * seeded.one(seeded.key(self._key, "base"), 0.0, 14.0 * STEPS_PER_DAY))
        self._counter = Counter(first_step(city.installed), base, self._block)

    @property
    def register(self) -> Register:
        """The register that counts this Modbus meter's consumption or yield."""
        return next(one for one in self.template.registers if one.measure == self.measure)

    def served_counters(self, micro: Counts) -> Counts:
        """Exact counters as the meter gives them [micro]."""
        if self.template.protocol == "modbus":
            return served_counters(self.register, micro)
        return data_items.served_counters(self.template, self.measure, micro)

    def increments(self, t0_us: int, t1_us: int) -> Counts:
        """Consumption of every 15-minute step that starts in [t0, t1) [micro kWh or m³]."""
        return self._counter.increments(t0_us, t1_us)

    def counter_micro(self, t_us: int) -> int:
        """The exact counter at an instant [micro kWh or m³], before the register rounds it."""
        return self._counter.at(t_us)

    def counters_micro(self, t_us: Counts) -> Counts:
        """The exact counter at many instants [micro kWh or m³]."""
        return self._counter.at_each(t_us)

    def values(self, t_us: int) -> dict[str, int]:
        """Every measure of this kind of meter at an instant, exact [micro units]."""
        counter, increment = self._counter.at(t_us), self._counter.during(t_us)
        if self.meter.end_use is EndUse.WATER:
            return quantities.water(counter, increment)
        return quantities.electric(self.meter.end_use, counter, increment, step_at(t_us), self._key)

    def _block(self, block: int) -> Counts:
        """The increments of a block: rating × shape × floor area in use × the meter's own mood."""
        steps = block_steps(block)
        share = load_share(self.meter.end_use, self._kind, self._seed, block)
        taken = share * _area_share(self._areas, steps)
        if self.meter.end_use is not EndUse.PV:
            taken = taken * self._mood(steps)
        return np.rint(self._rated_micro * taken).astype(np.int64)

    def _mood(self, steps: Counts) -> Column:
        """Days differ by ±8 %, steps by ±6 %; drawn for this meter alone."""
        day = seeded.smooth(seeded.key(self._key, "day"), steps / STEPS_PER_DAY)
        step = seeded.uniform(seeded.key(self._key, "step"), steps)
        return (0.92 + 0.16 * day) * (0.94 + 0.12 * step)


def simulate(city: City) -> dict[str, SimulatedMeter]:
    """The city's meters by device; those that never answer are among them. Raises BadScenario."""
    return {
        meter.device: SimulatedMeter(city, place, building, meter) for place, building, meter in city.meters()
    }


def _template(meter: Meter) -> DeviceTemplate:
    try:
        template = load(meter.template)
    except UnknownTemplate as error:
        raise BadScenario(meter.device, problem=error.message("zh")) from error
    spoken = "modbus" if meter.protocol.startswith("modbus") else meter.protocol.value
    if template.protocol != spoken:
        raise BadScenario(meter.device, problem=f"{template.key} ≠ {meter.protocol}")
    return template


def _counted_measure(template: DeviceTemplate, meter: Meter) -> str:
    """The measure that counts this meter's consumption or yield."""
    for measure in _COUNTED.get(meter.end_use, _COUNTED_LOAD):
        if measure in template.measures:
            return measure
    raise BadScenario(meter.device, problem=f"{template.key} 不计量“{meter.end_use.zh}”")


def _area_share(areas: tuple[Dated, ...], steps: Counts) -> Column:
    """Floor area in use at each step, as a share of the latest: ratings are made for the latest."""
    starts = np.array([first_step(area.valid_from) for area in areas[1:]], dtype=np.int64)
    shares = np.array([area.value for area in areas], dtype=np.float64) / areas[-1].value
    return shares[np.searchsorted(starts, steps, side="right")]
