"""Fixes out of what terminals, a gateway of terminals and a Traccar server tell."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from civicwatt_cloud.modules.fleet.errors import BadPosition
from civicwatt_cloud.modules.fleet.positions.fixes import MICRO, Fix
from civicwatt_cloud.modules.fleet.positions.intake import Arrival, Source
from civicwatt_protocols.jt808 import Location
from civicwatt_protocols.jt808.location import FIXED, ON, POWER_CUT, SOUTH, WEST, time_us
from civicwatt_protocols.jt808.messages import BATCH, LOCATION

KNOT_HM_H = 18.52  # 0.1 km/h in a knot
MOST_FIXES = 1_000  # of one message [engineering default]
MOST_DIGITS = 20  # of a terminal's number
FARTHEST_US = 2**55  # from 1970, some 1,100 years: what lies farther is no time
BAD = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def of_location(one: Location) -> Fix | None:
    """The fix of a terminal's location; None: it has no time."""
    if one.at_us is None:
        return None
    return Fix(
        one.at_us,
        one.latitude_micro,
        one.longitude_micro,
        one.speed_hm_h,
        one.course_deg,
        one.altitude_m,
        is_on=one.is_on,
        is_fixed=one.is_fixed,
        mileage_hm=one.mileage_hm,
        is_power_cut=one.is_power_cut,
    )


def of_gateway(payload: bytes) -> Arrival | None:
    """The fixes in a message of EMQX's JT/T 808 gateway; None: it is about something else.

    Source: docs of EMQX, JT/T 808 gateway, data exchange. Errors: BadPosition.
    """
    try:
        message = json.loads(payload)
        header, body = message["header"], message["body"]
        if header["msg_id"] == LOCATION:
            told = [body]
        elif header["msg_id"] == BATCH:
            told = body["location"][:MOST_FIXES]
        else:
            return None
        fixes = [fix for one in told if (fix := _of_entry(one)) is not None]
        return Arrival(_digits(header["phone"]), Source.GATEWAY, tuple(fixes))
    except BAD as error:
        raise BadPosition(detail=type(error).__name__) from error


def _of_entry(body: Mapping[str, Any]) -> Fix | None:
    at_us = time_us(bytes.fromhex(body["time"]))
    if at_us is None:
        return None
    status, mileage = int(body["status"]), body.get("extra", {}).get("mileage")
    return Fix(
        at_us,
        _within(int(body["latitude"]) * (-1 if status & SOUTH else 1)),
        _within(int(body["longitude"]) * (-1 if status & WEST else 1)),
        _within(int(body["speed"])),
        _within(int(body["direction"])),
        _within(int(body["altitude"])),
        is_on=bool(status & ON),
        is_fixed=bool(status & FIXED),
        mileage_hm=None if mileage is None else _within(int(mileage), 2**32),
        is_power_cut=bool(int(body["alarm"]) & POWER_CUT),
    )


def of_traccar(message: Mapping[str, Any]) -> Arrival:
    """The fix that a Traccar server forwards as JSON: position and device. Errors: BadPosition."""
    try:
        position, attributes = message["position"], message["position"].get("attributes") or {}
        at = datetime.fromisoformat(position["fixTime"])
        if at.tzinfo is None:
            raise ValueError
        mileage_m, accuracy = attributes.get("odometer"), position.get("accuracy")
        fix = Fix(
            _within(round(at.timestamp() * 1_000_000), FARTHEST_US),
            _within(round(position["latitude"] * MICRO)),
            _within(round(position["longitude"] * MICRO)),
            _within(round((position.get("speed") or 0) * KNOT_HM_H)),
            _within(round(position.get("course") or 0)),
            _within(round(position.get("altitude") or 0)),
            _within(round(accuracy)) if accuracy else None,
            attributes.get("ignition"),
            position.get("valid") is not False,
            None if mileage_m is None else _within(round(mileage_m / 100), 2**32),
            attributes.get("alarm") == "powerCut",
        )
        if fix.is_on not in (None, True, False):
            raise ValueError
        return Arrival(_digits(message["device"]["uniqueId"]), Source.FORWARDED, (fix,))
    except BAD as error:
        raise BadPosition(detail=type(error).__name__) from error


def _digits(said: object) -> str:
    """A terminal's number. Errors: ValueError: what no database can ask for stops all that come with it."""
    number = str(said).strip()
    if not (number.isascii() and number.isdecimal() and len(number) <= MOST_DIGITS):
        raise ValueError
    return number


def _within(number: int, limit: int = 2**31) -> int:
    """Errors: ValueError, for what no column holds."""
    if not -limit <= number < limit:
        raise ValueError(number)
    return number
