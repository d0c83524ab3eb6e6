"""Device templates: which register or data item is which measure. Adding a meter is adding one TOML file."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta

from . import cjt188, dlt645
from .errors import (
    BadRegister,
    BadValue,
    DuplicateMeasure,
    RegisterOverlap,
    UnknownDialect,
    UnknownIdentifier,
    UnknownMeasure,
    WrongUnit,
)
from .measures import MEASURES
from .quantity import MICRO
from .sunspec.models import measures as measures_of_models
from .toml import Table, decode, line_of

# A read of unused registers costs 2 bytes each, a further request some 20 bytes and a turnaround.
DEFAULT_MAX_GAP = 32  # engineering default; a template of a device that refuses unused addresses says 0
MAX_SCALE = 1_000_000  # engineering default: a MWh in Wh; far above, no double holds the value exactly
MODBUS_MAX_REGISTERS = 125  # Modbus application protocol V1.1b3, clauses 6.3 and 6.4


class RegisterType(StrEnum):
    """What the words of a register mean."""

    UINT16 = "uint16"
    INT16 = "int16"
    UINT32 = "uint32"
    INT32 = "int32"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    UINT64 = "uint64"
    INT64 = "int64"

    @property
    def bits(self) -> int:
        """Width in bits."""
        return int(self.value[-2:])

    @property
    def is_float(self) -> bool:
        """Whether the value is a float, whose "no value" is NaN."""
        return self in (RegisterType.FLOAT32, RegisterType.FLOAT64)

    @property
    def code(self) -> str:
        """The letter of this type in struct formats."""
        return _CODES[self]


_CODES = {
    RegisterType.UINT16: "H",
    RegisterType.INT16: "h",
    RegisterType.UINT32: "I",
    RegisterType.INT32: "i",
    RegisterType.FLOAT32: "f",
    RegisterType.FLOAT64: "d",
    RegisterType.UINT64: "Q",
    RegisterType.INT64: "q",
}

Order = Literal["AB", "ABCD", "CDAB", "BADC", "DCBA"]
Function = Literal[3, 4]
Address = Annotated[int, Meta(ge=0, le=65535, description="zero-based address as on the wire")]
Marker = Annotated[
    str, Meta(pattern="^0x([0-9A-F]{4}){1,4}\\Z", description="raw value, all digits of the type")
]
DataIdentifier = Annotated[str, Meta(pattern="^[0-9A-F]{8}\\Z")]
Hex = Annotated[str, Meta(pattern="^[0-9A-F]{2}( ?[0-9A-F]{2})*\\Z")]


class Register(Table, frozen=True, kw_only=True):
    """One register: value = raw · scale in the measure's unit; a raw value among `invalid` means no value.

    Orders name the bytes of a value as they arrive: ABCD big endian, CDAB low word first, BADC bytes of each
    word swapped, DCBA little endian; 64-bit types alike over four words. 16-bit types are always AB.
    """

    measure: str
    function: Function
    address: Address
    type: RegisterType
    order: Order
    scale: Annotated[Decimal, Meta(description="a decimal string above 0 with at most 6 places")]
    unit: str
    invalid: tuple[Marker, ...] = ()

    @property
    def count(self) -> int:
        """How many 16-bit registers the value takes."""
        return self.type.bits // 16

    @property
    def end(self) -> int:
        """The address after the last one."""
        return self.address + self.count

    @property
    def scale_micro(self) -> int:
        """What one raw unit is worth, in millionths of the unit."""
        return int(self.scale * MICRO)

    @property
    def markers(self) -> frozenset[int]:
        """The invalid markers as raw values of the register's type, signed where the type is."""
        return frozenset(_raw(int(marker, 16), self.type) for marker in self.invalid)


class Span(Table, frozen=True, kw_only=True):
    """Addresses first..last (inclusive) of one function that must not be read."""

    function: Function
    first: Address
    last: Address


class Source(Table, frozen=True, kw_only=True):
    """Where the facts are from: seen in that source, memory (not verified), made (for the simulator)."""

    document: str
    detail: str
    status: Literal["seen", "memory", "made"]


