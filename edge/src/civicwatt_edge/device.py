"""One meter: what to ask, and how the answers become the values of its catalogue."""

from dataclasses import dataclass

from civicwatt_edge.config import DeviceConfig
from civicwatt_edge.errors import DeviceTimeout
from civicwatt_edge.modbus_tcp import ModbusTcp
from civicwatt_edge.store import Store
from civicwatt_protocols import templates
from civicwatt_protocols.errors import CivicWattError, DeviceRefused, FrameError
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block, plan
from civicwatt_protocols.uplink import Catalogue, GapReason, Record

# The converter says that the device behind it did not answer: Modbus Application Protocol V1.1b3, clause 7.
GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_SILENT = 0x0A, 0x0B


@dataclass(frozen=True)
class Question:
    """One request, its decoder, and the place in the catalogue of each value it yields."""

    block: Block
    decoder: BlockDecoder
    places: tuple[int, ...]


@dataclass(frozen=True)
class Device:
    """A configured meter, ready to be read."""

    unit: int
    interval_us: int
    catalogue: Catalogue
    questions: tuple[Question, ...]

    async def read(self, bus: ModbusTcp, slot_us: int) -> Record:
        """Ask all questions once; what fails is None with its reason.

        A refused question leaves the others standing; after silence or a broken line the rest is not asked.
        """
        values: list[float | None] = [None] * len(self.catalogue.points)
        reasons: dict[int, GapReason] = {}
        lost: GapReason | None = None
        for question in self.questions:
            block = question.block
            failed = lost
            if failed is None:
                try:
                    data = await bus.read(self.unit, block.function, block.address, block.count)
                    for place, (_, value) in zip(question.places, question.decoder.decode(data), strict=True):
                        values[place] = value
                        if value is None:
                            reasons[place] = GapReason.INVALID
                except CivicWattError as error:
                    failed = reason_of(error)
                    lost = None if failed is GapReason.REFUSED else failed
            if failed is not None:
                reasons.update(dict.fromkeys(question.places, failed))
        return Record(0, slot_us, self.catalogue.device, self.catalogue.hash, tuple(values), reasons)

    def gap(self, slot_us: int, reason: GapReason) -> Record:
        """A slot in which nothing was read, and why."""
        count = len(self.catalogue.points)
        reasons = dict.fromkeys(range(count), reason)
        return Record(0, slot_us, self.catalogue.device, self.catalogue.hash, (None,) * count, reasons)


def make_device(config: DeviceConfig, store: Store) -> Device:
    """Plan the requests of a device and settle its catalogue in the store."""
    template = templates.load(config.template)
    wanted = config.measures or tuple(register.measure for register in template.registers)
    registers = [register for register in template.registers if register.measure in wanted]
    catalogue = store.catalogue(config.id, config.template, [register.measure for register in registers])
    place = {point.measure: index for index, point in enumerate(catalogue.points)}
    blocks = plan(registers, template.max_registers, template.max_gap, template.forbidden)
    questions = tuple(
        Question(block, BlockDecoder(block), tuple(place[register.measure] for register in block.registers))
        for block in blocks
    )
    return Device(config.unit, config.interval_s * 1_000_000, catalogue, questions)


def reason_of(error: CivicWattError) -> GapReason:
    """The reason that a value carries when this error kept it away."""
    if isinstance(error, DeviceRefused):
        silent = error.exception_code in (GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_SILENT)
        return GapReason.TIMEOUT if silent else GapReason.REFUSED
    if isinstance(error, DeviceTimeout):
        return GapReason.TIMEOUT
    return GapReason.BAD_FRAME if isinstance(error, FrameError) else GapReason.DISCONNECTED
