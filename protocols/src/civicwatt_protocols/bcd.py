"""Packed decimal digits, low byte first, as Chinese meters send numbers, addresses and times."""

from civicwatt_protocols.errors import BadData


def number(data: bytes) -> int | None:
    """The unsigned number; None when every byte is FF: the meter has no value. Raises BadData."""
    if data.count(0xFF) == len(data):
        return None
    text = data[::-1].hex()
    if not text.isdecimal():
        raise BadData(
            detail=f"{data.hex(' ').upper()} is no BCD", detail_zh=f"{data.hex(' ').upper()} 不是 BCD"
        )
    return int(text)


def packed(value: int, size: int) -> bytes:
    """A number from 0 as size bytes."""
    return bytes.fromhex(f"{value:0{2 * size}d}")[::-1]


def digits(data: bytes) -> str:
    """The digits from high to low; what is no BCD shows as A-F."""
    return data[::-1].hex().upper()
