"""Readings in InfluxDB: 1.x over /write, 2.x and 3.x over the v2 API; read in InfluxQL, which all know.

One measurement, tag `point`; a value is `value=…,gap=0i`, a gap `gap=<1 + its reason>i`: every row has `gap`.
InfluxDB overwrites, so every place is looked up before it is written; two processes that write different
values to the same place in the same instant can still both be told that theirs is stored.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
import urllib3

from civicwatt_cloud.timeseries.stores.errors import NotOffered, StoreFailed, StoreRefuses
from civicwatt_cloud.timeseries.stores.http import Server
from civicwatt_cloud.timeseries.stores.line_writer import LineWriter, bodies
from civicwatt_cloud.timeseries.stores.order import bucketed, in_order
from civicwatt_cloud.timeseries.stores.readings import (
    Batch,
    Buckets,
    Capabilities,
    Latest,
    OnConflict,
    WriteResult,
)
from civicwatt_cloud.timeseries.stores.settling import Places, looked_up
from civicwatt_cloud.timeseries.stores.urls import Address

_NS_LIMIT = 2**63 - 2  # InfluxQL's times are nanoseconds in 64 bits
POINTS = 500  # asked in one query

Row = tuple[int, float | None, float | None]


class _Series(msgspec.Struct):
    tags: dict[str, str] = {}
    values: list[Row] = []


class _Result(msgspec.Struct):
    series: list[_Series] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Result] = []
    error: str = ""


_DECODER = msgspec.json.Decoder(_Answer)


class InfluxStore:
    """ReadingsStore over InfluxDB."""

    def __init__(self, address: Address) -> None:
        base = f"{address.scheme}://{address.hosts[0]}"
        self._name, self._database = address.name, address.path
        self._lock = threading.Lock()
        self._writer: LineWriter | None = None
        if address.kind == "influxdb2":
            self._server = Server(base, {"Authorization": f"Token {address.secret}"})
            self._writer = LineWriter(base, address.secret, address.user, address.path, "us")
        else:
            login = f"{address.user}:{address.secret}"
            self._server = Server(base, urllib3.make_headers(basic_auth=login) if address.user else None)
        self._version = self._server.get("/ping").headers.get("X-Influxdb-Version", "?").removeprefix("v")
        if self._writer is None:
            self._ensure_database()

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch; InfluxDB answers once its log is synced (wal-fsync-delay = 0s, the default)."""
        places = Places(batch, on_conflict)
        with self._lock:
            there, stored = looked_up(places.rows, self.scan)
            self._put(lines(self._name, places.rows.take(places.fresh(there, stored))))
        return places.result(there, stored)

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """Newest row and newest value of the points, sorted by point."""
        newest = self._rows('last("gap") AS "gap", "value"', points)
        valued = self._rows('last("value"), "gap"', points)
        rows = in_order(_batch((point, (ts, value, gap)) for point, (ts, gap, value) in newest))
        known = {point: (ts, value) for point, (ts, value, _) in valued}
        of_value = [known.get(point, (-1, None)) for point in rows.point.tolist()]
        return Latest(
            rows.point,
            rows.ts_us,
            rows.value,
            rows.reason,
            np.array([ts for ts, _ in of_value], np.int64),
            np.array([value for _, value in of_value], np.float64),
        )

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time."""
        return in_order(_batch(self._rows('"value", "gap"', points, _between(t0_us, t1_us))))

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        if step_us >= t1_us - t0_us:
            return self._whole(points, t0_us, t1_us)
        return bucketed(self.scan(points, t0_us, t1_us), t0_us, step_us)

    def retain(self, before_us: int) -> int:
        """Delete the rows before `before_us`; returns how many."""
        if not self.capabilities().retains:
            return 0
        older = f'FROM "{self._name}" WHERE time < {_ns(before_us)}'
        counted = self._query(f'SELECT count("gap"), sum("gap") {older}')
        self._query(f"DELETE {older}")
        return int(sum(row[1] or 0 for series in counted for row in series.values))

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        return Capabilities(
            "influxdb",
            self._version,
            replaces=True,
            embedded=False,
            retains=not self._version.startswith("3"),
        )

    def close(self) -> None:
        """Let the connections go."""
        if self._writer is not None:
            self._writer.close()
        self._server.close()

    def drop(self) -> None:
        """Delete everything under this store's name. Errors: NotOffered."""
        if not self.capabilities().retains:
            raise NotOffered(store="InfluxDB 3", what="DROP MEASUREMENT")
        if self._writer is None:  # 1.x lets an administrator alone drop a measurement
            self._query(f'DROP SERIES FROM "{self._name}"')
        else:
            self._query(f'DROP MEASUREMENT "{self._name}"')

    def _whole(self, points: Sequence[int], t0_us: int, t1_us: int) -> Buckets:
        """One bucket, added up by the server."""
        where = _between(t0_us, t1_us)
        asked = ('first("value"), "gap"', 'last("value"), "gap"')
        first, last = (dict(self._rows(fields, points, where)) for fields in asked)
        asked = ('min("value"), max("value")', 'sum("value"), count("value")')
        ends, sums = (dict(self._rows(fields, points, where)) for fields in asked)
        known = sorted(first)
        return Buckets(
            point=np.array(known, np.int32),
            start_us=np.full(len(known), t0_us, np.int64),
            first=np.array([first[point][1] for point in known], np.float64),
            first_us=np.array([first[point][0] for point in known], np.int64),
            last=np.array([last[point][1] for point in known], np.float64),
            last_us=np.array([last[point][0] for point in known], np.int64),
            min=np.array([ends[point][1] for point in known], np.float64),
            max=np.array([ends[point][2] for point in known], np.float64),
            sum=np.array([sums[point][1] for point in known], np.float64),
            count=np.array([sums[point][2] for point in known], np.float64).astype(np.int64),
        )

    def _put(self, rows: Iterable[str]) -> None:
        if self._writer is not None:
            self._writer.write(rows)
            return
        for body in bodies(rows):
            self._server.post("/write", [("db", self._database), ("precision", "u")], body)

    def _rows(self, fields: str, points: Sequence[int] | None, where: str = "") -> Iterator[tuple[int, Row]]:
        """(point, (time, first field, second field)) of the asked points; None: of all."""
        asked = [""] if points is None else map(_one_of, _parts(points))
        for condition in asked:
            both = " AND ".join(filter(None, (condition, where)))
            query = f'SELECT {fields} FROM "{self._name}"{" WHERE " + both if both else ""} GROUP BY "point"'  # noqa: S608 - checked names and numbers
            for series in self._query(query):
                point = int(series.tags["point"])
                yield from ((point, row) for row in series.values)

    def _query(self, text: str) -> list[_Series]:
        fields = [("db", self._database), ("epoch", "u"), ("q", text)]
        try:
            answer = _DECODER.decode(self._server.post("/query", fields))
        except msgspec.MsgspecError as broken:
            raise StoreFailed(self._server.base, detail=f"{broken}: InfluxDB ?") from broken
        for error in (answer.error, *(result.error for result in answer.results)):
            if error:
                raise StoreFailed(self._server.base, detail=error)
        return [series for result in answer.results for series in result.series]

    def _ensure_database(self) -> None:
        try:
            self._query(f'CREATE DATABASE "{self._database}"')
        except StoreRefuses:
            return  # only an administrator may: then it is there, or the next query says that it is not


