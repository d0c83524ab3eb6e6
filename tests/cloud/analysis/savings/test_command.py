"""What the command takes, and what it refuses."""

import gzip
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from typer.testing import CliRunner

from civicwatt_cloud.analysis.savings import commands
from civicwatt_cloud.analysis.savings.commands import app
from civicwatt_cloud.analysis.savings.measured import measured
from civicwatt_cloud.analysis.savings.series import DAY_H, Floats
from civicwatt_protocols.errors import CivicWattError

YEAR = 365
START = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
Told = dict[str, Any]
Ask = Callable[..., Told]


def written(path: Path, head: str, rows: list[tuple[str, float]]) -> Path:
    text = head + "\n" + "".join(f"{at},{'' if math.isnan(value) else value}\n" for at, value in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def stamps(count: int, step: timedelta, shape: Callable[[datetime], str] = datetime.isoformat) -> list[str]:
    return [shape(START + step * k) for k in range(count)]


@pytest.fixture(scope="module")
def value(air: Floats) -> Floats:
    """A year, and a year of a tenth less: use by the day."""
    made = (40 + 3 * np.maximum(14 - air, 0)).reshape(-1, DAY_H).mean(axis=1)
    made *= np.random.default_rng(21).normal(1, 0.04, len(made))
    made[YEAR:] *= 0.9
    return made


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ends of intervals are tried elsewhere."""
    monkeypatch.setattr(commands, "measured", partial(measured, draws=60))


@pytest.fixture
def ask(tmp_path: Path, air: Floats) -> Ask:
    """The answer for a meter's file; temperatures as the meter's places have them unless others are given."""

    def asked(meter: Path, *more: str, temperature: Path | None = None, end: str = "2026-01-01") -> Told:
        if temperature is None:
            hours = stamps(len(air), timedelta(hours=1))
            temperature = written(tmp_path / "t.csv", "when,degC", list(zip(hours, air, strict=True)))
        base = ["savings", str(meter), "--temperature", str(temperature), "--baseline-end", end]
        found = CliRunner().invoke(app, [*base, "--json", *more], catch_exceptions=False)
        told: Told = json.loads(found.stdout)
        return told

    return asked


FROM = ("--reporting-start", "2026-01-01")


def test_missing_rows_blanks_and_nan_are_missing(tmp_path: Path, ask: Ask, value: Floats) -> None:
    rows = list(zip(stamps(len(value), timedelta(days=1)), value, strict=True))
    whole = ask(written(tmp_path / "m.csv.gz", "start,value", rows), *FROM)
    assert whole["model"] == "3p_heating degree_hours"
    assert whole["savings_percent"] == pytest.approx(10, abs=1)
    low, high = whole["interval"]
    assert low < 10 < high
    assert whole["savings"] == pytest.approx(whole["adjusted_baseline"] - value[YEAR:].sum())
    holed = [
        (at, math.nan if 30 <= k < 45 else one) for k, (at, one) in enumerate(rows) if not 400 <= k < 425
    ]
    told = ask(written(tmp_path / "holed.csv", "start,value", holed), *FROM)
    assert told["savings_percent"] == pytest.approx(10, abs=1)
    states = {one["key"]: one["state"] for one in told["checks"]}
    assert states["baseline_coverage"] == "okay"
    few = [(at, math.nan if k % 3 == 0 else one) for k, (at, one) in enumerate(rows)]
    told = ask(written(tmp_path / "few.csv", "start,value", few), *FROM)
    states = {one["key"]: one for one in told["checks"]}
    assert states["baseline_coverage"]["state"] == "possible_issue"
    assert states["baseline_coverage"]["why"] == "below the limit"
    assert told["savings_percent"] == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    "shape",
    [
        lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        lambda at: at.strftime("%Y/%m/%d %H:%M"),
        lambda at: at.strftime("%Y-%m-%d"),
    ],
)
def test_times_are_read_in_any_shape_and_zone(
    tmp_path: Path, ask: Ask, value: Floats, shape: Callable[[datetime], str]
) -> None:
    rows = list(zip(stamps(len(value), timedelta(days=1)), value, strict=True))
    plain = ask(written(tmp_path / "m.csv", "start,value", rows), *FROM)
    other = list(zip(stamps(len(value), timedelta(days=1), shape), value, strict=True))
    meter = written(tmp_path / "other.csv", "start,value", other)
    told = ask(meter, *FROM, "--tz", "Asia/Shanghai")
    assert told["savings"] == pytest.approx(plain["savings"])
    assert told["interval"] == plain["interval"]


def test_quarter_hours_are_summed_and_daily_temperatures_suffice(
    tmp_path: Path, ask: Ask, air: Floats
) -> None:
    rng = np.random.default_rng(22)
    count = 200 * DAY_H
    made = (2 + 0.2 * np.maximum(14 - air[:count], 0)) * rng.normal(1, 0.05, count)
    quarters = stamps(4 * count, timedelta(minutes=15))
    rows = list(zip(quarters, np.repeat(made / 4, 4), strict=True))
    meter = written(tmp_path / "q.csv", "start,value", rows)
    more = ("--reporting-start", "2025-04-11")
    told = ask(meter, *more, end="2025-04-11")
    assert told["readings"] == "hourly"
    days = stamps(len(air) // DAY_H, timedelta(days=1))
    daily = written(
        tmp_path / "d.csv", "day,t", list(zip(days, air.reshape(-1, DAY_H).mean(axis=1), strict=True))
    )
    told = ask(meter, *more, end="2025-04-11", temperature=daily)
    assert "temperature_day" in told["model"]


def test_non_routine_adjustments_are_dated_and_documented(tmp_path: Path, ask: Ask, value: Floats) -> None:
    rows = list(zip(stamps(len(value), timedelta(days=1)), value, strict=True))
    meter = written(tmp_path / "m.csv", "start,value", rows)
    plain = ask(meter, *FROM)
    said = 'from = 2026-03-01\nto = 2026-03-10\nreason = "新增机房"\ndocument = "会议纪要 3 号"\n'
    file = tmp_path / "a.toml"
    file.write_text(f"[[adjustment]]\n{said}amount_per_day = 12.5\n")
    told = ask(meter, *FROM, "--adjustments", str(file))
    assert told["savings"] - plain["savings"] == pytest.approx(125)
    assert told["non_routine_adjustment"] == pytest.approx(125)
    file.write_text(
        f"[[adjustment]]\n{said.replace('2026-03-01', '2025-12-01').replace('03-10', '12-31')}factor = 1.1\n"
    )
    told = ask(meter, *FROM, "--adjustments", str(file))
    assert told["adjusted_baseline"] == pytest.approx(1.1 * plain["adjusted_baseline"])
    for wrong in ("", "amount_per_day = 1.0\nfactor = 1.1\n", "factor = -1.0\n"):
        file.write_text(f"[[adjustment]]\n{said}{wrong}")
        with pytest.raises(CivicWattError) as refused:
            ask(meter, *FROM, "--adjustments", str(file))
        assert refused.value.code == "CW-V1005"


@pytest.mark.parametrize(
    ("head", "rows", "code"),
    [
        ("start,value", [("2025-01-01", 1.0)], "CW-V1001"),
        ("start,value", [("yesterday", 1.0), ("2025-01-02", 2.0)], "CW-V1001"),
        ("start,value", [(f"2025-01-{k:02}", float(k)) for k in range(1, 20)], "CW-V1002"),
        ("start,value", [], "CW-V1001"),
    ],
)
def test_what_cannot_be_taken_is_said(
    tmp_path: Path, ask: Ask, head: str, rows: list[tuple[str, float]], code: str
) -> None:
    with pytest.raises(CivicWattError) as refused:
        ask(written(tmp_path / "m.csv", head, rows), *FROM)
    assert refused.value.code == code


def test_dates_and_values_that_are_none_are_said(tmp_path: Path, ask: Ask, value: Floats) -> None:
    rows = list(zip(stamps(len(value), timedelta(days=1)), value, strict=True))
    meter = written(tmp_path / "m.csv", "start,value", rows)
    for more, code in (
        (("--reporting-start", "soon"), "CW-V1007"),
        (("--reporting-start", "2025-06-01"), "CW-V1004"),
        (("--reporting-start", "2027-06-01"), "CW-V1003"),
        ((*FROM, "--tz", "Mars/Base"), "CW-C1003"),
    ):
        with pytest.raises(CivicWattError) as refused:
            ask(meter, *more)
        assert refused.value.code == code
    meter.write_text("start,value\n2025-01-01,1\n2025-01-02,many\n")
    with pytest.raises(CivicWattError) as refused:
        ask(meter, *FROM)
    assert "m.csv:3" in str(refused.value)
    with pytest.raises(CivicWattError) as refused:
        ask(tmp_path / "absent.csv", *FROM)
    assert refused.value.code == "CW-C1004"


def test_for_a_reader_there_is_a_table(tmp_path: Path, value: Floats, air: Floats) -> None:
    meter = written(
        tmp_path / "m.csv",
        "start,value",
        list(zip(stamps(len(value), timedelta(days=1)), value, strict=True)),
    )
    hours = stamps(len(air), timedelta(hours=1))
    temperature = written(tmp_path / "t.csv", "when,degC", list(zip(hours, air, strict=True)))
    asked = ["savings", str(meter), "--temperature", str(temperature), "--baseline-end", "2026-01-01", *FROM]
    found = CliRunner().invoke(app, asked, catch_exceptions=False)
    assert "节能量 savings" in found.stdout
    assert "possible issue" in found.stdout or "okay" in found.stdout
