"""DDATA bodies read into columns: parsed once, no object of ours per metric. The hot path of a cloud.

What a newer gateway adds to its records is skipped and named; nothing that the catalogue promises is lost.
"""

from collections.abc import Sequence
from contextlib import suppress
from math import isfinite, nan
from typing import Any, NamedTuple

from civicwatt_protocols.errors import NotOurMessage, UnknownCatalogue
from civicwatt_protocols.sparkplug.message import parse
from civicwatt_protocols.sparkplug.payload import read_properties

from .vocabulary import BIRTH, EPOCH, REASON, SEQ, Catalogue, GapReason

_HEAD = 3  # metrics before the points: epoch, seq, birth


class Values(NamedTuple):
    """What a record says, in the order of its catalogue."""

    slot_us: int
    values: list[float]  # NaN = gap
    reasons: dict[int, GapReason]  # of the gaps, by index; a reason that we do not know is left out
    unknown: tuple[str, ...]  # what the record carries beyond its catalogue


class Data:
    """A parsed DDATA: what it names, and with its catalogue what it says.

    Raises NotSparkplug, NotOurMessage.
    """

    __slots__ = ("_metrics", "birth", "epoch", "seq")

    def __init__(self, body: bytes) -> None:
        message = parse(body)
        self._metrics = message.metrics
        if len(self._metrics) < _HEAD or not message.HasField("timestamp"):
            raise NotOurMessage(detail="cw/epoch, cw/seq, cw/birth or the timestamp are missing")
        epoch, seq, birth = self._metrics[0], self._metrics[1], self._metrics[2]
        if (epoch.name, seq.name, birth.name) != (EPOCH, SEQ, BIRTH):
            raise NotOurMessage(detail="the first metrics are not cw/epoch, cw/seq, cw/birth")
        if not epoch.HasField("timestamp"):
            raise NotOurMessage(detail="cw/epoch does not carry the slot")
        self.epoch: str = epoch.string_value
        self.seq: int = seq.long_value
        self.birth: str = birth.string_value
        if not (self.epoch and self.birth and seq.HasField("long_value")):
            raise NotOurMessage(detail="cw/epoch, cw/seq or cw/birth have no value")

    def values(self, catalogue: Catalogue) -> Values:
        """The values. All points of the catalogue must be there, in its order: our gateways send them so.

        Raises NotOurMessage, UnknownCatalogue.
        """
        if self.birth != catalogue.hash:
            raise UnknownCatalogue(catalogue.device, expected=catalogue.hash, found=self.birth)
        metrics: Sequence[Any] = self._metrics[_HEAD:]
        unknown: tuple[str, ...] = ()
        if [metric.alias for metric in metrics] != catalogue.aliases:
            metrics, unknown = _known(metrics, catalogue)
        values = [metric.double_value for metric in metrics]
        reasons: dict[int, GapReason] = {}
        if 0.0 in values or not isfinite(sum(values)):  # zero may also stand for no value: look closer
            for index, metric in enumerate(metrics):
                if values[index] == 0.0 or not isfinite(values[index]):
                    values[index] = _value(metric, index, catalogue, reasons)
        return Values(self._metrics[0].timestamp * 1000, values, reasons, unknown)


def _known(metrics: Sequence[Any], catalogue: Catalogue) -> tuple[list[Any], tuple[str, ...]]:
    """The metrics that the catalogue names, and what else there is."""
    aliases = set(catalogue.aliases)
    known = [metric for metric in metrics if metric.HasField("alias") and metric.alias in aliases]
    if [metric.alias for metric in known] != catalogue.aliases:
        raise NotOurMessage(
            catalogue.device, detail="its points are not those of its catalogue in their order"
        )
    others = [metric for metric in metrics if not (metric.HasField("alias") and metric.alias in aliases)]
    return known, tuple(metric.name or f"alias {metric.alias}" for metric in others)


def _value(metric: Any, index: int, catalogue: Catalogue, reasons: dict[int, GapReason]) -> float:
    """A value that is zero or no number, or the gap it stands for."""
    if metric.is_null:
        reason = read_properties(metric).get(REASON)
        if not isinstance(reason, str):
            raise NotOurMessage(catalogue.device, detail=f"a null value without {REASON}")
        with suppress(ValueError):
            reasons[index] = GapReason(reason)
        return nan
    value: float = metric.double_value
    if metric.HasField("double_value") and isfinite(value):
        return value
    measure = catalogue.points[index].measure
    raise NotOurMessage(catalogue.device, detail=f"{measure} is neither a number nor null")
