"""A simulated line of Modbus RTU, DL/T 645 or CJ/T 188 meters, behind a serial server or at a serial port.

What the line says goes to whoever is connected at that time, as a serial server does: a delayed answer may
come on a new connection, or wait for the next one.
"""

import asyncio
import os
import tty
from collections.abc import Callable, Sequence

from civicwatt_sim.faults import FaultKind
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.speakers import Asked, Speaker
from civicwatt_sim.stage import Stage

KEPT_BYTES = 1024  # engineering default: what a serial server buffers while nobody is connected


class LineBus:
    """The answering meters of one line."""

    def __init__(self, meters: Sequence[SimulatedMeter], speaker: Speaker, stage: Stage) -> None:
        self._meters = {meter.meter.unit: meter for meter in meters}
        self._speaker, self._stage = speaker, stage
        self._heard = self._kept = b""
        self._ends: list[Callable[[bytes], object]] = []  # the last one is connected
        self._server: asyncio.Server | None = None
        self._terminal: tuple[int, ...] = ()

    async def listen(self, host: str, port: int) -> int:
        """Listen on TCP, on a free port for 0; gives the port. Raises OSError, OverflowError."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    def open_terminal(self) -> str:
        """Be at a serial port as well; gives its path."""
        master, slave = self._terminal = os.openpty()
        tty.setraw(slave)
        asyncio.get_running_loop().add_reader(master, lambda: self._hear(os.read(master, 4096)))
        self._ends.insert(0, lambda data: os.write(master, data))
        return os.ttyname(slave)

    async def close(self) -> None:
        """Stop listening and drop the connections."""
        if self._server is not None:
            self._server.close()
        for end in self._terminal:
            asyncio.get_running_loop().remove_reader(end)
            os.close(end)
        self._terminal = ()
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._heard = b""
        self._ends.append(writer.write)
        writer.write(self._kept)
        self._kept = b""
        try:
            while data := await reader.read(4096):
                self._hear(data)
        except OSError:
            pass
        finally:
            if writer.write in self._ends:
                self._ends.remove(writer.write)
            writer.close()

    def _say(self, data: bytes) -> None:
        if self._ends:
            self._ends[-1](data)
        else:
            self._kept = (self._kept + data)[-KEPT_BYTES:]

    def _hear(self, data: bytes) -> None:
        """Let the meters that are meant answer."""
        self._heard += data
        while (asked := self._speaker.next(self._heard)).end:
            self._heard = self._heard[asked.end :]
            if asked.request is not None and asked.unit in self._meters:
                self._ask(asked, self._meters[asked.unit])

    def _ask(self, asked: Asked, meter: SimulatedMeter) -> None:
        fault = self._stage.fault(meter)
        if fault is None:
            self._answer(asked, meter)
        elif fault.kind is FaultKind.REFUSE:
            self._say(self._speaker.refusal(asked.request, fault.code))
        elif fault.kind is FaultKind.DELAY:
            asyncio.get_running_loop().call_later(fault.delay_ms / 1000, self._answer, asked, meter)
        elif fault.kind is FaultKind.GARBAGE:
            frame = self._speaker.reply(asked.request, meter, self._stage.clock.now_us()).frame
            self._say(bytes(byte ^ 0xFF for byte in frame))

    def _answer(self, asked: Asked, meter: SimulatedMeter) -> None:
        now_us = self._stage.clock.now_us()
        reply = self._speaker.reply(asked.request, meter, now_us)
        self._stage.record(now_us, meter, reply.values)
        self._say(reply.frame)
