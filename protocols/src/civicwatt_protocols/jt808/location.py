"""Where a vehicle is: the body of 0x0200, and each entry of 0x0704.

Source: JT/T 808-2019, clause 8.18 and its tables of status, alarm and additional items (seen in emqx/emqx,
traccar/traccar). Terminal time is GMT+8.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from .frames import bad

TERMINAL_ZONE = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ON, FIXED, SOUTH, WEST = 1 << 0, 1 << 1, 1 << 2, 1 << 3  # bits of the status
POWER_CUT = 1 << 8  # bit of the alarm: the terminal's main power is gone
MILEAGE, FUEL, SATELLITES = 0x01, 0x02, 0x31  # additional items
_CORE = struct.Struct(">IIIIhHH6s")


@dataclass(frozen=True, slots=True)
class Location:
    """A location as the terminal tells it; degrees in millionths, speed and mileage in hundreds of metres."""

    alarm: int
    status: int
    latitude_micro: int
    longitude_micro: int
    altitude_m: int
    speed_hm_h: int  # 0.1 km/h
    course_deg: int
    at_us: int | None  # None: digits that are no time
    items: tuple[tuple[int, bytes], ...] = ()
    rest: bytes = b""  # behind the last whole item

    @property
    def is_on(self) -> bool:
        """Whether the ignition is on (ACC)."""
        return bool(self.status & ON)

    @property
    def is_fixed(self) -> bool:
        """Whether satellites gave the position."""
        return bool(self.status & FIXED)

    @property
    def is_power_cut(self) -> bool:
        """Whether the terminal runs on its own battery because the vehicle's power was taken away."""
        return bool(self.alarm & POWER_CUT)

    @property
    def mileage_hm(self) -> int | None:
        """The odometer, 0.1 km."""
        return self._number(MILEAGE, 4)

    @property
    def satellites(self) -> int | None:
        """How many satellites are used."""
        return self._number(SATELLITES, 1)

    def _number(self, item: int, size: int) -> int | None:
        found = dict(self.items).get(item)
        return int.from_bytes(found) if found is not None and len(found) == size else None


def parse_location(body: bytes) -> Location:
    """A location. Raises TerminalFrameError; items that makers send in their own way are kept as they are."""
    if len(body) < _CORE.size:
        raise bad(f"location of {len(body)} bytes", f"位置信息仅 {len(body)} 字节")
    alarm, status, latitude, longitude, altitude, speed, course, digits = _CORE.unpack_from(body)
    if latitude > 90_000_000 or longitude > 180_000_000:
        raise bad(f"latitude {latitude}, longitude {longitude}", f"纬度 {latitude}、经度 {longitude}")
    items, at = [], _CORE.size
    while at + 2 <= len(body) and at + 2 + body[at + 1] <= len(body):
        items.append((body[at], body[at + 2 : at + 2 + body[at + 1]]))
        at += 2 + body[at + 1]
    return Location(
        alarm,
        status,
        -latitude if status & SOUTH else latitude,
        -longitude if status & WEST else longitude,
        altitude,
        speed,
        course,
        time_us(digits),
        tuple(items),
        body[at:],
    )


def location_body(one: Location) -> bytes:
    """The bytes of a location that has a time."""
    at = EPOCH + timedelta(microseconds=one.at_us or 0)
    digits = bytes.fromhex(at.astimezone(TERMINAL_ZONE).strftime("%y%m%d%H%M%S"))
    status = one.status & ~(SOUTH | WEST)
    status |= SOUTH * (one.latitude_micro < 0) | WEST * (one.longitude_micro < 0)
    core = _CORE.pack(
        one.alarm,
        status,
        abs(one.latitude_micro),
        abs(one.longitude_micro),
        one.altitude_m,
        one.speed_hm_h,
        one.course_deg,
        digits,
    )
    return core + b"".join(bytes((item, len(data))) + data for item, data in one.items) + one.rest


def time_us(digits: bytes) -> int | None:
    """YYMMDDhhmmss in BCD, GMT+8, as UTC µs; None for what is no time, as a terminal without one sends."""
    text = digits.hex()
    if not text.isdecimal():
        return None
    year, month, day, hour, minute, second = (int(text[n : n + 2]) for n in range(0, 12, 2))
    try:
        at = datetime(2000 + year, month, day, hour, minute, second, tzinfo=TERMINAL_ZONE)
    except ValueError:
        return None
    return (at - EPOCH) // timedelta(microseconds=1)
