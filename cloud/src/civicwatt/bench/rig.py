"""One gateway between canned meters and a real broker, each a process of its own."""

import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from civicwatt.demo import broker
from civicwatt.demo.processes import Process, civicwatt, free_port, listening, wait_until
from civicwatt_edge.storage.archive import Archive
from civicwatt_protocols.clock import Clock

DIVISION, GATEWAY = "429900", "gw-01"
READY_S = 30.0
CONFIG = """\
[gateway]
id = "{gateway}"
division = "{division}"
data = "outbox"

[broker]
port = {port}
"""
BUS = '\n[[bus]]\nname = "b{number}"\nurl = "tcp://127.0.0.1:{port}"\n'
DEVICE = """
[[bus.device]]
id = "M-{number:04}"
unit = {unit}
template = "{template}"
interval_s = {interval_s}
measures = {measures}
"""


@dataclass(frozen=True)
class Plant:
    """What the gateway reads: buses times units, each the same template and measures."""

    buses: int
    units: int
    template: str
    measures: tuple[str, ...]
    interval_s: int = 1
    answer_ms: float = 0.0
    clock_rate: float = 1.0  # of the gateway's clock: 10 asks for ten times as much

    @property
    def values(self) -> int:
        """Values in one slot of all devices."""
        return self.buses * self.units * len(self.measures)


class Rig:
    """The processes; `with Rig(plant, folder) as rig` starts them and leaves none behind."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        folder.mkdir()
        self._plant, self._folder, self._ending = plant, folder, ExitStack()
        self._bus_port, self._broker_port = free_port(plant.buses), free_port()
        self._log = folder / "served.jsonl"
        config = folder / "gateway.toml"
        config.write_text(self._config())
        self._broker = broker.broker(folder, self._broker_port)
        self.gateway = Process(
            "gateway",
            civicwatt("edge", "run", "--config", str(config), "--clock", self._clock()),
            folder / "gateway.log",
        )

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def committed(self) -> tuple[int, int]:
        """(records accepted, records acked) so far, as they lie on the gateway's disk."""
        with closing(self._outbox()) as db:
            (accepted,) = db.execute("SELECT max(value) - 1 FROM meta WHERE key = 'next_seq'").fetchone()
            (acked,) = db.execute("SELECT sum(high - low + 1) FROM acked").fetchone()
        return int(accepted or 0), int(acked or 0)

    def read(self, after: int, until: int) -> list[int]:
        """How many values each record with one of these numbers holds."""
        return [
            len(one.record.values) - len(one.record.reasons)
            for one in Archive(self._folder / "outbox").records()
            if after < one.record.seq <= until
        ]

    def served(self) -> list[tuple[float, int, int]]:
        """(monotonic seconds, port, unit) of each request, once the rig has ended."""
        return [tuple(json.loads(line)) for line in self._log.read_text().splitlines()]

    def _start(self) -> None:
        plant = self._plant
        module = "civicwatt.bench.responder"
        arguments = [str(self._bus_port), str(plant.buses), str(plant.answer_ms), str(self._log)]
        meters = self._process("meters", [sys.executable, "-m", module, *arguments])
        self._ending.callback(self._broker.kill)
        broker.start(self._broker, self._broker_port)
        meters.start()
        last = self._bus_port + plant.buses - 1
        wait_until(lambda: listening(last), "meters", READY_S, meters)
        module = "civicwatt.bench.consumer"
        self._process("consumer", [sys.executable, "-m", module, str(self._broker_port), DIVISION]).start()
        self._ending.callback(self.gateway.stop)
        self.gateway.start()
        wait_until(self._flows, "gateway", READY_S, self.gateway)

    def _process(self, name: str, command: Sequence[str]) -> Process:
        process = Process(name, command, self._folder / f"{name}.log")
        self._ending.callback(process.stop)
        return process

    def _flows(self) -> bool:
        try:
            return self.committed()[1] > 0
        except sqlite3.Error:  # not made yet
            return False

    def _outbox(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._folder / 'outbox' / 'outbox.db'}?mode=ro", uri=True)

    def _clock(self) -> str:
        return str(Clock(time.time_ns() // 1000, self._plant.clock_rate))

    def _config(self) -> str:
        plant = self._plant
        text = CONFIG.format(gateway=GATEWAY, division=DIVISION, port=self._broker_port)
        for bus in range(plant.buses):
            text += BUS.format(number=bus, port=self._bus_port + bus)
            for unit in range(1, plant.units + 1):
                text += DEVICE.format(
                    number=bus * plant.units + unit,
                    unit=unit,
                    template=plant.template,
                    interval_s=plant.interval_s,
                    measures=json.dumps(plant.measures),
                )
        return text
