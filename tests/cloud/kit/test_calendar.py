"""The working calendar: what is announced, what the law says without an announcement, what is imported."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

from civicwatt_cloud.kit import calendar, calendar_notices, calendar_text
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.calendar import Day, Year
from civicwatt_cloud.kit.calendar_api import calendar_year
from civicwatt_cloud.kit.calendar_commands import app
from civicwatt_cloud.kit.calendar_errors import BadNotice
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.tables import UnreadableTable
from civicwatt_protocols.errors import BadValue

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "holidays-2026.txt"
NOTICE_2026 = EXAMPLE.read_text("utf-8")
INVENTED_2027 = """国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕99号
一、元旦：2026年12月31日（周四）至2027年1月2日（周六）放假调休，共3天。2027年1月3日（周日）上班。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月5日放假，与周末连休。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（星期三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（星期日）、10月9日（星期六）上班。
"""
DAYS = st.dates(date(2023, 1, 1), date(2030, 12, 31))


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    """What a test announces does not hold in the next one."""
    yield
    calendar.announce(())


def test_the_text_of_a_notice_says_what_ships_for_that_year() -> None:
    shipped = {year.year: year for year in calendar.shipped()}
    assert calendar_text.read(NOTICE_2026, "2026.txt") == shipped[2026]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_notice_is_read_as_editors_save_it(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "通知.txt"
    file.write_text(NOTICE_2026, encoding)
    assert calendar_notices.read(file)[0].year == 2026


def test_a_notice_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    for data in (b"\xff\xff", b"PK\x03\x04"):
        file.write_bytes(data)
        with pytest.raises((UnreadableTable, BadNotice)):
            calendar_notices.read(file)
    with pytest.raises(UnreadableTable):
        calendar_notices.read(tmp_path / "nothing.txt")


def test_every_statutory_day_of_an_announced_year_is_free() -> None:
    for year in (2025, 2026):
        assert len(calendar.statutory(year)) == 13
        assert not any(calendar.day(day).workday for day in calendar.statutory(year))


def test_without_a_notice_the_law_and_the_week_hold_unconfirmed() -> None:
    free = [day for day in (date(2027, 2, n) for n in range(1, 15)) if not calendar.day(day).workday]
    assert [day.day for day in free] == [5, 6, 7, 8, 13, 14]  # 除夕 to 初三, and a week-end
    assert not any(calendar.day(day).confirmed for day in free)
    assert calendar.document(2027) is None


def test_a_notice_may_arrange_a_day_of_the_year_before() -> None:
    year = calendar_text.read(INVENTED_2027, "2027.txt")
    calendar.announce([year])
    assert calendar.day(date(2026, 12, 31)) == Day(date(2026, 12, 31), workday=False, confirmed=True)
    assert calendar.day(date(2027, 4, 25)).workday
    assert not calendar.day(date(2027, 5, 5)).workday
    assert calendar.document(2027) == "国务院办公厅关于2027年部分节假日安排的通知（国办发明电〔2026〕99号）"
    assert year.make_up == {
        date(2027, month, day) for month, day in ((1, 3), (1, 31), (2, 20), (4, 25), (5, 8), (9, 26), (10, 9))
    }


@pytest.mark.parametrize(
    ("said", "instead", "why"),
    [
        ("关于2026年部分", "关于明年部分", "标题"),
        ("至3日（周六）", "至3日（周五）", "2026-01-03 不是周五"),
        ("共9天", "共8天", "天数不符"),
        ("1月4日（周日）上班", "1月5日（周一）上班", "2026-01-05 本是工作日"),
        ("五、端午节：6月19日（周五）至21日（周日）放假，共3天。\n", "", "2026-06-19 未安排放假"),
        ("6月19日（周五）", "6月39日（周五）", "没有这一天"),
    ],
)
def test_a_notice_that_contradicts_itself_or_the_law_is_refused(said: str, instead: str, why: str) -> None:
    assert said in NOTICE_2026
    with pytest.raises(BadNotice) as refused:
        calendar_text.read(NOTICE_2026.replace(said, instead), "2026.txt")
    assert why in str(refused.value)


def test_an_imported_notice_holds_and_a_later_one_takes_its_place(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text(INVENTED_2027, "utf-8")
    with db.session() as session:
        calendar_notices.bring_in(session, calendar_notices.read(file), "command")
    calendar.announce(())  # another process
    assert not calendar.day(date(2027, 6, 9)).confirmed
    with db.reading() as session:
        calendar_notices.refresh(session)
    assert calendar.day(date(2027, 6, 9)) == Day(date(2027, 6, 9), workday=False, confirmed=True)

    table = tmp_path / "2027.toml"
    table.write_text(
        '[[year]]\nyear = 2027\ndocument = "延长春节假期的通知（示例）"\n'
        "holidays = [2027-02-05, 2027-02-12]\nmake_up = []\n",
        "utf-8",
    )
    with db.session() as session:
        calendar_notices.bring_in(session, calendar_notices.read(table), "command")
        noted = session.scalars(select(Audit).where(Audit.what == "holiday_notice_imported")).all()
    assert not calendar.day(date(2027, 2, 12)).workday
    assert calendar.day(date(2027, 6, 9)).workday  # the later notice is the whole year
    assert [one.before is None for one in noted] == [True, False]


def test_the_command_imports_a_notice_and_shows_it_with_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path))
    assert CliRunner().invoke(app, ["import", str(EXAMPLE)]).exit_code == 0
    shown = CliRunner().invoke(app, ["show", "2026"]).stdout
    assert "国务院办公厅关于2026年部分节假日安排的通知  工作日 workdays 248" in shown
    assert "2026-10-10" in shown
    assert "未发布" in CliRunner().invoke(app, ["show", "2027"]).stdout


def test_a_year_is_told_with_its_document() -> None:
    told = calendar_year(Actor(None, "", ""), 2026)
    assert (told.document, told.workdays) == ("国务院办公厅关于2026年部分节假日安排的通知", 248)
    assert [str(day) for day in told.make_up[-2:]] == ["2026-09-20", "2026-10-10"]
    assert calendar_year(Actor(None, "", ""), 2027).document is None


def test_a_table_without_a_document_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "2027.toml"
    table.write_text("[[year]]\nyear = 2027\nholidays = []\nmake_up = []\n", "utf-8")
    with pytest.raises(BadValue, match="document"):
        calendar_notices.read(table)


@given(DAYS, st.integers(0, 60))
def test_n_working_days_after_a_day_are_n_working_days(start: date, n: int) -> None:
    end = calendar.workday_after(start, n)
    assert calendar.workdays_between(start, end) == n
    assert n == 0 or calendar.day(end).workday
    assert n == 0 or calendar.workdays_between(start, end - timedelta(days=1)) == n - 1


@given(DAYS, st.integers(1, 30))
def test_a_working_day_before_is_the_way_back(end: date, n: int) -> None:
    start = calendar.workday_before(end, n)
    assert calendar.day(start).workday
    days = (start + timedelta(days=i) for i in range((end - start).days))
    assert sum(calendar.day(day).workday for day in days) == n


@given(DAYS)
def test_a_last_day_rolls_on_over_holidays_only(last: date) -> None:
    end = calendar.rolled(last)
    assert calendar.day(end).workday
    assert calendar.workdays_between(last, end) == (end != last)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.integers(0, 60))
def test_a_period_of_years_ends_on_the_same_date_or_the_months_last(start: date, years: int) -> None:
    end = calendar.years_after(start, years)
    assert (end.year, end.month) == (start.year + years, start.month)
    assert end.day == start.day or (start.day, end.day) == (29, 28)


def test_a_year_given_twice_is_that_of_the_later_notice() -> None:
    other = Year(
        year=2026, document="补充通知（示例）", holidays=frozenset({date(2026, 3, 3)}), make_up=frozenset()
    )
    calendar.announce([other])
    assert not calendar.day(date(2026, 3, 3)).workday
    assert calendar.day(date(2026, 6, 19)).workday
