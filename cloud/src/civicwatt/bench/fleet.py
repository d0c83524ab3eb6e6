"""Our client over many TCP devices: the gateway's own devices and connections, decoding included.

A process of its own: `python -m civicwatt.bench.fleet PORT DEVICES CYCLES`; prints as the C client does.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from civicwatt_edge import loop
from civicwatt_edge.bus.modbus_tcp import ModbusTcp
from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.polling.device import Device, make_devices
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import templates

TEMPLATE = "eastron/sdm630"
FIRST, REGISTERS = 4, 60
MEASURES = tuple(
    register.measure
    for register in templates.load(TEMPLATE).registers
    if register.address >= FIRST and register.end <= FIRST + REGISTERS
)
TIMEOUT_S = 5.0


async def cycles(device: Device, buses: list[ModbusTcp], count: int) -> list[float]:
    """Milliseconds of each cycle: from before the first request until the last answer is decoded."""
    times = []
    for _ in range(count):
        began = time.monotonic()
        records = await asyncio.gather(*(device.read(bus, 0) for bus in buses))
        times.append((time.monotonic() - began) * 1000)
        if any(record.reasons for record in records):
            raise RuntimeError("a device was not read")
    return times


async def run(port: int, count: int, rounds: int) -> None:
    """Connect, which is not measured, and then measure."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        (device,) = make_devices(DeviceConfig("M-0001", TEMPLATE, measures=MEASURES), store)
        store.close()
    buses = [ModbusTcp("127.0.0.1", port, TIMEOUT_S) for _ in range(count)]
    await cycles(device, buses, 1)
    cpu = time.process_time()
    times = await cycles(device, buses, rounds)
    cpu = time.process_time() - cpu
    sys.stdout.write("".join(f"{one:.3f}\n" for one in times) + f"{cpu * 1e6 / count / rounds:.3f}\n")


if __name__ == "__main__":
    port, count, rounds = (int(argument) for argument in sys.argv[1:])
    loop.run(run(port, count, rounds))