class Bus(Table, frozen=True, kw_only=True):
    """Factory settings of the line, a help for the integrator; status says how sure they are."""

    baud: int | None = None
    framing: Annotated[str, Meta(pattern="^8[NEO][12]\\Z")] | None = None
    unit: Annotated[int, Meta(ge=1, le=247)] | None = None
    connect_delay_ms: Annotated[int, Meta(ge=0, description="wait between connect and first read")] = 0
    status: str = ""


class Fingerprint(Table, frozen=True, kw_only=True):
    """A register that says which model answers: one of the expected raw values, high word first."""

    function: Function
    address: Address
    type: RegisterType
    expect: Annotated[tuple[Marker, ...], Meta(min_length=1)]
    source: str

    @property
    def count(self) -> int:
        """How many 16-bit registers to read."""
        return self.type.bits // 16

    def matches(self, data: bytes) -> bool:
        """Whether the bytes read are those of this model."""
        return data in {bytes.fromhex(raw[2:]) for raw in self.expect}


class Golden(Table, frozen=True, kw_only=True):
    """A request, its response, what must be read: decimal strings, "null" for no value.

    Modbus gives the PDUs, DL/T 645 and CJ/T 188 whole frames.
    """

    request: Hex
    response: Hex
    expect: Annotated[dict[str, str], Meta(min_length=1)]


class DeviceTemplate(Table, frozen=True, kw_only=True):
    """One device model. key is maker/model, the file's path without its ending.

    What it tells stands in `registers` (modbus), in `identifiers`, each one request (dlt645), or follows from
    `meter_type` and `dialect` (cjt188), or from `models`, of which a device has some (sunspec).
    """

    key: Annotated[str, Meta(pattern="^[a-z0-9_]+/[a-z0-9_]+\\Z")]
    maker: str
    model: str
    title_zh: str
    title_en: str
    source: Source
    protocol: Literal["modbus", "dlt645", "cjt188", "sunspec"] = "modbus"
    registers: tuple[Register, ...] = ()
    identifiers: Annotated[
        tuple[DataIdentifier, ...], Meta(description="data identifiers or blocks of DL/T 645-2007")
    ] = ()
    meter_type: Annotated[
        str, Meta(pattern="^([0-9A-F]{2})?\\Z", description="T of CJ/T 188, hexadecimal")
    ] = ""
    dialect: Annotated[str, Meta(description="of a CJ/T 188 maker")] = "standard"
    models: Annotated[tuple[int, ...], Meta(description="ids of SunSpec models")] = ()
    golden: Annotated[tuple[Golden, ...], Meta(min_length=2)]
    simulated: bool = False
    bus: Bus = Bus()
    max_registers: Annotated[int, Meta(ge=4, le=MODBUS_MAX_REGISTERS)] = MODBUS_MAX_REGISTERS
    max_gap: Annotated[int, Meta(ge=0, le=MODBUS_MAX_REGISTERS)] = DEFAULT_MAX_GAP
    forbidden: tuple[Span, ...] = ()
    fingerprint: Fingerprint | None = None

    @property
    def bus_protocol(self) -> str:
        """What is spoken on its bus: SunSpec is a way to use Modbus registers."""
        return "modbus" if self.protocol == "sunspec" else self.protocol

    @property
    def measures(self) -> tuple[str, ...]:
        """What such a device tells, in the template's order."""
        if self.protocol == "dlt645":
            return tuple(measure for di in self.identifiers for measure in dlt645.measures(di))
        if self.protocol == "cjt188":
            return cjt188.measures(int(self.meter_type, 16))
        if self.protocol == "sunspec":
            return measures_of_models(self.models)
        return tuple(register.measure for register in self.registers)


def parse(text: str, origin: str) -> DeviceTemplate:
    """Read a template. Raises a ConfigError, TemplateError or MeterError with where = "origin:line"."""
    template = decode(text, DeviceTemplate, origin)
    _check_protocol(template, text, origin)
    places = [f"{origin}:{line_of(text, ('registers', i))}" for i in range(len(template.registers))]
    seen: set[str] = set()
    for place, register in zip(places, template.registers, strict=True):
        _check_meaning(register, place)
        _check_shape(register, place)
        _check_forbidden(register, template.forbidden, place)
        if register.measure in seen:
            raise DuplicateMeasure(place, measure=register.measure)
        seen.add(register.measure)
    _check_overlaps(zip(template.registers, places, strict=True))
    if template.fingerprint is not None:
        _check_fingerprint(template.fingerprint, f"{origin}:{line_of(text, ('fingerprint', 'expect'))}")
    return template


