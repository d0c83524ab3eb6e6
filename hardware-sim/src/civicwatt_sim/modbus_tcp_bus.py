"""A simulated Modbus TCP port with many unit ids, served by pymodbus.

pymodbus handles one request of a connection at a time: a client must not send the next before the answer.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from civicwatt_sim.faults import FaultKind
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.registers import RegisterMap
from civicwatt_sim.stage import Stage

UNIT_IN_FRAME = 6  # the unit id's place in a Modbus TCP frame
EVERY_OTHER_UNIT = 0  # pymodbus: the device that stands for all unit ids not defined


class ModbusTcpBus:
    """The answering meters of one bus."""

    def __init__(self, meters: Sequence[SimulatedMeter], stage: Stage) -> None:
        self._meters, self._stage = meters, stage
        self._garbled: set[int] = set()  # units whose next frame leaves as garbage
        self._server: ModbusTcpServer | None = None

    async def listen(self, host: str, port: int) -> int:
        """Listen, on a free port for 0; gives the port. Raises RuntimeError, OverflowError."""
        devices = [_device(meter, self._action(meter)) for meter in self._meters]
        devices.append(
            SimDevice(
                EVERY_OTHER_UNIT,
                SimData(0, count=65536, datatype=DataType.REGISTERS),
                action=_stay_silent,
            )
        )
        server = ModbusTcpServer(
            devices,
            address=(host, port),
            ignore_missing_devices=True,
            trace_packet=lambda sending, frame: self._outgoing(frame) if sending else frame,
        )
        await server.serve_forever(background=True)
        self._server = server
        assert isinstance(server.transport, asyncio.Server)  # noqa: S101
        return int(server.transport.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]

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
            now_us = self._stage.clock.now_us()
            served = registers.serve(function, address, number, meter.values(now_us))
            for one in served:
                at = one.register.address - first
                memory[at : at + len(one.words)] = one.words
            if meter.meter.unit not in self._garbled:
                self._stage.record(now_us, meter, {one.register.measure: one.micro for one in served})
            return None

        return answer

    async def _fail(self, meter: SimulatedMeter) -> int | None:
        """Carry out the fault of the moment; gives the exception code to refuse with."""
        fault = self._stage.fault(meter)
        if fault is None:
            return None
        if fault.kind is FaultKind.SILENCE:
            raise NoSuchIdException
        if fault.kind is FaultKind.REFUSE:
            return fault.code
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault.kind is FaultKind.GARBAGE:
            self._garbled.add(meter.meter.unit)
        return None

    def _outgoing(self, frame: bytes) -> bytes:
        unit = frame[UNIT_IN_FRAME]
        if unit not in self._garbled:
            return frame
        self._garbled.discard(unit)
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
