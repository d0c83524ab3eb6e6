"""Readings as plain JSON, for gateways that know no Sparkplug (docs/operations/json-gateways.md)."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

from civicwatt_cloud.timeseries.intake.errors import BadPlainTopic, NotPlain
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.uplink import Catalogue, PointDefinition

PLAIN = "civicwatt/json"
ACKS = "civicwatt/json-ack"
TEMPLATE = "json"  # of points that no device template describes
LONGEST = (12, 64, 64)  # characters of division, gateway and device, as the tables have room for
MOST_READINGS = 1000  # in one message [engineering default]


class Reading(msgspec.Struct, frozen=True):
    """What one device says of one moment; other keys are left for what may come."""

    ts: int | str  # ms since 1970-01-01T00Z, or ISO 8601 with its offset
    values: Annotated[dict[str, float | None], msgspec.Meta(min_length=1)]
    seq: int | None = None  # comes back in the ack, and says nothing else


class Place(NamedTuple):
    """Whose reading it is, from the topic."""

    division: str
    gateway: str
    device: str


class Answer(NamedTuple):
    """What becomes of a reading, or of a whole message that cannot be read."""

    device: str
    reading: Reading | None
    error: CivicWattError | None = None


_DECODER = msgspec.json.Decoder(Reading | list[Reading])


def place_of(topic: str) -> Place:
    """civicwatt/json/<division>/<gateway>/<device>. Raises BadPlainTopic."""
    parts = topic.split("/")
    if len(parts) != 5 or not all(parts) or "\0" in topic:
        raise BadPlainTopic(topic=topic)
    place = Place(*parts[2:])
    if any(len(name) > most for name, most in zip(place, LONGEST, strict=True)):
        raise BadPlainTopic(topic=topic)
    return place


def read(payload: bytes) -> list[Reading]:
    """The readings of a message, one or some. Raises NotPlain."""
    try:
        found = _DECODER.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NotPlain(detail=error) from error
    readings = found if isinstance(found, list) else [found]
    if len(readings) > MOST_READINGS:
        raise NotPlain(detail=f"{len(readings)} > {MOST_READINGS}")
    for one in readings:
        if unknown := sorted(set(one.values) - MEASURES.keys()):
            raise NotPlain(detail=f"values: {', '.join(unknown)[:200]}")
    return readings


def instant_us(reading: Reading) -> int:
    """UTC µs, whole milliseconds as on the other way in. Raises NotPlain."""
    if isinstance(reading.ts, int):
        return reading.ts * 1000
    try:
        at = datetime.fromisoformat(reading.ts)
    except ValueError as error:
        raise NotPlain(detail=f"ts: {reading.ts[:40]}") from error
    if at.tzinfo is None:
        raise NotPlain(detail=f"ts: {reading.ts} +08:00 ?")
    return round(at.timestamp() * 1000) * 1000


def catalogue_of(device: str, reading: Reading) -> Catalogue:
    """The points of a reading, in the order of their names; the same names give the same catalogue."""
    names = enumerate(sorted(reading.values))
    return Catalogue(device, TEMPLATE, tuple(PointDefinition(alias, name) for alias, name in names))


def values_of(reading: Reading) -> list[float]:
    """The values in the catalogue's order, NaN for a gap."""
    ordered = (reading.values[name] for name in sorted(reading.values))
    return [math.nan if value is None else value for value in ordered]


def encode_answer(answers: Sequence[Answer]) -> bytes:
    """What a gateway is told: which readings are stored, and which messages are refused and why."""
    stored = [_name(answer) for answer in answers if answer.error is None]
    refused = [
        _name(answer) | {"code": error.code, "message": error.text("zh"), "message_en": error.text("en")}
        for answer in answers
        if (error := answer.error) is not None
    ]
    return msgspec.json.encode({"stored": stored} | ({"refused": refused} if refused else {}))


def _name(answer: Answer) -> dict[str, object]:
    name: dict[str, object] = {"device": answer.device}
    if answer.reading is not None:
        name["ts"] = answer.reading.ts
        if answer.reading.seq is not None:
            name["seq"] = answer.reading.seq
    return name
