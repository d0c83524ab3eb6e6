"""Births and deaths: who is there, and which points a device has."""

from collections.abc import Mapping
from enum import StrEnum
from sys import intern
from typing import NamedTuple

from civicwatt_protocols.errors import NotOurMessage
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, decode, encode

from .commands import read_ranges, write_ranges
from .vocabulary import (
    BD_SEQ,
    BIRTH,
    CLOCK,
    EPOCH,
    HISTORY,
    LOST,
    REBIRTH,
    RELOAD,
    SEQ,
    TEMPLATE,
    UNIT,
    Catalogue,
    PointDefinition,
)


class History(NamedTuple):
    """The acked records that a gateway still keeps, first to last; between them some may not be acked yet.

    The lost ones will never come: no room was left for them, or their place on the disk was damaged.
    """

    epoch: str
    first: int
    last: int
    lost: tuple[tuple[int, int], ...] = ()


class ClockQuality(StrEnum):
    """How far the gateway's time can be trusted."""

    SYNCHRONISED = "synchronised"
    UNSYNCHRONISED = "unsynchronised"
    UNKNOWN = "unknown"


class NodeBirth(NamedTuple):
    """What a gateway says of itself when it comes."""

    bd_seq: int
    clock_quality: ClockQuality
    history: History | None  # None: it keeps no acked record


def encode_birth(
    catalogue: Catalogue,
    now_us: int,
    seq: int,
    clock_quality: ClockQuality = ClockQuality.UNKNOWN,
    newest: bytes | None = None,
) -> bytes:
    """The DBIRTH of a device: its points with unit and alias, and their values in the newest DDATA body."""
    at = now_us // 1000
    known = {} if newest is None else {one.alias or one.name: one for one in decode(newest).metrics}
    metrics = [
        Metric(EPOCH, timestamp_ms=at, datatype=DataType.STRING, is_null=True),
        Metric(SEQ, timestamp_ms=at, datatype=DataType.UINT64, is_null=True),
        Metric(BIRTH, timestamp_ms=at, datatype=DataType.STRING, value=catalogue.hash),
        Metric(TEMPLATE, timestamp_ms=at, datatype=DataType.STRING, value=catalogue.template),
        Metric(CLOCK, timestamp_ms=at, datatype=DataType.STRING, value=str(clock_quality)),
    ]
    for point in catalogue.points:
        known_measure = MEASURES.get(point.measure)
        unit = {UNIT: known_measure.unit} if known_measure else {}
        metrics.append(Metric(point.measure, point.alias, at, DataType.DOUBLE, is_null=True, properties=unit))
    for metric in metrics:
        last = known.get(metric.alias or metric.name)
        if metric.is_null and last is not None and last.value is not None:
            metric.value, metric.timestamp_ms, metric.is_null = last.value, last.timestamp_ms, False
    return encode(Payload(at, metrics, seq))


def decode_birth(payload: bytes, device: str) -> Catalogue:
    """The catalogue of a DBIRTH; device is the topic's. A newer gateway may name measures unknown to us.

    Raises NotSparkplug, and NotOurMessage, also when the content does not give its hash.
    """
    metrics = decode(payload).metrics
    named = {metric.name: metric.value for metric in metrics if metric.alias is None}
    points = []
    for metric in metrics:
        if metric.alias is None:
            continue
        if not metric.name:
            raise NotOurMessage(device, detail=f"alias {metric.alias} has no name")
        points.append(PointDefinition(metric.alias, intern(metric.name)))
    if len({point.alias for point in points}) < len(points):
        raise NotOurMessage(device, detail="an alias appears twice")
    template = named.get(TEMPLATE)
    if not isinstance(template, str):
        raise NotOurMessage(device, detail=f"no {TEMPLATE}")
    catalogue = Catalogue(device, template, tuple(points))
    if catalogue.hash != named.get(BIRTH):
        raise NotOurMessage(
            device, detail=f"content gives {catalogue.hash}, {BIRTH} says {named.get(BIRTH)!r}"
        )
    return catalogue


def encode_node_birth(
    now_us: int,
    bd_seq: int,
    seq: int = 0,
    clock_quality: ClockQuality = ClockQuality.UNKNOWN,
    history: History | None = None,
) -> bytes:
    """The NBIRTH of a gateway; bd_seq is the one of the NDEATH left as its will.

    The history lets a cloud that was restored from a backup see what it once had and lacks now.
    """
    at = now_us // 1000
    metrics = [
        Metric(BD_SEQ, timestamp_ms=at, datatype=DataType.INT64, value=bd_seq),
        Metric(REBIRTH, timestamp_ms=at, datatype=DataType.BOOLEAN, value=False),
        Metric(RELOAD, timestamp_ms=at, datatype=DataType.BOOLEAN, value=False),
        Metric(CLOCK, timestamp_ms=at, datatype=DataType.STRING, value=str(clock_quality)),
    ]
    if history is not None:
        kept = f"{history.first}-{history.last}"
        metrics += [
            Metric(EPOCH, timestamp_ms=at, datatype=DataType.STRING, value=history.epoch),
            Metric(HISTORY, timestamp_ms=at, datatype=DataType.STRING, value=kept),
        ]
        if history.lost:
            lost = write_ranges(history.lost)
            metrics.append(Metric(LOST, timestamp_ms=at, datatype=DataType.STRING, value=lost))
    return encode(Payload(at, metrics, seq))


def decode_node_birth(payload: bytes) -> NodeBirth:
    """What an NBIRTH says. Raises NotSparkplug, NotOurMessage."""
    named = {metric.name: metric.value for metric in decode(payload).metrics}
    said = named.get(CLOCK)
    if not isinstance(said, str):
        raise NotOurMessage(detail=f"no {CLOCK}")
    quality = ClockQuality(said) if said in set(ClockQuality) else ClockQuality.UNKNOWN
    return NodeBirth(_bd_seq(named), quality, _history(named))


def _history(named: Mapping[str | None, object]) -> History | None:
    epoch, kept = named.get(EPOCH), named.get(HISTORY)
    if not isinstance(epoch, str) or not isinstance(kept, str):
        return None
    match read_ranges(kept):
        case ((first, last),):
            lost = named.get(LOST)
            return History(epoch, first, last, read_ranges(lost) if isinstance(lost, str) else ())
    raise NotOurMessage(detail=f"{HISTORY} is no range: {kept}")


def encode_node_death(bd_seq: int) -> bytes:
    """The NDEATH of a gateway, its MQTT will: written at connect, so it carries no time."""
    return encode(Payload(metrics=[Metric(BD_SEQ, datatype=DataType.INT64, value=bd_seq)]))


def decode_node_death(payload: bytes) -> int:
    """bd_seq of an NDEATH: it ends the NBIRTH with the same one. Raises NotSparkplug, NotOurMessage."""
    return _bd_seq({metric.name: metric.value for metric in decode(payload).metrics})


def _bd_seq(named: Mapping[str | None, object]) -> int:
    bd_seq = named.get(BD_SEQ)
    if not isinstance(bd_seq, int):
        raise NotOurMessage(detail=f"no {BD_SEQ}")
    return bd_seq
