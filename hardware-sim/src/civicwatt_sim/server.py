"""All simulated meters behind their buses: one TCP port a bus."""

from collections.abc import Mapping

from civicwatt_protocols.clock import Clock
from civicwatt_sim.errors import PortTaken
from civicwatt_sim.faults import Faults
from civicwatt_sim.line_bus import LineBus
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.modbus_tcp_bus import ModbusTcpBus
from civicwatt_sim.scenario import BusProtocol
from civicwatt_sim.speakers import speaker
from civicwatt_sim.stage import Stage
from civicwatt_sim.truth import TruthLedger


class Plant:
    """The buses of a city; a meter that never answers is on none."""

    def __init__(
        self, meters: Mapping[str, SimulatedMeter], clock: Clock, truth: TruthLedger | None = None
    ) -> None:
        self._meters = meters.values()
        self._stage = Stage(clock, truth)
        self._buses: dict[int, ModbusTcpBus | LineBus] = {}

    @property
    def faults(self) -> Faults:
        """What goes wrong; may be exchanged at any time."""
        return self._stage.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._stage.faults = faults

    async def start(self, host: str, first_port: int) -> list[int]:
        """Listen: bus i on first_port + i, each on a free port where first_port is 0; gives the ports.

        Raises PortTaken.
        """
        protocols = {meter.meter.bus: meter.meter.protocol for meter in self._meters}
        ports = []
        for bus, protocol in sorted(protocols.items()):
            port = first_port and first_port + bus
            self._buses[bus] = self._bus(bus, protocol)
            try:
                ports.append(await self._buses[bus].listen(host, port))
            except (RuntimeError, OSError, OverflowError) as error:  # taken, or no port at all
                await self.close()
                raise PortTaken(host=host, port=port) from error
        return ports

    def open_terminal(self, bus: int) -> str | None:
        """Serve a line at a serial port as well; gives the port's path, None for a bus that is no line."""
        line = self._buses.get(bus)
        return line.open_terminal() if isinstance(line, LineBus) else None

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        for bus in self._buses.values():
            await bus.close()
        self._buses.clear()

    def _bus(self, bus: int, protocol: BusProtocol) -> ModbusTcpBus | LineBus:
        meters = [meter for meter in self._meters if meter.meter.bus == bus and meter.meter.answers]
        if protocol is BusProtocol.MODBUS_TCP:
            return ModbusTcpBus(meters, self._stage)
        return LineBus(meters, speaker(protocol), self._stage)
