"""What is asked of a device in one poll, by protocol: each question is one request and knows its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from civicwatt_edge.bus.connect import ModbusBus
from civicwatt_edge.bus.frame_line import FrameLine
from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.polling.sunspec_question import SunSpecQuestion
from civicwatt_edge.ratios import factor
from civicwatt_protocols import cjt188, dlt645, templates
from civicwatt_protocols.errors import WrongAnswer
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block, halves, plan
from civicwatt_protocols.part import Part
from civicwatt_protocols.quantity import MICRO
from civicwatt_protocols.template import Order, Register

Values = list[tuple[str, float | None]]  # (measure, value), None where the device says "no value"

MOST_PARTS = 255  # of one answer: the sequence number is a byte


@dataclass(frozen=True, slots=True)
class ModbusQuestion:
    """A block of registers; `places` are those of its values in the catalogue."""

    places: tuple[int, ...]
    unit: int
    block: Block
    decoder: BlockDecoder

    async def ask(self, bus: ModbusBus) -> Values:
        """Read the block; raises what the bus raises."""
        block = self.block
        return self.decoder.decode(await bus.read(self.unit, block.function, block.address, block.count))

    def halves(self) -> tuple["ModbusQuestion", ...]:
        """Two questions in the place of this one; a single register stays as it is."""
        if len(self.places) < 2:
            return (self,)
        low, high = halves(self.block)
        middle = len(low.registers)
        return (
            ModbusQuestion(self.places[:middle], self.unit, low, BlockDecoder(low)),
            ModbusQuestion(self.places[middle:], self.unit, high, BlockDecoder(high)),
        )


@dataclass(frozen=True, slots=True)
class Dlt645Question:
    """A data identifier of a DL/T 645-2007 meter, of which some measures are wanted."""

    places: tuple[int, ...]
    address: str
    di: str
    factors: Mapping[str, int]  # of the measures wanted

    async def ask(self, line: FrameLine) -> Values:
        """Ask for the identifier, and for the rest where the answer comes in parts."""
        request, data = dlt645.read_request(self.address, self.di), b""
        for sequence in range(MOST_PARTS + 1):
            frame = await line.exchange(request, partial(self._find, sequence), self.address)
            data += dlt645.answer_data(frame, self.address, self.di, sequence)
            if not frame.more_follows:
                return _scaled(dlt645.decode(self.di, data), self.factors)
            request = dlt645.read_next_request(self.address, self.di, sequence + 1)
        raise WrongAnswer(self.address, detail="no last part", detail_zh="没有最后一帧")

    def _find(self, sequence: int, received: bytes) -> dlt645.Frame:
        frame = dlt645.find(received)
        dlt645.answer_data(frame, self.address, self.di, sequence)
        return frame


@dataclass(frozen=True, slots=True)
class Cjt188Question:
    """The data of a CJ/T 188 meter, all in one answer, of which some measures are wanted."""

    places: tuple[int, ...]
    address: str
    meter_type: int
    dialect: cjt188.Dialect
    factors: Mapping[str, int]  # of the measures wanted

    async def ask(self, line: FrameLine) -> Values:
        """Ask for the meter's data."""
        request = cjt188.read_request(self.meter_type, self.address, serial=0)
        frame = await line.exchange(request, self._find, self.address)
        return _scaled(cjt188.decode(self.meter_type, frame.content, self.dialect), self.factors)

    def _find(self, received: bytes) -> cjt188.Frame:
        frame = cjt188.find(received)
        cjt188.check_answer(frame, self.address)
        if frame.meter_type != self.meter_type:
            found = f"{frame.meter_type:02X}"
            raise WrongAnswer(detail=f"a meter of type {found} answered", detail_zh=f"应答的表类型为 {found}")
        return frame


Question = ModbusQuestion | Dlt645Question | Cjt188Question | SunSpecQuestion


def questions(config: DeviceConfig, place: Mapping[str, int]) -> tuple[Question, ...]:
    """The fewest questions that tell the measures wanted; `place` is that of each in the catalogue."""
    template = templates.load(config.template)
    factors = {measure: factor(measure, config.ct, config.pt) for measure in place}

    def places(measures: Iterable[str]) -> tuple[int, ...]:
        return tuple(place[measure] for measure in measures if measure in place)

    if template.protocol == "dlt645":
        told = {di: places(dlt645.measures(di)) for di in template.identifiers}
        return tuple(
            Dlt645Question(found, config.address, di, factors) for di, found in told.items() if found
        )
    if template.protocol == "cjt188":
        meter_type = int(template.meter_type, 16)
        found = places(cjt188.measures(meter_type))
        dialect = cjt188.dialect(template.dialect)
        return (Cjt188Question(found, config.address, meter_type, dialect, factors),)
    if template.protocol == "sunspec":
        wanted = tuple(measure for measure in template.measures if measure in place)
        return (SunSpecQuestion(places(wanted), config.unit, wanted),)
    registers = [
        replace(one, order=_order(one, config.order), scale=one.scale * factors[one.measure])
        for one in template.registers
        if one.measure in place
    ]
    blocks = plan(registers, template.max_registers, template.max_gap, template.forbidden)
    return tuple(
        ModbusQuestion(
            places(one.measure for one in block.registers), config.unit, block, BlockDecoder(block)
        )
        for block in blocks
    )


def _order(register: Register, order: Order | None) -> Order:
    """A register of several words comes in the order that the device was set to."""
    return register.order if order is None or register.count == 1 else order


def _scaled(parts: Iterable[Part], factors: Mapping[str, int]) -> Values:
    """The parts that are wanted, on the primary side."""
    return [
        (part.measure, None if part.micro is None else part.micro * factors[part.measure] / MICRO)
        for part in parts
        if part.measure is not None and part.measure in factors
    ]
