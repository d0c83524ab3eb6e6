"""What simulated meters on lines understand and answer: Modbus RTU, DL/T 645-2007, CJ/T 188.

Each speaker finds the first whole request in what was heard, and makes the frames of answers and refusals.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, ReadInputRegistersResponse

from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.cjt188.layouts import layout
from civicwatt_protocols.errors import MeterError
from civicwatt_sim.data_items import CUBIC_METRES, served_item, served_volume
from civicwatt_sim.meter import SimulatedMeter
from civicwatt_sim.registers import ILLEGAL_ADDRESS, RegisterMap
from civicwatt_sim.scenario import BusProtocol

Micros = dict[str, int]

EPOCH, SHANGHAI = datetime(1970, 1, 1, tzinfo=UTC), timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was heard: `end` bytes are done with; a whole request says what is asked of which meter."""

    end: int
    unit: int = 0
    request: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A frame, and the values a client must read from it [micro]."""

    frame: bytes
    values: Micros


class Speaker(Protocol):
    """One protocol of meters on lines; a DL/T 645 or CJ/T 188 meter has its unit for an address."""

    def next(self, heard: bytes) -> Asked:
        """The first whole request."""

    def reply(self, request: Any, meter: SimulatedMeter, now_us: int) -> Reply:
        """What a meter answers at an instant."""

    def refusal(self, request: Any, code: int) -> bytes:
        """The frame that says no."""


class ModbusRtu:
    """Frames by pymodbus, so that our client is tested against somebody else's."""

    def __init__(self) -> None:
        self._framer = FramerRTU(DecodePDU(True))

    def next(self, heard: bytes) -> Asked:
        """The first whole request; what is none is passed over."""
        try:
            end, pdu = self._framer.handleFrame(heard, 0, 0)
        except ModbusException:
            return Asked(len(heard))
        return Asked(end, pdu.dev_id, pdu) if pdu else Asked(end)

    def reply(self, request: ModbusPDU, meter: SimulatedMeter, now_us: int) -> Reply:
        """The registers asked for, 0 where the template has none."""
        registers = RegisterMap(meter.template)
        end = request.address + request.count
        refusal = registers.refusal(request.function_code, request.address, request.count)
        if refusal is None and not registers.first <= request.address < end <= registers.end:
            refusal = ILLEGAL_ADDRESS
        if refusal is not None:
            return Reply(self.refusal(request, refusal), {})
        served = registers.serve(request.function_code, request.address, request.count, meter.values(now_us))
        words = [0] * request.count
        for one in served:
            at = one.register.address - request.address
            words[at : at + len(one.words)] = one.words
        kind = ReadHoldingRegistersResponse if request.function_code == 3 else ReadInputRegistersResponse
        frame = self._framer.buildFrame(kind(dev_id=request.dev_id, registers=words))
        return Reply(frame, {one.register.measure: one.micro for one in served})

    def refusal(self, request: ModbusPDU, code: int) -> bytes:
        """An exception answer."""
        return self._framer.buildFrame(ExceptionResponse(request.function_code, code, request.dev_id))


class Dlt645:
    """A meter that knows the identifiers whose measures its template tells."""

    def next(self, heard: bytes) -> Asked:
        """The first whole frame."""
        try:
            frame = dlt645.find(heard)
        except MeterError:
            return Asked(0)
        return Asked(frame.end, int(frame.address) if frame.address.isdecimal() else 0, frame)

    def reply(self, request: dlt645.Frame, meter: SimulatedMeter, now_us: int) -> Reply:
        """The data of the identifier, in one part."""
        values, template = meter.values(now_us), meter.template
        rows = dlt645.table().get(request.di or "", ())
        measures = [row.measure for row in rows if row.measure in template.measures]
        if request.di is None or not rows or len(measures) < len(rows):
            return Reply(self.refusal(request, 0), {})
        data = dlt645.encode(request.di, [values[measure] for measure in measures])
        served = {row.measure: served_item(row, values[row.measure]) for row in rows if row.measure}
        return Reply(dlt645.frame(request.address, 0x80 | request.control, request.data[:4] + data), served)

    def refusal(self, request: dlt645.Frame, code: int) -> bytes:
        """Bit 1 of the error byte: no such data."""
        return dlt645.frame(request.address, 0xC0 | request.control, b"\x02")


class Cjt188:
    """Meters of water, by the cubic metre."""

    def next(self, heard: bytes) -> Asked:
        """The first whole frame."""
        try:
            frame = cjt188.find(heard)
        except MeterError:
            return Asked(0)
        return Asked(frame.end, int(frame.address) if frame.address.isdecimal() else 0, frame)

    def reply(self, request: cjt188.Frame, meter: SimulatedMeter, now_us: int) -> Reply:
        """The meter's data; nothing was settled yet."""
        values, template = meter.values(now_us), meter.template
        if f"{request.meter_type:02X}" != template.meter_type or (request.function, request.di) != (
            1,
            "901F",
        ):
            return Reply(self.refusal(request, 0), {})
        slots = layout(request.meter_type) or ()
        micros = [values[slot.measure] if slot.measure else 0 for slot in slots]
        clock = (EPOCH + timedelta(microseconds=now_us)).astimezone(SHANGHAI).strftime("%Y%m%d%H%M%S")
        units, dialect = [CUBIC_METRES] * len(slots), cjt188.dialect(template.dialect)
        content = cjt188.encode(request.meter_type, micros, units, clock, dialect)
        served = {slot.measure: served_volume(values[slot.measure]) for slot in slots if slot.measure}
        frame = cjt188.frame(request.meter_type, request.address, 0x81, request.data[:3] + content)
        return Reply(frame, served)

    def refusal(self, request: cjt188.Frame, code: int) -> bytes:
        """The serial number and two bytes of status."""
        return cjt188.frame(request.meter_type, request.address, 0xC1, request.data[2:3] + b"\0\0")


def speaker(protocol: BusProtocol) -> Speaker:
    """The speaker of a line's protocol."""
    if protocol is BusProtocol.DLT645:
        return Dlt645()
    return Cjt188() if protocol is BusProtocol.CJT188 else ModbusRtu()
