"""`civicwatt anomalies scan`: a row for each row, judged from itself and the past only."""

import csv
import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from civicwatt_cloud.analysis.anomalies.commands import app
from civicwatt_cloud.analysis.anomalies.errors import UnreadableRows
from civicwatt_cloud.analysis.anomalies.scan import scan
from civicwatt_sim.hourly import FaultyMeter, meter

Line = tuple[str, str]


def _lines(one: FaultyMeter, rows: int) -> list[Line]:
    first = datetime.combine(one.first, datetime.min.time())
    return [
        ((first + timedelta(hours=row)).isoformat(sep=" "), "" if value != value else f"{value:.2f}")
        for row, value in enumerate(one.value[:rows])
    ]


def _write(path: Path, lines: Sequence[Sequence[str]], header: str = "timestamp,value") -> Path:
    with path.open("w", newline="") as file:
        file.write(header + "\n")
        csv.writer(file).writerows(lines)
    return path


@given(cut=st.integers(1, 24 * 24), seed=st.integers(0, 5))
@settings(max_examples=5, deadline=None)
def test_what_comes_later_changes_no_row(
    tmp_path_factory: pytest.TempPathFactory, cut: int, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("scan")
    lines = _lines(meter("office", seed, 3), 24 * 24)
    whole = scan(_write(folder / "whole.csv", lines))["rows"]
    part = scan(_write(folder / "part.csv", lines[:cut]))["rows"]
    assert json.dumps(part) == json.dumps(whole[:cut])


def test_each_row_has_its_own_blanks_too_with_the_time_as_written(tmp_path: Path) -> None:
    written = [
        "2024-03-01T00:00:00+08:00",
        "2024-03-01 01:00",
        "2024/03/01 02:00",
        "2024-03-01T03:00:00.000Z",
    ]
    values = ["1.5", "", "nan", "2"]
    found = scan(_write(tmp_path / "a.csv", list(zip(written, values, strict=True))))
    assert [row["timestamp"] for row in found["rows"]] == written
    assert all(set(row) == {"timestamp", "score", "flag"} for row in found["rows"])
    assert found["intervals"] == []


def test_the_command_prints_one_object_with_intervals_that_are_its_flags(tmp_path: Path) -> None:
    lines = _lines(meter("shop", 4, 100), 24 * 60)
    done = CliRunner().invoke(app, ["scan", str(_write(tmp_path / "a.csv", lines)), "--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 0
    at = {stamp: number for number, (stamp, _) in enumerate(lines)}
    inside = {row for one in found["intervals"] for row in range(at[one["start"]], at[one["end"]] + 1)}
    assert inside == {number for number, row in enumerate(found["rows"]) if row["flag"]}
    assert inside
    assert all(row["flag"] == (row["score"] >= found["threshold"]) for row in found["rows"])
    assert all(0.5 <= one["confidence"] <= 1 for one in found["intervals"])


@pytest.mark.parametrize("step_min", [15, 60])
def test_a_meter_that_sticks_is_found_within_four_hours(tmp_path: Path, step_min: int) -> None:
    rng = random.Random(step_min)  # noqa: S311 - a series, no secret
    start, rows = datetime(2023, 5, 1), 24 * 30 * 60 // step_min  # noqa: DTZ001
    stuck_from = rows - 12 * 60 // step_min
    lines, value = [], 0.0
    for row in range(rows):
        moment = start + timedelta(minutes=step_min * row)
        if row < stuck_from:
            value = round((30 + 20 * (8 <= moment.hour < 18)) * rng.uniform(0.9, 1.1), 2)
        lines.append((moment.isoformat(), str(value)))
    flags = [row["flag"] for row in scan(_write(tmp_path / "a.csv", lines))["rows"]]
    assert True in flags[stuck_from : stuck_from + 4 * 60 // step_min + 1]
    assert flags[-1]


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("time,value", ("2024-01-01", "1")),
        ("timestamp,value", ("soon", "1")),
        ("timestamp,value", ("2024-01-01", "x")),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, header: str, line: Line) -> None:
    with pytest.raises(UnreadableRows):
        scan(_write(tmp_path / "a.csv", [line], header))
