"""What one part of a meter's answer says."""

from dataclasses import dataclass

from .quantity import MICRO


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes start..start+size of a data field, decoded.

    text is the meter's own figure, in unit; None when the meter says "no value". micro is the same in
    millionths of the measure's unit. span_micro is where a counter begins at 0 again (999999.99 → 0).
    """

    start: int
    size: int
    zh: str
    en: str
    text: str | None
    unit: str = ""
    measure: str | None = None
    micro: int | None = None
    span_micro: int | None = None

    @property
    def value(self) -> float | None:
        """As a reading travels: a double in the measure's unit, exact to 1e-6."""
        return None if self.micro is None else self.micro / MICRO


def values(parts: tuple[Part, ...]) -> list[tuple[str, float | None]]:
    """(measure, value) of the parts that are a measure, as modbus.decode gives them."""
    return [(part.measure, part.value) for part in parts if part.measure is not None]


def decimal_text(raw: int, decimals: int) -> str:
    """An integer of the last decimal place as the meter shows it: (2050, 1) → "205.0"."""
    sign, text = "-" if raw < 0 else "", f"{abs(raw):0{decimals + 1}d}"
    return f"{sign}{text[:-decimals]}.{text[-decimals:]}" if decimals else sign + text
