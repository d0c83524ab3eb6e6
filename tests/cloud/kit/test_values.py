"""What people and spreadsheets write into a field, and what no field keeps."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from civicwatt_cloud.kit.records.errors import BadField
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.records.values import parse, show

ZONE = ZoneInfo("Asia/Shanghai")


def field(kind: Kind, digits: int = 0) -> Field:
    return Field("栏", "field", kind, digits=digits)


@pytest.mark.parametrize(
    "said", ["2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "２０２６－０１－０５", "20260105"]
)
def test_a_day_is_read_as_spreadsheets_and_people_write_it(said: str) -> None:
    assert parse(field(Kind.DATE), said, ZONE) == date(2026, 1, 5)


@pytest.mark.parametrize(
    "said", ["2026-01-05T08:15", "2026/1/5 8:15", "2026年1月5日 08:15:00", "2026-01-05T00:15:00Z"]
)
def test_a_moment_is_read_as_spreadsheets_and_people_write_it(said: str) -> None:
    at_us = parse(field(Kind.MOMENT), said, ZONE)
    assert show(field(Kind.MOMENT), at_us, ZONE) == "2026-01-05T08:15:00+08:00"


@pytest.mark.parametrize(("said", "kept"), [("1,234.5", 123450), ("１２．３", 1230), ("-0", 0)])
def test_a_number_is_read_with_thousands_and_in_full_width(said: str, kept: int) -> None:
    assert parse(field(Kind.NUMBER, 2), said, ZONE) == kept


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *((Kind.NUMBER, one) for one in ("1e999999", "1e400", "NaN", "sNaN", "-Infinity", "1,5", "0.001")),
        *((Kind.DATE, one) for one in ("0001-01-01", "9999-12-31", "2026-02-30", "2026/13/1")),
        *((Kind.MOMENT, one) for one in ("0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "2026/1/5 8")),
    ],
)
def test_what_cannot_be_reckoned_with_is_no_value(kind: Kind, said: str) -> None:
    """A day at the end of time would stop every job that counts from it."""
    with pytest.raises(BadField):
        parse(field(kind, 2), said, ZONE)
