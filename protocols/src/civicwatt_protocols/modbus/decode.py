"""Words of a block into values: one struct call, then exact scaling."""

import struct
from math import isfinite
from operator import itemgetter

from civicwatt_protocols.errors import FrameError
from civicwatt_protocols.quantity import MICRO

from .plan import Block


def byte_positions(order: str, size: int) -> list[int]:
    """Where the bytes of a big-endian value stand in a register of this order. Its own inverse."""
    positions = list(range(size))
    if order in ("BADC", "DCBA"):  # swap the bytes of each word
        positions = [position ^ 1 for position in positions]
    if order in ("CDAB", "DCBA"):  # low word first
        positions = [position for word in range(size - 2, -1, -2) for position in positions[word : word + 2]]
    return positions


def float_value(raw: float, scale_micro: int) -> float | None:
    """A float register's value, rounded to 1e-6 of the unit; None for NaN and infinity.

    A float32 times a scale has no more digits than a double holds, so it is rounded once only.
    """
    micro = raw * scale_micro
    return round(micro) / MICRO if isfinite(micro) else None


class BlockDecoder:
    """Decodes the answers to one block.

    Integer registers give the double nearest to raw · scale, exactly; float registers are rounded to 1e-6.
    """

    def __init__(self, block: Block) -> None:
        self._size = 2 * block.count
        self._fields = [
            (one.measure, one.type.is_float, one.scale_micro, one.markers) for one in block.registers
        ]
        code, at = ">", block.address
        positions = list(range(self._size))
        for one in block.registers:
            code += "x" * (2 * (one.address - at)) + one.type.code
            at = one.end
            start, end = 2 * (one.address - block.address), 2 * (one.end - block.address)
            positions[start:end] = [start + position for position in byte_positions(one.order, end - start)]
        code += "x" * (2 * (block.address + block.count - at))
        self._unpack = struct.Struct(code).unpack
        plain = positions == list(range(self._size))
        self._shuffle = None if plain else itemgetter(*positions)

    def decode(self, data: bytes) -> list[tuple[str, float | None]]:
        """(measure, value) of each register by rising address; None where the device says "no value".

        Raises FrameError when data are not the block's words.
        """
        if len(data) != self._size:
            raise FrameError(
                detail=f"{len(data)} data bytes, not {self._size}",
                detail_zh=f"数据 {len(data)} 字节，应为 {self._size}",
            )
        if self._shuffle is not None:
            data = bytes(self._shuffle(data))
        values: list[tuple[str, float | None]] = []
        for (measure, is_float, scale_micro, markers), raw in zip(
            self._fields, self._unpack(data), strict=True
        ):
            if is_float:
                values.append((measure, float_value(raw, scale_micro)))
            elif raw in markers:
                values.append((measure, None))
            else:
                values.append((measure, raw * scale_micro / MICRO))
        return values
