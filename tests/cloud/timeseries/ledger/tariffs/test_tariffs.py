"""Prices by time of use: every row one price, the bands exactly the total, refused where a row has two."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.timeseries.ledger.tariffs.costs import Line, Usage, cost, together
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import import_tariff, tariff, tariffs
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Band, Tariff, parse

EXAMPLES = Path(__file__).parents[5] / "docs" / "examples"
SHANGHAI = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
QUARTER_US = 900 * 1_000_000


def example(name: str = "tariff.toml") -> Tariff:
    return parse((EXAMPLES / name).read_text("utf-8"), name)


def usage(day: date, micro: list[int], step_s: int = 900) -> Usage:
    start_us = day_start_us(day, SHANGHAI) + np.arange(len(micro)) * step_s * 1_000_000
    return Usage(start_us, np.array(micro, np.int64), step_s)


def hours_of(day: date) -> dict[str, str]:
    """A day of one kWh an hour in quarters: kWh by band."""
    found = cost(usage(day, [KWH // 4] * 96), example(), SHANGHAI)
    return {band.value: str(Decimal(line.micro) / KWH) for band, line in found.bands.items() if line.micro}


def test_the_bands_of_a_day_follow_month_kind_of_day_and_named_dates() -> None:
    workday = {"valley": "8.5", "flat": "8", "peak": "7.5"}
    assert hours_of(date(2026, 3, 5)) == workday
    assert hours_of(date(2026, 9, 10)) == workday  # a Thursday, by the second version
    assert hours_of(date(2026, 9, 12)) == {"valley": "8.5", "flat": "15.5"}  # a Saturday
    assert hours_of(date(2026, 9, 20)) == workday  # a Sunday on which people work
    assert hours_of(date(2026, 7, 11)) == {"valley": "9", "flat": "4", "peak": "9", "sharp": "2"}
    assert hours_of(date(2026, 10, 1)) == {"valley": "13.5", "deep_valley": "5", "flat": "5.5"}


def test_the_cost_is_the_price_times_the_amount_to_the_last_digit() -> None:
    found = cost(usage(date(2026, 3, 5), [0] * 45 + [1, 123_456_789] + [0] * 49), example(), SHANGHAI)
    assert found.bands[Band.PEAK] == Line(1, 91_200_000)  # 11:15
    assert found.bands[Band.FLAT] == Line(123_456_789, 123_456_789 * 60_800_000)  # 11:30
    assert found.total.yuan == Decimal("75.061728624")


def test_money_is_rounded_to_fen_half_up_and_only_at_the_end() -> None:
    assert [Line(0, n * 10**12 // 2).fen for n in (0, 1, 2, 3, -1, -3)] == [0, 1, 1, 2, -1, -2]
    assert Line(0, 5 * 10**11 - 1).fen == 0
    assert Line(0, -123 * 10**12).yuan == Decimal("-1.23")


@settings(deadline=None, max_examples=40)
@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=300),
    st.randoms(),
)
def test_the_bands_add_up_to_the_total_however_the_rows_are_split(
    day: date, micro: list[int], random: object
) -> None:
    tariff = example()
    whole = usage(day, micro)
    found = cost(whole, tariff, SHANGHAI)
    assert sum(line.micro for line in found.bands.values()) == found.total.micro == sum(micro)
    assert sum(line.yuan for line in found.bands.values()) == found.total.yuan
    first = np.array([random.random() < 0.5 for _ in micro])  # type: ignore[attr-defined]
    parts = [Usage(whole.start_us[rows], whole.micro[rows], 900) for rows in (first, ~first)]
    both = together(cost(part, tariff, SHANGHAI) for part in parts)
    assert {band: line for band, line in both.bands.items() if line.micro} == {
        band: line for band, line in found.bands.items() if line.micro
    }
    assert both.total == found.total


def test_hours_do_where_all_prices_change_on_hours_and_are_refused_where_not() -> None:
    summer = date(2026, 7, 11)
    by_quarter = cost(usage(summer, [KWH // 4] * 96), example(), SHANGHAI)
    assert cost(usage(summer, [KWH] * 24, 3600), example(), SHANGHAI) == by_quarter
    with pytest.raises(CloudError) as refusal:
        cost(usage(date(2026, 3, 5), [KWH] * 24, 3600), example(), SHANGHAI)
    assert refusal.value.code == "CW-T1353"
    assert refusal.value.facts["edge"] == "11:30"
    assert all(refusal.value.text(language) for language in ("zh", "en"))


def test_one_price_at_all_hours_takes_days_too() -> None:
    water = example("water-price.toml")
    found = cost(usage(date(2026, 3, 5), [2_500_000], 86_400), water, SHANGHAI)
    assert found.total == Line(2_500_000, 2_500_000 * 345_000_000)
    assert found.total.fen == 863


def test_a_day_without_a_version_has_no_price() -> None:
    with pytest.raises(CloudError) as refusal:
        cost(usage(date(2025, 12, 31), [1]), example(), SHANGHAI)
    assert refusal.value.code == "CW-T1352"


def test_days_that_no_notice_confirms_are_named_where_it_matters() -> None:
    assert cost(usage(date(2026, 3, 5), [1]), example(), SHANGHAI).unconfirmed == ()
    assert cost(usage(date(2027, 3, 6), [1]), example(), SHANGHAI).unconfirmed == (date(2027, 3, 6),)
    assert cost(usage(date(2027, 3, 6), [1]), example("water-price.toml"), SHANGHAI).unconfirmed == ()


HEAD = 'key = "t"\ntitle = "t"\ncarrier = "electricity"\n'
VERSION = '[[version]]\nvalid_from = 2026-01-01\nsource = "s"\n[version.prices]\npeak = "1"\nflat = "0.5"\n'
SCHEDULE = '[[version.schedule]]\nbands = ["00:00 flat", "08:00 peak"]\n'


@pytest.mark.parametrize(
    "text",
    [
        "version = []\n" + HEAD,
        HEAD + VERSION,  # two prices and nothing that says when
        HEAD + VERSION.replace('"s"', '" "') + SCHEDULE,
        HEAD + VERSION.replace('"0.5"', '"0.123456789"') + SCHEDULE,
        HEAD + VERSION + SCHEDULE.replace("00:00", "00:30"),
        HEAD + VERSION + SCHEDULE.replace("08:00", "08:15"),
        HEAD + VERSION + SCHEDULE.replace("08:00", "00:00"),
        HEAD + VERSION + SCHEDULE.replace("08:00", "24:00"),
        HEAD + VERSION + SCHEDULE.replace("08:00", "8 o'clock"),
        HEAD + VERSION + SCHEDULE.replace("peak", "sharp"),
        HEAD + VERSION + SCHEDULE.replace("peak", "night"),
        HEAD + VERSION.replace('"0.5"', '"1e999999999"') + SCHEDULE,
        HEAD + VERSION.replace('"0.5"', f'"{10**30}"') + SCHEDULE,
        HEAD.replace('"t"', '""', 1) + VERSION + SCHEDULE,
        HEAD.replace('"t"', '"a\\u0000"', 1) + VERSION + SCHEDULE,
        HEAD.replace('"t"', f'"{"k" * 65}"', 1) + VERSION + SCHEDULE,
        HEAD + VERSION + SCHEDULE + "months = [1, 2]\n",
        HEAD + VERSION + SCHEDULE + SCHEDULE,
        HEAD + VERSION + SCHEDULE + 'days = ["workday"]\n',
        HEAD + VERSION + SCHEDULE + VERSION.replace("2026-01-01", "2027-01-01") + SCHEDULE,
        HEAD + VERSION + SCHEDULE + 2 * (SCHEDULE + "dates = [2026-05-01]\n"),
        HEAD + VERSION.replace("2026-01-01", "2026-01-01\nvalid_to = 2026-01-01") + SCHEDULE,
    ],
)
def test_a_table_that_leaves_a_half_hour_without_one_price_is_refused(text: str) -> None:
    with pytest.raises(CloudError) as refusal:
        parse(text, "t.toml")
    assert refusal.value.code == "CW-T1351"
    assert all(refusal.value.text(language) for language in ("zh", "en"))


def test_an_installation_keeps_each_table_with_all_its_versions(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "t.toml"

    def enter(text: str) -> tuple[bool, bool]:
        file.write_text(text)
        with db.session() as session:
            return import_tariff(session, file)[1]

    first = HEAD + VERSION.replace("2026-01-01", "2026-01-01\nvalid_to = 2027-01-01") + SCHEDULE
    assert enter(first) == (True, False)
    assert enter(first) == (False, False)
    assert enter(first + VERSION.replace("2026-01-01", "2027-01-01") + SCHEDULE) == (False, True)
    with pytest.raises(CloudError, match="CW-T1354"):
        enter(first)
    with pytest.raises(CloudError, match="CW-T1355"), db.session() as session:
        import_tariff(session, tmp_path / "none.toml")
    with db.reading() as session:
        assert [len(one.version) for one in tariffs(session)] == [2]
        assert tariff(session, "nobody") is None
        known = tariff(session, "t")
        assert known is not None
        assert [version.valid_from.year for version in known.version] == [2026, 2027]
        assert [row.what for row in session.scalars(select(Audit))] == ["price_table_entered"] * 2
