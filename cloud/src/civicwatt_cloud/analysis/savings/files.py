"""Readings and temperatures out of csv files, plain or gzip."""

import csv
import gzip
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.analysis.savings.errors import NoDate, UnreadableSeries
from civicwatt_cloud.analysis.savings.series import Floats, Ints, Meter, Temperature
from civicwatt_protocols.errors import FileUnusable

BUSINESS = ZoneInfo("Asia/Shanghai")  # of times without an offset, where no zone is named
_UNKNOWN = frozenset({"", "nan", "na", "null", "none", "-", "—"})
_GZIP = b"\x1f\x8b"
_SHAPES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m")  # as spreadsheets write them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


class Rows(NamedTuple):
    """Rows in order of time, each moment once."""

    start_us: Ints
    value: Floats
    offset_us: Ints
    repeated: int  # rows left out because their moment is there already


def meter(path: Path, zone: ZoneInfo | None) -> tuple[Meter, int]:
    """A meter's readings, columns `start` and `value` (else the first two), and the number of repeated rows.

    Times keep their own offset unless a zone is named. Errors: UnreadableSeries, FileUnusable.
    """
    found = _rows(path, zone, ("start", "value"))
    return Meter.of(found.start_us, found.value, found.offset_us), found.repeated


def temperature(path: Path, zone: ZoneInfo | None) -> Temperature:
    """Outdoor temperatures: the first column is the time, the second the value, in any unit.

    Errors: UnreadableSeries, FileUnusable.
    """
    found = _rows(path, zone, None)
    return Temperature.of(found.start_us, found.value)


def wall_us(text: str) -> tuple[int, bool]:
    """A date or moment of the command as microseconds since 1970, and whether it is UTC (else local time).

    Errors: NoDate.
    """
    found = _moment(text)
    if found is None:
        raise NoDate(text=text)
    known = found.tzinfo is not None
    return ((found if known else found.replace(tzinfo=UTC)) - _EPOCH) // _US, known


def _rows(path: Path, zone: ZoneInfo | None, named: tuple[str, str] | None) -> Rows:
    start, value, offset = [], [], []
    lines = csv.reader(io.StringIO(_text(path)))
    try:
        head = [one.strip().lower() for one in next(lines, [])]
        first, second = map(head.index, named) if named and set(named) <= set(head) else (0, 1)
        for number, line in _numbered(lines):
            if len(line) <= first or not line[first].strip():
                raise _bad(path, number, ",".join(line))
            at = _moment(line[first].strip())
            if at is None:
                raise _bad(path, number, line[first])
            at = (
                at.replace(tzinfo=zone or BUSINESS)
                if at.tzinfo is None
                else at.astimezone(zone)
                if zone
                else at
            )
            start.append((at - _EPOCH) // _US)
            offset.append((at.utcoffset() or timedelta()) // _US)
            value.append(_number(path, number, line[second] if len(line) > second else ""))
    except csv.Error as error:
        raise UnreadableSeries(path.name, detail=str(error), detail_zh=str(error)) from error
    times = np.array(start, dtype=np.int64)
    _, kept = np.unique(times, return_index=True)
    return Rows(
        times[kept],
        np.array(value, dtype=np.float64)[kept],
        np.array(offset, dtype=np.int64)[kept],
        len(times) - len(kept),
    )


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, line) for number, line in enumerate(lines, 2) if any(one.strip() for one in line))


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data.startswith(_GZIP) else data).decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise FileUnusable(str(path), detail=str(error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableSeries(path.name, detail="it is not UTF-8", detail_zh="不是 UTF-8 编码") from error


def _moment(text: str) -> datetime | None:
    plain = text.replace("/", "-")
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    for shape in _SHAPES:
        try:
            return datetime.strptime(plain, shape)  # noqa: DTZ007 - a wall clock's time; the zone is set after
        except ValueError:
            continue
    return None


def _number(path: Path, number: int, text: str) -> float:
    if text.strip().lower() in _UNKNOWN:
        return math.nan
    try:
        found = float(text)
    except ValueError:
        raise _bad(path, number, text) from None
    if math.isinf(found):
        raise _bad(path, number, text)
    return found


def _bad(path: Path, number: int, text: str) -> UnreadableSeries:
    return UnreadableSeries(
        f"{path.name}:{number}",
        detail=f"line {number}: '{text}'",
        detail_zh=f"第 {number} 行：“{text}”",
    )
