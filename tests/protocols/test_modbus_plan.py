from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.modbus.plan import plan
from civicwatt_protocols.template import Function, Register, RegisterType, Span


def _register(function: Any, address: int, type: RegisterType) -> Register:
    return Register(
        measure="voltage_l1",
        function=function,
        address=address,
        type=type,
        order="AB" if type.bits == 16 else "ABCD",
        scale=Decimal(1),
        unit="V",
    )


@st.composite
def register_maps(draw: st.DrawFn) -> list[Register]:
    registers = []
    for function in get_args(Function):
        at = 0
        for gap, type in draw(
            st.lists(st.tuples(st.integers(0, 60), st.sampled_from(RegisterType)), max_size=20)
        ):
            registers.append(_register(function, at + gap, type))
            at += gap + registers[-1].count
    return draw(st.permutations(registers))


@given(register_maps(), st.integers(4, 125), st.integers(0, 125), st.integers(0, 400), st.integers(0, 20))
def test_every_register_is_read_once_within_the_limits(
    registers: list[Register], max_registers: int, max_gap: int, first: int, length: int
) -> None:
    span = Span(function=3, first=first, last=first + length)
    readable = [one for one in registers if one.function == 4 or one.end <= first or one.address > span.last]
    blocks = plan(readable, max_registers, max_gap, [span])
    assert sorted(id(one) for block in blocks for one in block.registers) == sorted(
        id(one) for one in readable
    )
    for block in blocks:
        end = block.address + block.count
        assert block.count <= max_registers
        assert block.registers[0].address == block.address
        assert block.registers[-1].end == end
        gaps = [b.address - a.end for a, b in zip(block.registers, block.registers[1:], strict=False)]
        assert all(0 <= gap <= max_gap for gap in gaps)
        assert {one.function for one in block.registers} == {block.function}
        if block.function == 3:
            assert end <= span.first or block.address > span.last


@given(register_maps(), st.integers(4, 125), st.integers(0, 125))
def test_no_two_neighbouring_blocks_could_be_one(
    registers: list[Register], max_registers: int, max_gap: int
) -> None:
    blocks = plan(registers, max_registers, max_gap)
    for before, after in pairwise(blocks):
        first = after.registers[0]
        joins = (
            before.function == after.function
            and first.address - before.registers[-1].end <= max_gap
            and first.end - before.address <= max_registers
        )
        assert not joins


def test_twenty_points_of_a_meter_are_one_request() -> None:
    registers = [_register(3, 2 * n, RegisterType.FLOAT32) for n in range(20)]
    [block] = plan(registers)
    assert (block.address, block.count) == (0, 40)


def test_nothing_to_read_is_no_request() -> None:
    assert plan([]) == ()
