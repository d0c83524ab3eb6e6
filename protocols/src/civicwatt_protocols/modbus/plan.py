"""From registers to as few read requests as a device allows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from civicwatt_protocols.template import DEFAULT_MAX_GAP, MODBUS_MAX_REGISTERS, Register, Span


@dataclass(frozen=True, slots=True)
class Block:
    """One read request and the registers it brings, by rising address."""

    function: int
    address: int
    count: int
    registers: tuple[Register, ...]


def plan(
    registers: Iterable[Register],
    max_registers: int = MODBUS_MAX_REGISTERS,
    max_gap: int = DEFAULT_MAX_GAP,
    forbidden: Iterable[Span] = (),
) -> tuple[Block, ...]:
    """Join neighbours with gaps of at most max_gap unused registers into blocks of at most max_registers.

    No block touches a forbidden span. Taking as much as fits from the left needs the fewest blocks.
    """
    spans = tuple(forbidden)
    groups: list[list[Register]] = []
    for register in sorted(registers, key=lambda one: (one.function, one.address)):
        if groups and _fits(groups[-1], register, max_registers, max_gap, spans):
            groups[-1].append(register)
        else:
            groups.append([register])
    return tuple(_block(group) for group in groups)


def halves(block: Block) -> tuple[Block, Block]:
    """Two blocks in the place of one of several registers."""
    middle = len(block.registers) // 2
    return _block(block.registers[:middle]), _block(block.registers[middle:])


def _fits(
    group: list[Register], register: Register, max_registers: int, max_gap: int, spans: tuple[Span, ...]
) -> bool:
    first, last = group[0], group[-1]
    return (
        register.function == first.function
        and register.address - last.end <= max_gap
        and register.end - first.address <= max_registers
        and not any(
            span.function == first.function and span.first < register.address and span.last >= last.end
            for span in spans
        )
    )


def _block(group: Sequence[Register]) -> Block:
    first = group[0]
    return Block(first.function, first.address, group[-1].end - first.address, tuple(group))
