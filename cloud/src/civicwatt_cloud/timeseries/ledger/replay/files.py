"""What `civicwatt ledger replay` reads: an export of counter readings, and the events that explain it."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.ledger.counter.facts import Facts, Ratio, Rollover
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement
from civicwatt_cloud.timeseries.ledger.numbers import exact
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.replay.errors import NotACounterValue, NotAMoment, NotAQuality
from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT
from civicwatt_protocols.errors import BadValue, UnknownKey
from civicwatt_protocols.quantity import to_micro
from civicwatt_protocols.toml import line_of, tables, text_of

Event = TypeVar("Event", Replacement, Ratio, Rollover)
TIME, VALUE, QUALITY = "time", "value", "quality"
_TITLES = {"时间": TIME, "读数": VALUE, "质量": QUALITY}
_UNUSED = frozenset({"bad", "invalid", "missing", "坏", "无效", "缺失"})
_GRADES = {
    "good": Quality.MEASURED,
    "好": Quality.MEASURED,
    "正常": Quality.MEASURED,
    "": Quality.MEASURED,
} | {quality.value: quality for quality in Quality}
_SINCE_EVER = -(2**62)
_YEARS = range(1970, 2100)  # beyond, a time is a slip of the pen or of a clock [engineering default]
_KEYS = {
    "replacement": ("time", "old_final", "new_initial"),
    "ratio": ("time", "factor"),
    "rollover": ("span",),
}


class Reading(NamedTuple):
    """One row of the export."""

    at_us: int
    micro: int
    grade: Quality
    is_used: bool  # False: the export itself calls it bad


def readings(path: Path, zone: ZoneInfo) -> tuple[list[Reading], list[RowProblem]]:
    """The rows with a value, in the order of the file, and those that cannot be read.

    A time without an offset is of the zone. A row without a value is no reading.
    Errors: UnreadableTable, MissingColumn.
    """
    found, problems = [], []
    for row in read_rows(path, path.stem, (TIME, VALUE), _TITLES):
        try:
            if row[VALUE]:
                found.append(_reading(row, zone))
        except RowProblem as problem:
            problems.append(problem)
    return found, problems


def _reading(row: Row, zone: ZoneInfo) -> Reading:
    at_us = moment_us(row[TIME], zone)
    if at_us is None:
        raise NotAMoment(row.where(TIME), text=row[TIME])
    value = exact(row[VALUE])
    if value is None or not -VALUE_LIMIT <= value <= VALUE_LIMIT:
        raise NotACounterValue(row.where(VALUE), text=row[VALUE])
    said = row[QUALITY].lower()
    if said in _UNUSED:
        return Reading(at_us, to_micro(value), Quality.MISSING, is_used=False)
    if said not in _GRADES:
        raise NotAQuality(row.where(QUALITY), text=row[QUALITY])
    return Reading(at_us, to_micro(value), _GRADES[said], is_used=True)


def moment_us(text: str, zone: ZoneInfo) -> int | None:
    """An ISO 8601 time (also with slashes, as spreadsheets print it) as UTC µs.

    None: it is none, or lies before 1970 or after 2099.
    """
    for form in (None, "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M"):
        try:
            at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
        except ValueError:
            continue
        if at.year not in _YEARS:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return int(at.replace(microsecond=0).timestamp()) * SECOND_US + at.microsecond
    return None


def events(path: Path, zone: ZoneInfo) -> Facts:
    """The events of a TOML file: [[replacement]], [[ratio]], [[rollover]]; numbers as strings.

    Errors: BadToml, UnknownKey, BadValue, each with the line.
    """
    try:
        text = text_of(path.read_bytes(), str(path))
    except OSError as error:
        raise BadValue(str(path), key="--events", detail=error.strerror) from error
    read = _Events(text, str(path), zone)
    return read.facts(tables(text, str(path)))


class _Events(NamedTuple):
    text: str
    origin: str
    zone: ZoneInfo

    def facts(self, data: dict[str, Any]) -> Facts:
        for kind, rows in data.items():
            if kind not in _KEYS:
                raise UnknownKey(self._where((kind,)), key=kind)
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise BadValue(self._where((kind,)), key=kind, detail=f"[[{kind}]]")
            for n, row in enumerate(rows):
                for key in row:
                    if key not in (*_KEYS[kind], "time"):
                        raise UnknownKey(self._where((kind, n, key)), key=key)
        replacements = [
            Replacement(
                self._time(row, "replacement", n),
                self._micro(row, "replacement", n, "old_final"),
                self._micro(row, "replacement", n, "new_initial"),
            )
            for n, row in enumerate(data.get("replacement", []))
        ]
        ratios = [
            Ratio(self._time(row, "ratio", n), Fraction(self._positive(row, "ratio", n, "factor")))
            for n, row in enumerate(data.get("ratio", []))
        ]
        rollovers = [
            Rollover(
                self._time(row, "rollover", n) if "time" in row else _SINCE_EVER,
                to_micro(self._positive(row, "rollover", n, "span")),
            )
            for n, row in enumerate(data.get("rollover", []))
        ]
        return Facts(
            self._dated("replacement", replacements),
            self._dated("ratio", ratios),
            self._dated("rollover", rollovers),
        )

    def _dated(self, kind: str, found: list[Event]) -> list[Event]:
        """Events of a kind by time, each once; two for one moment that differ explain nothing."""
        known: dict[int, Event] = {}
        for n, one in enumerate(found):
            if known.setdefault(one[0], one) != one:
                raise self._bad(kind, n, "time", "同一时刻有两个不同的值 · two that differ for one moment")
        return sorted(known.values())

    def _time(self, row: dict[str, Any], kind: str, n: int) -> int:
        value = row.get("time")
        at_us = moment_us(value.isoformat() if isinstance(value, datetime) else str(value), self.zone)
        if at_us is None:
            raise self._bad(kind, n, "time", "ISO 8601: 2026-11-01T08:00:00+08:00")
        return at_us

    def _micro(self, row: dict[str, Any], kind: str, n: int, key: str) -> int:
        value = exact(row.get(key))
        if value is None or not 0 <= value <= VALUE_LIMIT:
            raise self._bad(kind, n, key, '"100355.2"')
        return to_micro(value)

    def _positive(self, row: dict[str, Any], kind: str, n: int, key: str) -> Decimal:
        value = exact(row.get(key))
        if value is None or not 0 < value <= VALUE_LIMIT:
            raise self._bad(kind, n, key, "> 0")
        return value

    def _bad(self, kind: str, n: int, key: str, wanted: str) -> BadValue:
        return BadValue(self._where((kind, n, key)), key=f"{kind}.{key}", detail=wanted)

    def _where(self, path: tuple[str | int, ...]) -> str:
        return f"{self.origin}:{line_of(self.text, path)}"
