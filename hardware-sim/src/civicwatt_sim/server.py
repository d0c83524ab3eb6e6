"""Simulated buses: one Modbus TCP port a bus, many unit ids, answers as the meters' makers document them.

pymodbus handles one request of a connection at a time: a client must not send the next before the answer.
"""

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from civicwatt_protocols.clock import Clock
from civicwatt_sim.errors import PortTaken
from civicwatt_sim.faults import FaultKind, Faults
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.registers import RegisterMap
from civicwatt_sim.truth import Answer, TruthLedger

UNIT_IN_FRAME = 6  # the unit id's place in a Modbus TCP frame
EVERY_OTHER_UNIT = 0  # pymodbus: the device that stands for all unit ids not defined


class Plant:
    """All meters behind their buses."""

    def __init__(
        self, meters: Mapping[str, SimulatedMeter], clock: Clock, truth: TruthLedger | None = None
    ) -> None:
        self._meters = meters
        self._clock = clock
        self._truth = truth
        self._requests = count(1)
        self._garbled: set[tuple[int, int]] = set()  # (bus, unit) whose next frame leaves as garbage
        self._servers: list[ModbusTcpServer] = []
        self.faults = Faults()

    async def start(self, host: str, first_port: int) -> list[int]:
        """Listen: bus i on first_port + i, each on a free port where first_port is 0; gives the ports.

        Raises PortTaken.
        """
        ports = []
        for bus in sorted({meter.meter.bus for meter in self._meters.values()}):
            port = first_port and first_port + bus
            server = self._server(bus, host, port)
            try:
                await server.serve_forever(background=True)
            except (RuntimeError, OverflowError) as error:  # taken, or no port at all
                await self.close()
                raise PortTaken(host=host, port=port) from error
            self._servers.append(server)
            ports.append(_port(server))
        return ports

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        for server in self._servers:
            await server.shutdown()  # type: ignore[no-untyped-call]
        self._servers.clear()

    def _server(self, bus: int, host: str, port: int) -> ModbusTcpServer:
        devices = [
            _device(meter, self._action(meter))
            for meter in self._meters.values()
            if meter.meter.bus == bus and meter.meter.answers
        ]
        devices.append(
            SimDevice(
                EVERY_OTHER_UNIT,
                SimData(0, count=65536, datatype=DataType.REGISTERS),
                action=_stay_silent,
            )
        )
        return ModbusTcpServer(
            devices,
            address=(host, port),
            ignore_missing_devices=True,
            trace_packet=lambda sending, frame: self._outgoing(bus, frame) if sending else frame,
        )

    def _action(self, meter: SimulatedMeter) -> Any:
        registers = RegisterMap(meter.template)

        async def answer(  # noqa: PLR0917 - pymodbus's signature
            function: int, first: int, address: int, number: int, memory: list[int], written: object
        ) -> ExcCodes | None:
            """Fill pymodbus's memory for one request, and say in the ledger what it is filled with."""
            if written:
                return ExcCodes.ILLEGAL_FUNCTION
            if refusal := registers.refusal(function, address, number):
                return ExcCodes(refusal)
            if code := await self._fail(meter):
                return ExcCodes(code)
            now_us = self._clock.now_us()
            served = registers.serve(function, address, number, meter.values(now_us))
            for one in served:
                at = one.register.address - first
                memory[at : at + len(one.words)] = one.words
            self._record(now_us, meter, {one.register.measure: one.micro for one in served})
            return None

        return answer

    async def _fail(self, meter: SimulatedMeter) -> int | None:
        """Carry out the fault of the moment; gives the exception code to refuse with."""
        fault = self.faults.at(meter.meter.device, self._clock.now_us())
        if fault is None:
            return None
        if fault.kind is FaultKind.SILENCE:
            raise NoSuchIdException
        if fault.kind is FaultKind.REFUSE:
            return fault.code
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind is FaultKind.GARBAGE:
            self._garbled.add((meter.meter.bus, meter.meter.unit))
        return None

    def _record(self, now_us: int, meter: SimulatedMeter, values: dict[str, int]) -> None:
        place = (meter.meter.bus, meter.meter.unit)
        if self._truth and values and place not in self._garbled:
            self._truth.write(Answer(now_us, next(self._requests), meter.meter.device, values))

    def _outgoing(self, bus: int, frame: bytes) -> bytes:
        place = (bus, frame[UNIT_IN_FRAME])
        if place not in self._garbled:
            return frame
        self._garbled.discard(place)
        # right transaction, length and unit; wrong protocol id, function and content
        return frame[:2] + b"\xff\xff" + frame[4:7] + bytes(byte ^ 0xFF for byte in frame[7:])


def _device(meter: SimulatedMeter, action: Any) -> SimDevice:
    registers = RegisterMap(meter.template)
    return SimDevice(
        meter.meter.unit,
        SimData(registers.first, count=registers.end - registers.first, datatype=DataType.REGISTERS),
        action=action,
    )


async def _stay_silent(*_request: object) -> ExcCodes | None:
    raise NoSuchIdException


def _port(server: ModbusTcpServer) -> int:
    assert isinstance(server.transport, asyncio.Server)  # noqa: S101
    return int(server.transport.sockets[0].getsockname()[1])
