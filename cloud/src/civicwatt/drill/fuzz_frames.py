"""Spoilt frames into the decoders: `python -m civicwatt.drill.fuzz_frames INPUTS SEED`; JSON out.

A decoder may refuse a frame with one of our errors, and nothing else may happen. Damage that a protocol's
own checks can see (`seen`) must not give a value; any other damage must only not break anything.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from civicwatt_protocols import cjt188, dlt645, templates
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.frames import parse_response
from civicwatt_protocols.modbus.plan import plan
from civicwatt_protocols.sparkplug.payload import decode
from civicwatt_protocols.uplink import (
    Catalogue,
    PointDefinition,
    Record,
    decode_birth,
    decode_command,
    decode_record,
    encode_ack,
    encode_birth,
    encode_record,
)

Spoil = Callable[[bytes, Random], bytes]
TRANSACTION, UNIT = 0x1234, 17
ADDRESS, ENERGY = "000012345678", "00000000"
WATER_METER = "78330011223344"
WATER = bytes.fromhex(  # as tests/protocols/test_cjt188.py, without the preamble
    "68 10 44 33 22 11 00 33 78 81 16 1F 90 00 78 56 34 12 2C 00 00 34 12 2C 59 59 23 31 01 26 20 00 00 12 16"
)


@dataclass(frozen=True)
class Codec:
    """One decoder: a good input, what it then gives, and the damage that its protocol can see."""

    name: str
    good: bytes
    read: Callable[[bytes], object]
    seen: tuple[Spoil, ...]


def shorter(frame: bytes, dice: Random) -> bytes:
    """Its end is missing."""
    return frame[: dice.randrange(len(frame))]


def one_byte(frame: bytes, dice: Random) -> bytes:
    """One byte is another."""
    at = dice.randrange(len(frame))
    return frame[:at] + bytes([frame[at] ^ dice.randint(1, 255)]) + frame[at + 1 :]


def head_byte(frame: bytes, dice: Random) -> bytes:
    """One of the nine bytes before the data of a Modbus TCP answer is another: TCP itself guards the data."""
    return one_byte(frame[:9], dice) + frame[9:]


def longer(frame: bytes, dice: Random) -> bytes:
    """Bytes behind it that nobody asked for."""
    return frame + dice.randbytes(dice.randint(1, 40))


def spliced(frame: bytes, dice: Random) -> bytes:
    """A piece out of its middle is missing or there twice, with noise in between."""
    a, b = sorted(dice.randrange(len(frame) + 1) for _ in range(2))
    return frame[: dice.choice([a, b])] + dice.randbytes(dice.randint(0, 6)) + frame[dice.choice([a, b]) :]


def bits(frame: bytes, dice: Random) -> bytes:
    """Many bits are others."""
    flipped = bytearray(frame)
    for _ in range(dice.randint(2, 40)):
        flipped[dice.randrange(len(flipped))] ^= 1 << dice.randrange(8)
    return bytes(flipped)


def noise(frame: bytes, dice: Random) -> bytes:
    """Nothing of it is left."""
    return dice.randbytes(dice.randint(0, 2 * len(frame)))


ANY: tuple[Spoil, ...] = (shorter, one_byte, longer, spliced, bits, noise)


def codecs() -> list[Codec]:
    """Every decoder that reads what others send."""
    registers = [one for one in templates.load("eastron/sdm630").registers if one.address < 60]
    block = plan(registers)[0]
    decoder = BlockDecoder(block)
    words = bytes.fromhex("43660000") * (block.count // 2)
    tcp = TRANSACTION.to_bytes(2) + b"\0\0" + (3 + len(words)).to_bytes(2)
    tcp += bytes([UNIT, block.function, len(words)]) + words

    def modbus_tcp(frame: bytes) -> object:
        return decoder.decode(parse_response(frame, TRANSACTION, UNIT, block.function, block.count))

    answer = dlt645.frames.identifier_bytes(ENERGY) + bytes.fromhex("78563412")
    dlt = dlt645.frame(ADDRESS, dlt645.frames.READ | dlt645.frames.ANSWER, answer)

    def read_dlt645(frame: bytes) -> object:
        return dlt645.decode(ENERGY, dlt645.answer_data(dlt645.find(frame), ADDRESS, ENERGY))

    points = (PointDefinition(1, "import_active_energy"), PointDefinition(2, "active_power_total"))
    catalogue = Catalogue("M-0001", "eastron/sdm630", points)
    record = Record(5, 1_800_000_000_000_000, "M-0001", catalogue.hash, (12.5, 230.0), {})
    body = encode_record(record, catalogue, "epoch")
    return [
        Codec("modbus_tcp", tcp, modbus_tcp, (shorter, head_byte, longer)),
        Codec("dlt645", dlt, read_dlt645, (shorter, one_byte)),
        Codec("cjt188", WATER, _read_cjt188, (shorter, one_byte)),
        Codec("record", body, lambda data: decode_record(data, catalogue), ()),
        Codec("birth", encode_birth(catalogue, 0, 0), lambda data: decode_birth(data, "M-0001"), ()),
        Codec("command", encode_ack("epoch", [(1, 40)]), decode_command, ()),
        Codec("sparkplug", body, decode, ()),
    ]


def _read_cjt188(frame: bytes) -> object:
    found = cjt188.find(frame)
    cjt188.check_answer(found, WATER_METER)
    return cjt188.decode(found.meter_type, found.content)


def fuzz(inputs: int, dice: Random) -> dict[str, object]:
    """Feed so many spoilt frames."""
    known = codecs()
    rights = {codec.name: codec.read(codec.good) for codec in known}
    counts: Counter[str] = Counter()
    strange: list[str] = []
    for number in range(inputs):
        codec = known[number % len(known)]
        seen = bool(codec.seen) and dice.random() < 0.5
        frame = dice.choice(codec.seen if seen else ANY)(codec.good, dice)
        counts["inputs"] += 1
        try:
            value = codec.read(frame)
        except CivicWattError:
            counts["refused"] += 1
        except Exception as error:  # this is what is looked for
            counts["crashes"] += 1
            strange.append(f"{codec.name} {frame.hex()}: {error!r}")
        else:
            counts["read"] += 1
            if seen and frame != codec.good and value != rights[codec.name]:
                counts["wrong"] += 1
                strange.append(f"{codec.name} {frame.hex()} was read as {value}")
    keys = ("inputs", "refused", "read", "wrong", "crashes")
    return {key: counts[key] for key in keys} | {"strange": strange[:5]}


if __name__ == "__main__":
    print(json.dumps(fuzz(int(sys.argv[1]), Random(int(sys.argv[2])))))  # noqa: S311
