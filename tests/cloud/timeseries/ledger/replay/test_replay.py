"""`ledger replay`: counter scenarios that other systems book wrong, exact or held; nothing negative.

Each series counts 60 kWh an hour, read every five minutes for a day, from 2026-11-02T00:00+08:00.
"""

import csv
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from civicwatt import cli

ZONE = ZoneInfo("Asia/Shanghai")
T0 = datetime(2026, 11, 2, tzinfo=ZONE)
Rows = list[tuple[datetime, Decimal]]
Replay = Callable[..., dict[str, Any]]


def day(minutes: int = 5, hours: int = 24, start: str = "100000", rate: int = 60) -> Rows:
    count = hours * 60 // minutes + 1
    return [
        (T0 + timedelta(minutes=minutes * i), Decimal(start) + Decimal(rate * minutes * i) / 60)
        for i in range(count)
    ]


def at(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def moved(rows: Rows, since: datetime, by: str | Decimal) -> Rows:
    return [(t, v + Decimal(by) if t >= since else v) for t, v in rows]


def _csv(folder: Path, rows: Rows) -> Path:
    with (folder / "readings.csv").open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("time", "value"))
        writer.writerows((t.isoformat() if isinstance(t, datetime) else t, v) for t, v in rows)
    return folder / "readings.csv"


def _workbook(folder: Path, rows: Rows) -> Path:
    """As a spreadsheet holds them: times are cells of their own kind, of no zone."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["时间", "读数", "质量"])
    for t, v in rows:
        book.active.append([t.replace(tzinfo=None), v, "正常"])
    book.save(folder / "readings.xlsx")
    return folder / "readings.xlsx"


@pytest.fixture
def replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Replay:
    """Runs the command in this process."""

    def run(
        rows: Rows, events: str = "", *flags: str, status: int = 0, write: Callable[[Path, Rows], Path] = _csv
    ) -> dict[str, Any]:
        file = write(tmp_path, rows)
        if events:
            (tmp_path / "events.toml").write_text(events)
            flags = ("--events", str(tmp_path / "events.toml"), *flags)
        monkeypatch.setattr(sys, "argv", ["civicwatt", "ledger", "replay", str(file), *flags, "--json"])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        assert ended.value.code == status, printed.err
        return json.loads(printed.out) if printed.out else {"stderr": printed.err}

    return run


def values(found: dict[str, Any]) -> list[Decimal | None]:
    return [None if one["value"] is None else Decimal(one["value"]) for one in found["intervals"]]


def qualities(found: dict[str, Any]) -> list[str]:
    return [one["quality"] for one in found["intervals"]]


def test_a_plain_day_and_its_first_hour(replay: Replay) -> None:
    found = replay(day())
    assert Decimal(found["total"]) == 1440
    assert values(found) == [60] * 24
    assert set(qualities(found)) == {"measured"}
    assert found["intervals"][0]["start"] == "2026-11-02T00:00:00+08:00"
    assert found["held"] == []


def test_f05_an_outage_of_five_hours_is_placed_in_its_hours_and_flagged(replay: Replay) -> None:
    found = replay([row for row in day() if not at(5) < row[0] < at(10)])
    assert values(found) == [60] * 24
    assert qualities(found) == ["measured"] * 5 + ["interpolated"] * 5 + ["measured"] * 14
    assert found["held"] == []


def test_an_outage_follows_the_meters_own_day(replay: Replay) -> None:
    """Four days of 10 kWh an hour by night and 100 from 8 to 18; on the fifth 6 to 10 o'clock is missing."""
    rows, value = [(T0, Decimal(0))], Decimal(0)
    for hour in range(5 * 24):
        value += 100 if 8 <= hour % 24 < 18 else 10
        rows.append((at(hour + 1), value))
    found = replay([row for row in rows if not at(4 * 24 + 6) < row[0] < at(4 * 24 + 10)])
    assert values(found)[4 * 24 + 6 : 4 * 24 + 10] == [10, 10, 100, 100]
    assert qualities(found)[4 * 24 + 6 : 4 * 24 + 10] == ["interpolated"] * 4


def test_f13_late_and_shuffled_and_repeated_rows_change_nothing(replay: Replay) -> None:
    rows = day()
    mixed = rows[::2] + rows[1::2] + rows[40:60]
    assert replay(mixed) == replay(rows)


def test_f18_one_sample_too_high_is_held_and_nothing_is_booked_for_it(replay: Replay) -> None:
    rows = day(hours=12)
    rows[70] = (rows[70][0], rows[70][1] + 900)
    found = replay(rows)
    assert Decimal(found["total"]) == 720
    assert [(one["time"], one["reason"]) for one in found["held"]] == [(rows[70][0].isoformat(), "glitch")]
    assert Decimal(found["held"][0]["to"]) == rows[70][1]


