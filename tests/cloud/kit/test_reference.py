"""Rule rows and calendar: facts are data, dated and sourced."""

from datetime import date
from decimal import Decimal

import pytest

from civicwatt_cloud.kit import calendar, rules
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_protocols.errors import BadValue, UnknownKey

ROW = """
[[row]]
id = "x"
title = "系数"
title_en = "factor"
value = "{value}"
unit = "kgce/kWh"
basis = "当量值"
source = "某标准"
clause = "附录A"
status = "seen"
valid_from = {start}
{more}
"""


def test_the_electricity_factor_is_the_published_value_with_its_source() -> None:
    row = rules.load().value("coal.electricity", date(2026, 11, 21))
    assert (row.value, row.unit, row.basis) == (Decimal("0.1229"), "kgce/kWh", "当量值")
    assert (row.source, row.clause, row.status) == ("GB/T 2589-2020 综合能耗计算通则", "附录A", "seen")
    assert "未见标准原文" in row.note


def test_a_day_before_the_first_row_has_no_factor() -> None:
    assert rules.load().value("coal.electricity", date(2008, 6, 1)).value == Decimal("0.1229")
    with pytest.raises(NoRule, match="2008-05-31"):
        rules.load().value("coal.electricity", date(2008, 5, 31))


def test_the_same_call_for_a_past_day_gives_the_past_row() -> None:
    text = ROW.format(value="0.31", start="2019-01-01", more="valid_to = 2021-04-01")
    text += ROW.format(value="0.1229", start="2021-04-01", more="")
    both = rules.Rules(rules.parse(text, "t.toml"))
    assert both.value("x", date(2021, 3, 31)).value == Decimal("0.31")
    assert both.value("x", date(2021, 4, 1)).value == Decimal("0.1229")


def test_two_rows_valid_on_one_day_are_refused() -> None:
    text = ROW.format(value="1", start="2019-01-01", more="") + ROW.format(
        value="2", start="2020-01-01", more=""
    )
    with pytest.raises(BadValue, match="2020-01-01"):
        rules.Rules(rules.parse(text, "t.toml"), "t.toml")


def test_a_misspelt_key_is_named_with_its_line() -> None:
    with pytest.raises(UnknownKey, match=r"t\.toml:13"):
        rules.parse(ROW.format(value="1", start="2019-01-01", more='vaild_to = "x"'), "t.toml")


def test_working_days_are_those_announced() -> None:
    kinds = [calendar.day(date(2026, 1, day)).workday for day in (1, 4, 5, 10)]
    assert kinds == [False, True, True, False]  # holiday, Sunday made up for, Monday, Saturday


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year_count_as_published(year: int, workdays: int) -> None:
    days = [
        date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    ]
    assert sum(calendar.day(day).workday for day in days) == workdays


def test_a_year_not_announced_follows_law_and_week_and_says_so() -> None:
    assert calendar.day(date(2027, 1, 1)) == calendar.Day(date(2027, 1, 1), workday=False, confirmed=False)
    assert calendar.day(date(2027, 1, 4)) == calendar.Day(date(2027, 1, 4), workday=True, confirmed=False)
