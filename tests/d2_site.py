"""The site of journey D2 as a process: 32 simulated meters of 6 models behind one Modbus TCP port.

`python tests/d2_site.py PORT TRUTH`. Meters are planned on units 1 to 32. DEAD does not answer; the meter
planned on MISADDRESSED was set to WRONG_UNIT; SWAPPED sends the words of its registers in the other order.
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec

from civicwatt_protocols.clock import Clock
from civicwatt_sim.meter import SimulatedMeter, simulate
from civicwatt_sim.scenario import Building, City, Dated, EndUse, Institution, InstitutionKind, Meter
from civicwatt_sim.server import Plant
from civicwatt_sim.truth import TruthLedger

MODELS = (
    "eastron/sdm630",
    "acrel/adw300",
    "chint/dtsu666",
    "schneider/iem3000",
    "acrel/adl400",
    "huawei/sun2000",
)
PLANNED = 32
SWAPPED, DEAD, MISADDRESSED, WRONG_UNIT = 7, 12, 31, 33
REPLACED = 3  # on SIGUSR1, by a meter that begins at FRESH
FRESH = 300_000  # µkWh


def model_of(unit: int) -> str:
    """The model planned on a unit: unit 7 is an SDM630, whose registers are all of two words."""
    return MODELS[(unit - 1) % len(MODELS)]


def site() -> City:
    """The building; its meters are all of the power group but the inverters."""
    day = date(2025, 1, 1)
    meters = tuple(
        Meter(
            device=f"M-{unit:02d}",
            name=f"{unit} 号表",
            gateway="gw-01",
            bus=0,
            unit=WRONG_UNIT if unit == MISADDRESSED else unit,
            template=model_of(unit),
            end_use=EndUse.PV if model_of(unit).startswith("huawei") else EndUse.POWER,
            rated_kw=30.0,
            answers=unit != DEAD,
        )
        for unit in range(1, PLANNED + 1)
    )
    building = Building(code="B1", name="主楼", areas=(Dated(day, 2_000_000, "房产证"),), meters=meters)
    institution = Institution(
        code="429900001",
        name="荆襄市第一行政中心",
        kind=InstitutionKind.GOVERNMENT,
        level="市级",
        heads=(Dated(day, 300, "编制文件"),),
        buildings=(building,),
    )
    return City(seed=7, name="荆襄市", division="429900", installed=day, institutions=(institution,))


def meters() -> dict[str, SimulatedMeter]:
    """The meters, one of them with swapped words."""
    found = simulate(site())
    meter = found[f"M-{SWAPPED:02d}"]
    registers = tuple(msgspec.structs.replace(one, order="CDAB") for one in meter.template.registers)
    meter.template = msgspec.structs.replace(meter.template, registers=registers)
    return found


def replace(meter: SimulatedMeter) -> None:
    """Put a new meter in the place of this one; tells both readings [kWh]."""
    before, now_us = meter.values, Clock.real().now_us()
    final = before(now_us)

    def after(t_us: int) -> dict[str, int]:
        values = before(t_us)
        energy = {key for key in values if key.endswith("_energy") or "_energy_" in key}
        return {key: value - final[key] + FRESH if key in energy else value for key, value in values.items()}

    meter.values = after  # type: ignore[method-assign]
    sys.stdout.write(f"{final['import_active_energy'] / 1e6:.6f} {FRESH / 1e6:.6f}\n")
    sys.stdout.flush()


@contextmanager
def running(port: int, truth: Path) -> Iterator["subprocess.Popen[str]"]:
    """The site as a process, from its first answer on."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(port), str(truth)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


async def serve(port: int, truth: Path) -> None:
    """Answer until SIGTERM."""
    stop = asyncio.Event()
    loop, found = asyncio.get_running_loop(), meters()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, replace, found[f"M-{REPLACED:02d}"])
    with TruthLedger(truth) as ledger:
        plant = Plant(found, Clock.real(), ledger)
        await plant.start("127.0.0.1", port)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await stop.wait()
        await plant.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