def _check_protocol(template: DeviceTemplate, text: str, origin: str) -> None:
    """What the protocol needs is there, and nothing of another one; no measure is told twice."""
    needed = {"modbus": "registers", "dlt645": "identifiers", "cjt188": "meter_type", "sunspec": "models"}
    for protocol, key in needed.items():
        if bool(getattr(template, key)) != (protocol == template.protocol):
            detail = (
                f"{'missing' if protocol == template.protocol else 'not'} for protocol {template.protocol}"
            )
            raise BadValue(f"{origin}:{line_of(text, (key,))}", key=key, detail=detail)
    place = f"{origin}:{line_of(text, (needed[template.protocol],))}"
    try:
        cjt188.dialect(template.dialect)
        told = template.measures
    except (UnknownIdentifier, UnknownDialect) as error:
        error.where = place
        raise
    except KeyError as error:
        raise BadValue(place, key="models", detail=f"model {error} is not known") from None
    if not told:
        raise BadValue(place, key=needed[template.protocol], detail="it tells no measure")
    for measure in told:
        if template.protocol != "modbus" and told.count(measure) > 1:
            raise DuplicateMeasure(place, measure=measure)


def _check_meaning(register: Register, place: str) -> None:
    measure = MEASURES.get(register.measure)
    if measure is None:
        raise UnknownMeasure(place, measure=register.measure)
    if register.unit != measure.unit:
        raise WrongUnit(place, measure=measure.key, unit=register.unit, expected=measure.unit)


def _check_shape(register: Register, place: str) -> None:
    def refuse(detail: str, detail_zh: str) -> BadRegister:
        return BadRegister(place, measure=register.measure, detail=detail, detail_zh=detail_zh)

    if (register.order == "AB") != (register.type.bits == 16):
        what = f"{register.type} / {register.order}"
        raise refuse(f"order impossible for the type: {what}", f"类型与字节顺序不相容：{what}")
    if register.end > 65536:
        raise refuse("it ends after address 65535", "超出地址 65535")
    if not register.scale.is_finite() or not 0 < register.scale <= MAX_SCALE or register.scale * MICRO % 1:
        raise refuse(
            f"scale {register.scale}, expected above 0, at most {MAX_SCALE}, with at most 6 places",
            f"scale {register.scale}，应大于 0、不大于 {MAX_SCALE} 且最多 6 位小数",
        )
    for marker in register.invalid:
        if len(marker) != 2 + register.type.bits // 4 or register.type.is_float:
            raise refuse(f"invalid marker {marker} does not fit the type", f"无效值标记 {marker} 与类型不符")


def _check_forbidden(register: Register, forbidden: tuple[Span, ...], place: str) -> None:
    for span in forbidden:
        if span.function == register.function and register.address <= span.last and span.first < register.end:
            raise BadRegister(
                place, measure=register.measure, detail="it lies in a forbidden range", detail_zh="位于禁读区"
            )


def _check_overlaps(registers: Iterable[tuple[Register, str]]) -> None:
    ordered = sorted(registers, key=lambda one: (one[0].function, one[0].address))
    for (before, _), (register, place) in pairwise(ordered):
        if before.function == register.function and register.address < before.end:
            raise RegisterOverlap(
                place, measure=register.measure, other=before.measure, address=register.address
            )


def _check_fingerprint(fingerprint: Fingerprint, place: str) -> None:
    for raw in fingerprint.expect:
        if len(raw) != 2 + fingerprint.type.bits // 4:
            raise BadValue(place, key="fingerprint.expect", detail=f"{raw} / {fingerprint.type}")


def _raw(unsigned: int, type: RegisterType) -> int:
    if type.value.startswith("int") and unsigned >> (type.bits - 1):
        return unsigned - (1 << type.bits)
    return unsigned
