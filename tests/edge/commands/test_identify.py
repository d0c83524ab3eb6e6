"""Every model that can be simulated is recognised among all templates, whatever order its words come in."""

import d2_site
import msgspec
import pytest

from civicwatt_edge.commands.asking import Unit
from civicwatt_edge.commands.identify import Home, answers_at_all, identify
from civicwatt_edge.commands.plausible import judge, share
from civicwatt_edge.errors import DeviceTimeout
from civicwatt_protocols import templates
from civicwatt_protocols.errors import DeviceRefused
from civicwatt_protocols.template import DeviceTemplate
from civicwatt_sim import quantities
from civicwatt_sim.registers import RegisterMap
from civicwatt_sim.scenario import EndUse

MODBUS = [one for one in map(templates.load, templates.names()) if one.protocol == "modbus"]
COUNTER, INCREMENT = 123_456_780_000, 2_000_000  # µkWh; in a quarter of an hour: 8 kW


class Meter:
    """A meter of a template on a bus of its own, answering as the simulator's do."""

    def __init__(self, template: DeviceTemplate, *, mute: bool = False) -> None:
        measures = {register.measure for register in template.registers}
        use = EndUse.PV if "generated_active_energy" in measures else EndUse.POWER
        self.values = quantities.electric(use, COUNTER, INCREMENT, 1_000_000, 7)
        self.values |= quantities.water(COUNTER, INCREMENT)
        self.template, self.map = template, RegisterMap(template)
        self.asked = 0
        self.mute = mute  # where others refuse

    async def read(self, unit: int, function: int, address: int, count: int) -> bytes:
        self.asked += 1
        mark = self.template.fingerprint
        if mark is not None and (function, address, count) == (mark.function, mark.address, mark.count):
            return bytes.fromhex(mark.expect[0][2:])
        inside = self.map.first <= address and address + count <= self.map.end
        if not inside or (code := self.map.refusal(function, address, count)):
            if self.mute:
                raise DeviceTimeout(timeout_ms=1)
            raise DeviceRefused(exception_code=2 if not inside else code or 2)
        words = [0] * count
        for one in self.map.serve(function, address, count, self.values):
            at = one.register.address - address
            words[at : at + len(one.words)] = one.words
        return b"".join(word.to_bytes(2) for word in words)

    def close(self) -> None: ...


def simulated(template: DeviceTemplate) -> bool:
    values = Meter(template).values
    return all(register.measure in values for register in template.registers)


TOLD = [one for one in MODBUS if simulated(one)]


@pytest.mark.parametrize("template", TOLD, ids=lambda one: one.key)
async def test_a_model_is_the_best_guess_or_fits_as_well_as_it(template) -> None:
    meter = Meter(template)
    unit = Unit(meter, 1, 0.0)
    assert await answers_at_all(unit, [])
    guess = await identify(unit, MODBUS, Home())
    assert guess.best is not None
    assert template.key in [guess.best.template, *(one.template for one in guess.rivals)]
    assert next(one.order for one in guess.candidates if one.template == template.key) is None


@pytest.mark.parametrize("order", ["CDAB", "BADC", "DCBA"])
@pytest.mark.parametrize("key", ["eastron/sdm630", "chint/dtsu666", "schneider/iem3000"])
async def test_f26_a_model_with_words_in_another_order_is_recognised_with_that_order(key, order) -> None:
    template = templates.load(key)
    registers = tuple(msgspec.structs.replace(one, order=order) for one in template.registers)
    meter = Meter(msgspec.structs.replace(template, registers=registers))
    guess = await identify(Unit(meter, 1, 0.0), MODBUS, Home())
    found = {one.template: one.order for one in guess.candidates}
    assert found[key] == order
    assert guess.best is not None
    assert guess.best.order == order


@pytest.mark.parametrize("key", ["schneider/iem3000", "wago/879_30xx"])
async def test_a_model_that_keeps_silent_where_others_refuse_is_recognised_too(key) -> None:
    unit, home = Unit(Meter(templates.load(key), mute=True), 1, 0.0), Home()
    home.counts[key] = 1
    assert await answers_at_all(unit, home.usual(MODBUS))
    guess = await identify(Unit(Meter(templates.load(key), mute=True), 1, 0.0), MODBUS, Home())
    assert guess.best is not None
    assert key in [guess.best.template, *(one.template for one in guess.rivals)]


async def test_a_model_at_home_on_the_bus_ends_the_search_early() -> None:
    home, template = Home(), templates.load("eastron/sdm630")
    asked = []
    for _ in range(2):
        meter = Meter(template)
        home.note(await identify(Unit(meter, 1, 0.0), MODBUS, home))
        asked.append(meter.asked)
    assert asked[1] * 3 < asked[0]
    assert home.counts == {"eastron/sdm630": 2}


def test_simulated_models_are_many_and_what_they_show_is_plausible() -> None:
    assert len(TOLD) >= 25
    for template in TOLD:
        if "voltage_l1" in template.measures and "voltage_l2" not in template.measures:
            continue  # the simulated load has three phases, and such a meter sees one
        meter = Meter(template)
        shown = {one.measure: meter.values[one.measure] / 1e6 for one in template.registers}
        assert [check.zh for check in judge(shown) if not check.ok] == [], template.key


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"voltage_l1": 230.0, "voltage_l2": 0.0, "voltage_l3": 0.0}, ""),  # one phase in use
        ({"voltage_l1": 0.0, "voltage_l2": 0.0, "voltage_l3": 0.0}, "相电压"),
        ({"voltage_l1": 2300.0}, "相电压"),
        ({"voltage_ab": 398.0, "voltage_bc": 401.0, "voltage_ca": None}, ""),
        ({"frequency": 5.0}, "频率"),
        ({"power_factor_total": 1.02}, "功率因数"),
        ({"power_factor_total": -0.97}, ""),
        (
            {
                "active_power_l1": 1.0,
                "active_power_l2": 2.0,
                "active_power_l3": 900.0,
                "active_power_total": 3.0,
            },
            "三相",
        ),
        ({"voltage_l1": 230.0, "current_l1": 1.0, "active_power_total": 5000.0}, "电压×电流"),
        ({"import_active_energy": -1.0}, "累计量"),
        ({"water_volume": 1.6e9}, "累计量"),
        ({}, ""),
    ],
)
def test_what_cannot_be_is_named(values, wrong) -> None:
    failed = [check.zh for check in judge(values) if not check.ok]
    assert bool(failed) == bool(wrong)
    assert all(wrong in zh for zh in failed)


def test_counters_rise_and_no_faster_than_the_power_says() -> None:
    before = {"import_active_energy": 100.0, "active_power_total": 6000.0}

    def failed(after: float) -> list[str]:
        values = {"import_active_energy": after, "active_power_total": 6000.0}
        return [check.zh for check in judge(values, before, 60.0) if not check.ok]

    assert failed(100.1) == failed(100.0) == []
    assert "只增不减" in failed(99.9)[0]
    assert "与功率相符" in failed(755.0)[0]  # a low word that moves the high one


def test_a_guess_without_a_voltage_or_frequency_is_worth_half() -> None:
    assert share(judge({"import_active_energy": 5.0})) == 0.5
    assert share(judge({"import_active_energy": 5.0, "frequency": 50.0})) == 1.0
    assert share([]) == 0.0


def test_the_site_of_the_journey_is_what_it_says() -> None:
    assert len(d2_site.meters()) == d2_site.PLANNED
