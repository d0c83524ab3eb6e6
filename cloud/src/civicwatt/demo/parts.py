"""The running parts of a simulated city, started in the order of the data and ended against it."""

from types import TracebackType
from typing import Self
from urllib.request import urlopen

import structlog

from civicwatt.demo import broker
from civicwatt.demo.plant import Plant
from civicwatt.demo.processes import Process, listening, wait_until

log = structlog.get_logger()

READY_S = 60.0  # engineering default


class Parts:
    """Broker, simulated meters, cloud and gateways as processes of this machine."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.broker = plant.broker()
        self.cloud = plant.cloud()
        self.gateways = {name: plant.gateway(name) for name in plant.gateways}
        self.simulator = plant.simulator()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *simulator_options: str) -> None:
        """Start every part and wait until it serves."""
        self.simulator = self.plant.simulator(*simulator_options)
        self.simulator.start()
        broker.start(self.broker, self.plant.broker_port)
        self.cloud.start()
        wait_until(self._buses_listen, "simulator", READY_S, self.simulator)
        wait_until(self._cloud_serves, "cloud", READY_S, self.cloud)
        for gateway in self.gateways.values():
            gateway.start()

    def stop(self) -> None:
        """End every part; nothing stays behind."""
        for part in (*self.gateways.values(), self.cloud, self.simulator, self.broker):
            part.stop()

    def crash(self, part: Process) -> None:
        """Kill -9 and start again."""
        part.kill()
        part.start()

    def crash_cloud(self) -> None:
        """Kill -9 the cloud's one process: ingest, store and pages; start it again and wait for it."""
        self.crash(self.cloud)
        wait_until(self._cloud_serves, "cloud", READY_S, self.cloud)

    def restart_the_dead(self) -> None:
        """Start again what has ended by itself; its log tells why."""
        for part in (self.broker, self.simulator, self.cloud, *self.gateways.values()):
            if not part.alive:
                log.warning("part_ended", part=part.name, log=str(part.log_file))
                part.start()

    def restart_broker(self) -> None:
        """End the broker with everything in flight and start it again."""
        self.broker.kill()
        broker.start(self.broker, self.plant.broker_port)

    def _buses_listen(self) -> bool:
        return all(listening(port) for port in self.plant.bus_ports)

    def _cloud_serves(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.plant.web_port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:  # URLError is one
            return False
