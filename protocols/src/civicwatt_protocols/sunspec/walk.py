"""Finding a SunSpec device's models and reading them, as generators that do no I/O.

Each yields a Read and is sent the bytes of those holding registers (function 3), or None where the device
refused them. The result is the generator's return value:

    walk = discover()
    try:
        read = next(walk)
        while True:
            read = walk.send(answer_to(read))
    except StopIteration as end:
        models = end.value
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from .models import HEADER, decode, definitions

BASES = (40000, 50000, 0)
MARKER = b"SunS"
END = 0xFFFF
MAX_REGISTERS = 125  # Modbus application protocol V1.1b3, clause 6.3
MAX_MODELS = 256  # engineering default: a device that never ends its chain is left


@dataclass(frozen=True, slots=True)
class Read:
    """Holding registers that are wanted."""

    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the device: its id, the address of its first register after the header, how many follow."""

    id: int
    address: int
    length: int

    @property
    def header(self) -> bytes:
        """The two registers before it: id and length."""
        return self.id.to_bytes(2) + self.length.to_bytes(2)


Walk = Generator[Read, bytes | None, tuple[Model, ...] | None]
Poll = Generator[Read, bytes | None, list[tuple[str, float | None]] | None]


def discover(bases: Iterable[int] = BASES) -> Walk:
    """Find the marker, then follow the models by their lengths. None: no SunSpec device answers here.

    Addresses are never assumed. A chain that breaks off (refused, past the last address) ends there.
    """
    for base in bases:
        if (yield Read(base, 2)) == MARKER:
            return (yield from _chain(base + 2))
    return None


def _chain(address: int) -> Generator[Read, bytes | None, tuple[Model, ...]]:
    found: list[Model] = []
    while len(found) < MAX_MODELS and address + HEADER <= 65536:
        header = yield Read(address, HEADER)
        if header is None or len(header) != 2 * HEADER:
            break
        id, length = int.from_bytes(header[:2]), int.from_bytes(header[2:])
        address += HEADER
        if id == END or address + length > 65536:
            break
        found.append(Model(id, address, length))
        address += length
    return tuple(found)


def poll(models: Iterable[Model]) -> Poll:
    """Read the models that we know with their headers, one request each; every measure once.

    None: another model stands there now, as after a change of firmware; discover anew.

    Where two models tell the same measure, the first that has a value is taken. A model that is refused
    has no value for any of its measures, as long as its header can still be read.
    """
    values: dict[str, float | None] = {}
    for model in models:
        definition = definitions().get(model.id)
        if definition is None:
            continue
        count = min(HEADER + model.length, definition.end, MAX_REGISTERS)
        data = yield Read(model.address - HEADER, count)
        start = (yield Read(model.address - HEADER, HEADER)) if data is None else data[: 2 * HEADER]
        if start != model.header:
            return None
        nothing = [(point.measure, None) for point in definition.points]
        for measure, value in nothing if data is None else decode(model.id, data[2 * HEADER :]):
            if values.get(measure) is None:
                values[measure] = value
    return list(values.items())