def lines(name: str, rows: Batch) -> Iterator[str]:
    """Line protocol; a double's shortest text comes back as the same double."""
    gap = np.isnan(rows.value)
    values, gaps = rows.take(~gap), rows.take(gap)
    columns = zip(values.point.tolist(), values.value.tolist(), values.ts_us.tolist(), strict=True)
    yield from (f"{name},point={point} value={value!r},gap=0i {ts}" for point, value, ts in columns)
    columns = zip(gaps.point.tolist(), gaps.reason.tolist(), gaps.ts_us.tolist(), strict=True)
    yield from (f"{name},point={point} gap={reason + 1}i {ts}" for point, reason, ts in columns)


def _batch(rows: Iterable[tuple[int, Row]]) -> Batch:
    """Rows of (time, value, gap)."""
    found = list(rows)
    if not found:
        return Batch.join([])
    point, row = zip(*found, strict=True)
    ts, value, gap = zip(*row, strict=True)
    reason = np.array(gap, np.float64).astype(np.int64)
    values = np.where(reason > 0, np.nan, np.array(value, np.float64))
    return Batch(
        np.array(point, np.int32), np.array(ts, np.int64), values, np.maximum(reason - 1, 0).astype(np.uint8)
    )


def _between(t0_us: int, t1_us: int) -> str:
    return f"time >= {_ns(t0_us)} AND time < {_ns(t1_us)}"


def _ns(us: int) -> int:
    return max(-_NS_LIMIT, min(_NS_LIMIT, us * 1000))


def _parts(points: Sequence[int]) -> Iterator[list[int]]:
    known = sorted({int(point) for point in points})
    return (known[first : first + POINTS] for first in range(0, len(known), POINTS))


def _one_of(points: list[int]) -> str:
    return '"point" =~ /^({})$/'.format("|".join(map(str, points)))
