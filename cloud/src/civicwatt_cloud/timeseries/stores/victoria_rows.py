"""How readings lie in VictoriaMetrics: what it keeps exactly, and how a reading is put together again.

It keeps 12 to 15 decimal digits of a double, but integers exactly. So a value that is a whole number of
millionths, as every decoded reading is, is stored as that number (`…_micro`); any other double as the upper
and the lower half of its 64 bits (`…_high`, `…_low`); a gap as 1 + its reason (`…_gap`).
"""

from collections.abc import Iterable, Iterator

import msgspec
import numpy as np

from civicwatt_cloud.timeseries.stores.order import in_order
from civicwatt_cloud.timeseries.stores.readings import Batch, Bools, Floats
from civicwatt_cloud.timeseries.stores.settling import matched

MS_US = 1000
MICRO = 1e6
_EXACT = 2.0**53  # up to here a double is a whole number exactly


class Series(msgspec.Struct):
    """One line of an export."""

    metric: dict[str, str]
    values: list[float]
    timestamps: list[int]  # ms


_DECODER = msgspec.json.Decoder(Series)


def lines(name: str, rows: Batch) -> Iterator[str]:
    """Influx line protocol, times in ms."""
    ms = rows.ts_us // MS_US
    micro, whole = micros(rows.value)
    gap = np.isnan(rows.value)
    columns = zip(rows.point[whole].tolist(), micro[whole].tolist(), ms[whole].tolist(), strict=True)
    yield from (f"{name},point={point} micro={value:.0f} {at}" for point, value, at in columns)
    columns = zip(rows.point[gap].tolist(), rows.reason[gap].tolist(), ms[gap].tolist(), strict=True)
    yield from (f"{name},point={point} gap={reason + 1} {at}" for point, reason, at in columns)
    odd = ~whole & ~gap
    bits = rows.value[odd].view(np.uint64).tolist()
    for point, value, at in zip(rows.point[odd].tolist(), bits, ms[odd].tolist(), strict=True):
        yield f"{name},point={point} high={value >> 32},low={value & 0xFFFFFFFF} {at}"


def micros(value: Floats) -> tuple[Floats, Bools]:
    """Whole millionths, and whether they are the value exactly."""
    with np.errstate(over="ignore", invalid="ignore"):
        micro = np.rint(value * MICRO)
        return micro, (micro / MICRO == value) & (np.abs(micro) < _EXACT)


def rows_of(name: str, export: bytes) -> Batch:
    """The readings of an export, in order. Of two in one place the value counts, of two values the higher."""
    kinds: dict[str, list[Batch]] = {"micro": [], "high": [], "low": [], "gap": []}
    for series in _DECODER.decode_lines(export):
        kind = series.metric["__name__"].removeprefix(f"{name}_")
        point = int(series.metric["point"])
        kinds[kind].append(Batch.of(point, np.array(series.timestamps) * MS_US, series.values))
    micro, high, low, gap = (_unique(Batch.join(kinds[kind])) for kind in ("micro", "high", "low", "gap"))
    gaps = Batch(gap.point, gap.ts_us, np.full(len(gap), np.nan), (gap.value - 1).astype(np.uint8))
    values = Batch(micro.point, micro.ts_us, micro.value / MICRO, micro.reason)
    return in_order(Batch.join([gaps, _whole(high, low), values]))  # the last one counts


def _unique(rows: Batch) -> Batch:
    """One row of each place: the highest, as the server's own deduplication chooses."""
    return in_order(rows.take(np.argsort(rows.value, kind="stable"))) if len(rows) else rows


def _whole(high: Batch, low: Batch) -> Batch:
    """Values from their halves; a place with one half only was not written to its end."""
    there, lower = matched(high, low)
    high = high.take(there)
    bits = (high.value.astype(np.uint64) << np.uint64(32)) | lower[there].astype(np.uint64)
    return Batch(high.point, high.ts_us, bits.view(np.float64), high.reason)


def newest_of(name: str, answers: Iterable[tuple[dict[str, str], float, float]]) -> Batch:
    """The newest reading of each kind and point, from (labels, seconds, value) of each series."""
    kinds: dict[tuple[int, str], tuple[int, float]] = {}
    for labels, seconds, value in answers:
        kind = labels["__name__"].removeprefix(f"{name}_")
        kinds[int(labels["point"]), kind] = (round(seconds * 1000) * MS_US, value)
    rows = []
    for (point, kind), (ts, value) in kinds.items():
        if kind == "micro":
            rows.append((point, ts, value / MICRO, 0))
        elif kind == "gap":
            rows.append((point, ts, np.nan, int(value) - 1))
        elif kind == "high" and kinds.get((point, "low"), (-1, 0.0))[0] == ts:
            bits = int(value) << 32 | int(kinds[point, "low"][1])
            rows.append((point, ts, float(np.uint64(bits).view(np.float64)), 0))
    return Batch.of(*zip(*rows, strict=True)) if rows else Batch.join([])