def test_f18_a_zero_and_back_is_held_and_nothing_is_booked_for_it(replay: Replay) -> None:
    rows = day(hours=12)
    rows[70] = (rows[70][0], Decimal(0))
    found = replay(rows)
    assert Decimal(found["total"]) == 720
    assert [one["reason"] for one in found["held"]] == ["glitch"]


@pytest.mark.parametrize("initial", ["812705", "12"])
def test_f19_a_declared_replacement_is_exact(replay: Replay, initial: str) -> None:
    rows = day()
    final = rows[150][1] - 2
    by = Decimal(initial) - final
    event = (
        f'[[replacement]]\ntime = "{(rows[150][0] - timedelta(minutes=2)).isoformat()}"\n'
        f'old_final = "{final}"\nnew_initial = "{initial}"\n'
    )
    found = replay(moved(rows, rows[150][0], by), event)
    assert (Decimal(found["total"]), found["held"]) == (1440, [])
    assert values(found) == [60] * 24


@pytest.mark.parametrize(("initial", "reason"), [("812705", "jump"), ("12", "fall")])
def test_f19_an_undeclared_replacement_is_held_never_booked(
    replay: Replay, initial: str, reason: str
) -> None:
    rows = day()
    found = replay(moved(rows, rows[150][0], Decimal(initial) - rows[150][1]))
    assert Decimal(found["total"]) == 1440 - 5
    assert [(one["time"], one["reason"]) for one in found["held"]] == [(rows[150][0].isoformat(), reason)]
    assert (Decimal(found["held"][0]["from"]), Decimal(found["held"][0]["to"])) == (
        rows[149][1],
        Decimal(initial),
    )
    assert all(value is not None and 0 <= value <= 60 for value in values(found))


def test_f19_a_jump_that_stays_and_one_that_ends_the_file(replay: Replay) -> None:
    rows = day()
    found = replay(moved(rows, rows[-1][0], "900"))
    assert Decimal(found["total"]) == 1440 - 5
    found = replay(moved(moved(rows, rows[100][0], "900"), rows[200][0], "-900"))
    assert Decimal(found["total"]) == 1440 - 10
    assert [one["reason"] for one in found["held"]] == ["jump", "fall"]


@pytest.mark.parametrize("minutes", [60, 180])
def test_f18_a_first_or_last_reading_gone_wrong_is_held(replay: Replay, minutes: int) -> None:
    rows = day(minutes=minutes)
    lost = 60 * minutes // 60
    found = replay([(rows[0][0], Decimal(0)), *rows[1:]])
    assert (Decimal(found["total"]), found["held"][0]["reason"]) == (1440 - lost, "jump")
    found = replay([*rows[:-1], (rows[-1][0], rows[-1][1] + 15 * lost)])
    assert (Decimal(found["total"]), found["held"][0]["reason"]) == (1440 - lost, "jump")


def test_f17_a_declared_rollover_is_exact_and_an_undeclared_one_held(replay: Replay) -> None:
    rows = [(t, v % 1_000_000) for t, v in day(start="999300")]
    found = replay(rows, '[[rollover]]\nspan = "1000000"\n')
    assert (Decimal(found["total"]), found["held"]) == (1440, [])
    found = replay(rows)
    assert Decimal(found["total"]) == 1440 - 5
    assert [one["reason"] for one in found["held"]] == ["fall"]


def test_f17_a_fall_that_is_no_rollover_is_held_although_a_span_is_known(replay: Replay) -> None:
    rows = moved(day(), at(12), "-99000")
    found = replay(rows, '[[rollover]]\nspan = "1000000"\n')
    assert Decimal(found["total"]) == 1440 - 5
    assert [one["reason"] for one in found["held"]] == ["fall"]


def test_f20_a_change_of_ratio_counts_from_its_time_on_and_leaves_the_past(replay: Replay) -> None:
    found = replay(day(), f'[[ratio]]\ntime = "{at(12).isoformat()}"\nfactor = "1.5"\n')
    assert values(found) == [60] * 12 + [90] * 12
    assert Decimal(found["total"]) == 720 + 1080
    assert set(qualities(found)) == {"measured"}


def test_a_meter_read_every_three_hours_has_every_hour(replay: Replay) -> None:
    found = replay(day(minutes=180))
    assert values(found) == [60] * 24
    assert set(qualities(found)) == {"interpolated"}


