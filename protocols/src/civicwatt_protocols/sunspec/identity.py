"""Who made the device: the common model, id 1, with which every chain of models begins."""

from dataclasses import dataclass

COMMON = 1
# registers of each text, one after the other behind the header
_MAKER, _MODEL, _OPTIONS, _VERSION, _SERIAL = 16, 16, 8, 8, 16


@dataclass(frozen=True, slots=True)
class Identity:
    """The name plate, as the device tells it."""

    maker: str
    model: str
    options: str
    version: str
    serial: str


def identity(data: bytes) -> Identity:
    """Read the registers of model 1 after id and length; what a short answer lacks is empty."""
    texts, at = [], 0
    for count in (_MAKER, _MODEL, _OPTIONS, _VERSION, _SERIAL):
        texts.append(_text(data[at : at + 2 * count]))
        at += 2 * count
    return Identity(*texts)


def _text(data: bytes) -> str:
    told = data.split(b"\0", 1)[0].decode("utf-8", errors="replace")
    return "".join(char for char in told if char.isprintable()).strip()
