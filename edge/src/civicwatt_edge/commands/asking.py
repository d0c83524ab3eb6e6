"""Questions to one unit on a bus: reads only, none asked twice, a pause between any two."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from civicwatt_edge.bus.connect import ModbusBus
from civicwatt_edge.polling.device import reason_of
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block, plan
from civicwatt_protocols.template import DeviceTemplate, Order, Register
from civicwatt_protocols.uplink import GapReason

ORDERS: tuple[Literal["ABCD", "CDAB", "BADC", "DCBA"], ...] = ("ABCD", "CDAB", "BADC", "DCBA")
PAUSE_S = 0.02  # engineering default: a share of the bus for its other users
GIVE_UP = 40  # engineering default: time-outs of a unit after which it is not asked more

UNREACHED = (GapReason.TIMEOUT, GapReason.DISCONNECTED)


class Unit:
    """One address on the bus, and what it has answered so far."""

    def __init__(self, bus: ModbusBus, unit: int, pause_s: float = PAUSE_S) -> None:
        self.unit = unit
        self.timeouts = 0
        self.answered = False  # anything at all, a refusal too
        self.garbled = False  # bytes that are no answer: maybe two devices at one address
        self.broken = ""  # why there was no connection, when that was so last
        self._bus, self._pause_s = bus, pause_s
        self._known: dict[tuple[int, int, int], bytes | GapReason] = {}

    async def read(self, function: int, address: int, count: int) -> bytes | GapReason:
        """The registers' bytes, or why there are none."""
        question = (function, address, count)
        if question not in self._known:
            if self.timeouts >= GIVE_UP:
                return GapReason.TIMEOUT
            self._known[question] = await self._ask(question)
        return self._known[question]

    async def _ask(self, question: tuple[int, int, int]) -> bytes | GapReason:
        try:
            data = await self._bus.read(self.unit, *question)
        except CivicWattError as error:
            reason = reason_of(error)
            self.broken = str(error.facts.get("detail", "")) if reason is GapReason.DISCONNECTED else ""
            self.timeouts += reason in UNREACHED
            self.answered |= reason not in UNREACHED
            self.garbled |= reason is GapReason.BAD_FRAME
            return reason
        else:
            self.answered = True
            return data
        finally:
            await asyncio.sleep(self._pause_s)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a unit says to the questions of a template, block by block."""

    template: DeviceTemplate
    blocks: tuple[tuple[Block, bytes | GapReason], ...]

    @property
    def share(self) -> float:
        """Blocks that were answered, among all."""
        return sum(isinstance(data, bytes) for _, data in self.blocks) / len(self.blocks)

    @property
    def reasons(self) -> list[GapReason]:
        """Why blocks are missing."""
        return [data for _, data in self.blocks if isinstance(data, GapReason)]

    def values(self, order: Order | None = None) -> dict[str, float | None]:
        """Value by measure, in the template's byte order or another; what was not answered is left out."""
        values: dict[str, float | None] = {}
        for block, data in self.blocks:
            if isinstance(data, bytes):
                values.update(BlockDecoder(_ordered(block, order)).decode(data))
        return values


async def ask(unit: Unit, template: DeviceTemplate) -> Answers:
    """Ask a unit all questions of a template."""
    blocks = plan(template.registers, template.max_registers, template.max_gap, template.forbidden)
    return Answers(template, tuple([(b, await unit.read(b.function, b.address, b.count)) for b in blocks]))


def in_order(registers: Sequence[Register], order: Order | None) -> tuple[Register, ...]:
    """The registers with another order of their words and bytes; those of one word stay."""
    if order is None:
        return tuple(registers)
    return tuple(
        one if one.type.bits == 16 else msgspec.structs.replace(one, order=order) for one in registers
    )


def _ordered(block: Block, order: Order | None) -> Block:
    return Block(block.function, block.address, block.count, in_order(block.registers, order))