@pytest.mark.parametrize(("step", "count"), [("15m", 96), ("30m", 48), ("2h", 12), ("1d", 1), ("1mo", 1)])
def test_every_step_has_the_same_total(replay: Replay, step: str, count: int) -> None:
    found = replay([row for row in day() if not at(5) < row[0] < at(10)], "", "--step", step)
    assert len(found["intervals"]) == count
    assert sum(value or 0 for value in values(found)) == Decimal(found["total"]) == 1440


def test_times_without_offset_are_of_the_zone_that_is_named(replay: Replay) -> None:
    rows = [(t.replace(tzinfo=None), v) for t, v in day()]
    assert replay(rows) == replay(day())
    india = replay(rows, "", "--tz", "Asia/Kolkata", "--step", "1d")
    assert [(one["start"], one["value"]) for one in india["intervals"]] == [
        ("2026-11-02T00:00:00+05:30", "1440")
    ]


def test_a_workbook_with_chinese_titles_says_the_same(replay: Replay) -> None:
    assert replay(day(), write=_workbook) == replay(day())


def test_bad_rows_are_named_and_the_others_counted(replay: Replay) -> None:
    rows: list[Any] = day()
    rows[7] = (rows[7][0], "12,5")
    rows[9] = ("yesterday", rows[9][1])
    found = replay(rows, status=6)
    assert Decimal(found["total"]) == 1440
    assert [(one["code"], one["where"]) for one in found["problems"]] == [
        ("CW-T1402", "readings!B9"),
        ("CW-T1401", "readings!A11"),
    ]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00", "1900-01-01", "9999-12-31T23:59:59Z"])
def test_a_time_of_another_age_is_a_bad_row_and_the_others_count(replay: Replay, time: str) -> None:
    rows: list[Any] = [*day(), (time, "5")]
    found = replay(rows, status=6)
    assert Decimal(found["total"]) == 1440
    assert [one["code"] for one in found["problems"]] == ["CW-T1401"]


@pytest.mark.parametrize("value", ["1e999999999", "-1e999999999", "1e-999999999", "1_000", "sNaN"])
def test_a_number_that_no_counter_shows_is_a_bad_row_and_the_others_count(replay: Replay, value: str) -> None:
    rows: list[Any] = day()
    rows[7] = (rows[7][0], value)
    found = replay(rows, status=6)
    assert Decimal(found["total"]) == 1440
    assert [one["code"] for one in found["problems"]] == ["CW-T1402"]


def test_f19_a_replacement_told_twice_counts_once(replay: Replay) -> None:
    form = f'[[replacement]]\ntime = "{at(12.5).isoformat()}"\nold_final = "100750"\nnew_initial = "12"\n'
    rows = moved(day(), at(12.5), -100738)
    once, twice = replay(rows, form), replay(rows, form * 2)
    assert twice == once
    assert (Decimal(once["total"]), once["held"]) == (1440, [])


@pytest.mark.parametrize(
    "fact",
    [
        '[[ratio]]\ntime = "2026-11-02T03:00:00"\nfactor = "{}"\n',
        '[[rollover]]\nspan = "{}"\n',
        '[[replacement]]\ntime = "2026-11-02T03:00:00"\nold_final = "9"\nnew_initial = "{}"\n',
    ],
)
def test_two_events_of_one_moment_that_differ_are_refused(replay: Replay, fact: str) -> None:
    found = replay(day(), fact.format(2) + fact.format(3), status=3)
    assert "CW-C1003 " in found["stderr"]


@pytest.mark.parametrize("flags", [("--step", "7m"), ("--tz", "Mars/Base")], ids=["step", "zone"])
def test_a_step_or_zone_that_is_none_is_a_wrong_use(replay: Replay, flags: tuple[str, str]) -> None:
    replay(day(), "", *flags, status=2)


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ('[[ratio]]\ntime = "2026-11-02T03:00:00"\nfactor = "1e-999999999"\n', "CW-C1003 "),
        ('[[replacement]]\ntime = "soon"\nold_final = "1"\nnew_initial = "2"\n', "CW-C1003 "),
        ('[[ratio]]\ntime = "2026-11-02T03:00:00"\nfactor = "0"\n', "CW-C1003 "),
        ('[[ration]]\nfactor = "2"\n', "CW-C1002 "),
        ("[[ratio]\n", "CW-C1001 "),
    ],
)
def test_a_wrong_event_is_named_with_its_line(replay: Replay, events: str, code: str) -> None:
    found = replay(day(), events, status=3)
    assert code in found["stderr"]
    assert "events.toml:" in found["stderr"]


@pytest.mark.parametrize("rows", [[], [(T0, Decimal(5))]])
def test_fewer_than_two_readings_say_nothing(replay: Replay, rows: Rows) -> None:
    assert replay(rows) == {"total": "0", "intervals": [], "held": []}
