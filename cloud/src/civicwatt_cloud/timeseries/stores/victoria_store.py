"""Readings in VictoriaMetrics, one server or a cluster: Influx v2 line write, exact reads by export.

The server says "accepted" while rows are in memory only and die with it. So write() asks to see its rows,
then has them brought to the disk (a snapshot does that, and is deleted again), or, where a cluster's storage
nodes were not named, waits for as long as that takes. The server needs -dedup.minScrapeInterval=1ms and a
-retentionPeriod.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
import urllib3

from civicwatt_cloud.timeseries.stores.errors import NotOffered, RowsNotThere, StoreFailed, TooFine
from civicwatt_cloud.timeseries.stores.http import Server
from civicwatt_cloud.timeseries.stores.line_writer import LineWriter
from civicwatt_cloud.timeseries.stores.order import bucketed, in_order, last_of_each
from civicwatt_cloud.timeseries.stores.readings import (
    Batch,
    Buckets,
    Capabilities,
    Floats,
    Latest,
    OnConflict,
    WriteResult,
)
from civicwatt_cloud.timeseries.stores.settling import Places, looked_up, same
from civicwatt_cloud.timeseries.stores.urls import Address
from civicwatt_cloud.timeseries.stores.victoria_rows import MICRO, MS_US, lines, newest_of, rows_of

POINTS = 500  # asked in one query
SEEN_S = 30.0  # how long written rows may take to be seen [engineering default]
LOOK_S = 0.1  # between two looks
_AHEAD_S = 3 * 86_400  # the server takes nothing more than two days ahead of its clock
_LAST_MS = 7_258_118_400_000  # the year 2200; it counts nanoseconds in 64 bits
_FIRST_US = 31 * 86_400_000_000  # what its windows find begins after January 1970
_WHOLE = tuple(
    f"{name}_over_time" for name in ("first", "tfirst", "last", "tlast", "min", "max", "sum", "count")
)
_WINDOWS_DAYS = (4, 60, 36_500)  # looked through for the newest, until every point has a value


class _Found(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Data(msgspec.Struct):
    result: list[_Found]


class _Answer(msgspec.Struct):
    data: _Data


class _Labels(msgspec.Struct):
    data: list[str]


class VictoriaStore:
    """ReadingsStore over VictoriaMetrics."""

    def __init__(self, address: Address) -> None:
        login = f"{address.user}:{address.secret}"
        headers = urllib3.make_headers(basic_auth=login) if address.user else {}
        bases = [f"{address.scheme}://{host}" for host in address.hosts]
        self._insert = bases[0]
        self._select, self._delete = bases[-1], bases[-1]
        storage = bases
        if address.kind == "victoria-cluster":
            self._insert += f"/insert/{address.path}/influx"
            self._select += f"/select/{address.path}/prometheus"
            self._delete += f"/delete/{address.path}/prometheus"
            storage = [f"{address.scheme}://{host}" for host in address.storage]
        self._name, self._flush_s = address.name, address.flush_s
        self._auth = [("authKey", address.auth_key)] if address.auth_key else []
        self._storage = [Server(base, headers) for base in storage]
        self._reader = Server(self._select, headers)
        self._deleter = Server(self._delete, headers)
        self._writer = LineWriter(self._insert, login, "", "civicwatt", "ms", basic=bool(address.user))
        self._version = self._ask_version()
        self._lock = threading.Lock()

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch; returns when its rows were seen and are on the disk."""
        if on_conflict != "keep":
            raise NotOffered(store="VictoriaMetrics", what="replace")
        fine = batch.ts_us % MS_US != 0
        if fine.any():
            raise TooFine(store="VictoriaMetrics", step_us=MS_US, rows=int(fine.sum()))
        places = Places(batch, on_conflict)
        with self._lock:
            there, stored = looked_up(places.rows, self.scan)
            fresh = np.flatnonzero(places.fresh(there, stored))
            if len(fresh):
                rows = places.rows.take(fresh)
                self._writer.write(lines(self._name, rows))
                seen = self._seen(rows)
                other = ~same(seen, rows.value)  # of another process that wrote in the same instant
                there[fresh[other]], stored[fresh[other]] = True, seen[other]
                self._bring_to_disk()
        return places.result(there, stored)

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """Newest row and newest value of the points, sorted by point; farther back only for those without."""
        wanted = set(self._all_points() if points is None else map(int, points))
        rows = values = Batch.join([])
        for days in _WINDOWS_DAYS:
            found = self._newest(sorted(wanted), days)
            rows = in_order(
                Batch.join([found.take(np.isnan(found.value)), found.take(~np.isnan(found.value)), rows])
            )
            values = rows.take(~np.isnan(rows.value))
            wanted -= set(values.point.tolist())
            if not wanted:
                break
        rows, values = rows.take(last_of_each(rows)), values.take(last_of_each(values))
        known = np.isin(rows.point, values.point)
        value_ts, last = np.full(len(rows), -1, np.int64), np.full(len(rows), np.nan)
        value_ts[known], last[known] = values.ts_us, values.value
        return Latest(rows.point, rows.ts_us, rows.value, rows.reason, value_ts, last)

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time."""
        first_ms = max(-(-t0_us // MS_US), 0)
        last_ms = min(-(-t1_us // MS_US) - 1, _LAST_MS)
        if last_ms < first_ms:
            return Batch.join([])
        # The server counts seconds in doubles: its ends may be one millisecond off.
        between = [("start", _rfc3339(max(first_ms - 1, 0))), ("end", _rfc3339(last_ms + 1))]
        exports = [
            self._reader.post("/api/v1/export", [("match[]", self._selector(part)), *between])
            for part in _parts(points)
        ]
        try:
            rows = Batch.join([rows_of(self._name, export) for export in exports])
        except msgspec.MsgspecError as error:
            raise StoreFailed(self._reader.base, detail=f"{error}: VictoriaMetrics ?") from error
        inside = (rows.ts_us >= t0_us) & (rows.ts_us < t1_us)
        return rows if inside.all() else rows.take(inside)

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        if t1_us - max(t0_us, _FIRST_US) <= step_us:
            whole = self._whole(points, t0_us, max(t0_us, _FIRST_US), t1_us)
            if whole is not None:
                return whole
        return bucketed(self.scan(points, t0_us, t1_us), t0_us, step_us)

    def retain(self, before_us: int) -> int:
        """Delete nothing: VictoriaMetrics deletes whole series only."""
        return 0

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        return Capabilities(
            "victoria-metrics", self._version, replaces=False, embedded=False, retains=False, step_us=MS_US
        )

    def close(self) -> None:
        """Let the connections go."""
        self._writer.close()
        for server in (self._reader, self._deleter, *self._storage):
            server.close()

    def drop(self) -> None:
        """Delete every series under this store's name."""
        match = ("match[]", self._selector(None))
        self._deleter.post("/api/v1/admin/tsdb/delete_series", [match, *self._auth])

    def _whole(self, points: Sequence[int], start_us: int, t0_us: int, t1_us: int) -> Buckets | None:
        """One bucket, added up by the server; None where not all values are whole millionths."""
        last_ms = -(-t1_us // MS_US) - 1
        first_ms = -(-t0_us // MS_US)
        if last_ms < first_ms:
            return None
        window = f"[{last_ms - first_ms + 1}ms]"  # (t - w, t]
        at = _rfc3339(last_ms).replace("Z", "5Z")  # half a millisecond more, because the server cuts
        found: dict[str, dict[int, float]] = {function: {} for function in _WHOLE}
        for part in _parts(points):
            if self._instant(f"count_over_time({self._selector(part, 'high')}{window})", at):
                return None
            for function, of_point in found.items():
                for series in self._instant(f"{function}({self._selector(part, 'micro')}{window})", at):
                    of_point[int(series.metric["point"])] = float(series.value[1])
        known = sorted(found["count_over_time"])
        column = {name: np.array([of_point[point] for point in known]) for name, of_point in found.items()}
        return Buckets(
            point=np.array(known, np.int32),
            start_us=np.full(len(known), start_us, np.int64),
            first=column["first_over_time"] / MICRO,
            first_us=np.rint(column["tfirst_over_time"] * 1000).astype(np.int64) * MS_US,
            last=column["last_over_time"] / MICRO,
            last_us=np.rint(column["tlast_over_time"] * 1000).astype(np.int64) * MS_US,
            min=column["min_over_time"] / MICRO,
            max=column["max_over_time"] / MICRO,
            sum=column["sum_over_time"] / MICRO,
            count=column["count_over_time"].astype(np.int64),
        )

    def _seen(self, fresh: Batch) -> Floats:
        """Look for rows just written until all are there; returns what is there. Errors: RowsNotThere."""
        deadline = time.monotonic() + SEEN_S
        while True:
            for server in self._storage:
                server.post("/internal/force_flush", self._auth)
            there, stored = looked_up(fresh, self.scan)
            if there.all():
                return stored
            if time.monotonic() > deadline:
                missing = fresh.ts_us[~there]
                first = np.datetime64(int(missing.min()), "us")
                raise RowsNotThere(self._insert, rows=len(missing), first=f"{first}Z")
            time.sleep(LOOK_S)

    def _bring_to_disk(self) -> None:
        """Rows that are seen may still be in memory: a snapshot writes them out."""
        if not self._storage:
            time.sleep(self._flush_s)
        for server in self._storage:
            answer = msgspec.json.decode(server.post("/snapshot/create", self._auth))
            if answer.get("status") != "ok":
                raise StoreFailed(server.base, detail=f"snapshot: {answer}")
            server.post("/snapshot/delete", [("snapshot", answer["snapshot"]), *self._auth])

    def _newest(self, points: list[int], days: int) -> Batch:
        """The newest row of each kind of the points within these days, which end ahead of now."""
        found = []
        at = int(time.time()) + _AHEAD_S
        window = min(days, at // 86_400 - 30)  # it looks back some more, and finds nothing from before 1970
        for part in _parts(points):
            selector = f"{self._selector(part)}[{window}d]"
            times, values = (
                self._instant(f"{function}({selector}) keep_metric_names", str(at))
                for function in ("tlast_over_time", "last_over_time")
            )
            value_of = {_key(series.metric): float(series.value[1]) for series in values}
            found.append(
                newest_of(
                    self._name,
                    (
                        (series.metric, float(series.value[1]), value_of[_key(series.metric)])
                        for series in times
                        if _key(series.metric) in value_of
                    ),
                )
            )
        return Batch.join(found)

    def _instant(self, query: str, at: str) -> list[_Found]:
        fields = [("query", query), ("time", at), ("nocache", "1")]
        answer = self._reader.post("/api/v1/query", fields)
        return msgspec.json.decode(answer, type=_Answer).data.result

    def _all_points(self) -> list[int]:
        fields = [("match[]", self._selector(None)), ("start", _rfc3339(0)), ("end", _rfc3339(_LAST_MS))]
        answer = self._reader.post("/api/v1/label/point/values", fields)
        return [int(point) for point in msgspec.json.decode(answer, type=_Labels).data]

    def _selector(self, points: Sequence[int] | None, kinds: str = "micro|high|low|gap") -> str:
        name = f'__name__=~"{self._name}_({kinds})"'
        return f"{{{name}}}" if points is None else f'{{{name},point=~"{"|".join(map(str, points))}"}}'

    def _ask_version(self) -> str:
        """Of a cluster the nodes say theirs, where they are named."""
        for server in self._storage:
            text = server.get("/metrics").data.decode(errors="replace")
            if found := re.search(r'short_version="v?([^"]+)"', text):
                return found.group(1)
        return "?"


def _key(labels: dict[str, str]) -> tuple[str, str]:
    return labels["__name__"], labels["point"]


def _rfc3339(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def _parts(points: Sequence[int]) -> Iterator[list[int]]:
    known = sorted({int(point) for point in points})
    return (known[first : first + POINTS] for first in range(0, len(known), POINTS))
