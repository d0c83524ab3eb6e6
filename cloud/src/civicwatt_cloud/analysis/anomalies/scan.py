"""A file of readings, row by row: `timestamp,value[,temperature]`, hourly or finer.

The time is the wall's as written; an offset behind it is not looked at, so that a day stays a day.
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from civicwatt_cloud.analysis.anomalies.detector import THRESHOLD
from civicwatt_cloud.analysis.anomalies.errors import UnreadableRows
from civicwatt_cloud.analysis.anomalies.findings import findings
from civicwatt_cloud.analysis.anomalies.live import Series, live

MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "--"}
OTHER_TIMES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M")
DIGITS = 6


class Rows(NamedTuple):
    """The file: times as written, and what they mean."""

    stamps: list[str]
    series: Series


def scan(path: Path) -> dict[str, Any]:
    """What is printed: a row for each row of the file, the anomalies, the threshold."""
    stamps, series = read(path)
    judged = live(series)
    score = np.round(judged.score[0], DIGITS)
    flagged = score >= THRESHOLD
    found = findings(score, series.value[0], judged.expected[0], series.day, series.hour)
    return {
        "rows": [
            {"timestamp": stamp, "score": float(one), "flag": bool(flag)}
            for stamp, one, flag in zip(stamps, score, flagged, strict=True)
        ],
        "intervals": [
            {
                "start": stamps[one.start],
                "end": stamps[one.end - 1],
                "kind": str(one.kind),
                "confidence": round(one.confidence, 3),
            }
            for one in found
        ],
        "threshold": THRESHOLD,
    }


def read(path: Path) -> Rows:
    """The rows of a file; raises UnreadableRows with the line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _rows(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableRows(detail=str(error), detail_zh=str(error)) from error


def _rows(lines: Iterable[list[str]]) -> Rows:
    every = iter(lines)
    header = [name.strip().lower() for name in next(every, [])]
    if header[:2] != ["timestamp", "value"]:
        raise UnreadableRows(detail=f"columns {header}", detail_zh="列名为“" + "、".join(header) + "”")
    warm = "temperature" in header
    at = header.index("temperature") if warm else 0
    stamps, moments, values, warmth = [], [], [], []
    for number, line in enumerate(every, start=2):
        if not line:
            continue
        stamps.append(line[0])
        moments.append(_moment(line[0], number))
        values.append(_number(line[1] if len(line) > 1 else "", number))
        warmth.append(_number(line[at] if warm and len(line) > at else "", number))
    day = np.array([moment.toordinal() - 1 for moment in moments], np.int64)
    hour = np.array([moment.hour for moment in moments], np.int64)
    temperature = np.array([warmth]) if warm else None
    return Rows(stamps, Series(day, hour, np.array([values], np.float64).reshape(1, -1), temperature))


def _moment(text: str, number: int) -> datetime:
    stripped = text.strip()
    try:
        return datetime.fromisoformat(stripped)
    except ValueError:
        for pattern in OTHER_TIMES:
            try:
                return datetime.strptime(stripped, pattern)  # noqa: DTZ007 - the wall's time is meant
            except ValueError:
                continue
    raise UnreadableRows(detail=f"line {number}: time {text!r}", detail_zh=f"第 {number} 行：时间“{text}”")


def _number(text: str, number: int) -> float:
    stripped = text.strip()
    if stripped.lower() in MISSING:
        return float("nan")
    try:
        value = float(stripped)
    except ValueError as error:
        detail_zh = f"第 {number} 行：数值“{text}”"
        raise UnreadableRows(detail=f"line {number}: number {text!r}", detail_zh=detail_zh) from error
    return value if np.isfinite(value) else float("nan")
