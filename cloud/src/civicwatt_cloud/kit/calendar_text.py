"""The text of the State Council's yearly notice, read as a person reads it, and checked against itself.

“二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。”
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from civicwatt_cloud.kit.calendar import SATURDAY, Year, statutory
from civicwatt_cloud.kit.calendar_errors import BadNotice

WEEKDAYS = "一二三四五六日"

_TITLE = re.compile(r"国务院办公厅关于(\d{4})年部分节假日安排的通知")
_NUMBER = re.compile(r"国办\w{1,4}[〔\[(]\d{4}[〕\])]\d+号")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?"
_ONE = re.compile(_DAY)
_HOLIDAYS = re.compile(rf"{_DAY}(?:(?:至|到|—+|-){_DAY})?(?:放假|补休)(?:调休)?(?:,?共?(\d+)天)?")
_MAKE_UP = re.compile(rf"(?:{_DAY}[、,和及]?)+(?:均?正常|照常)?上班")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")


class _Found(NamedTuple):
    """A day as it is written: what is left out is that of the day before it."""

    year: str | None
    month: str | None
    day: str
    aside: str | None


def read(text: str, origin: str) -> Year:
    """What a notice arranges. Errors: BadNotice."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    title = _TITLE.search(plain)
    if title is None:
        raise _bad(origin, "没有“国务院办公厅关于…年部分节假日安排的通知”的标题", "its title is missing")
    year, number = int(title[1]), _NUMBER.search(plain)
    document = title[0] + (f"（{number[0].translate(_BRACKETS)}）" if number else "")
    holidays = {day for found in _HOLIDAYS.finditer(plain) for day in _span(found, year, origin)}
    make_up = {day for found in _MAKE_UP.finditer(plain) for day in _named(found[0], year, origin)}
    for day in sorted(make_up):
        if day.weekday() < SATURDAY or day in holidays:
            raise _bad(origin, f"{day} 本是工作日或放假日，却写明上班", f"{day} is no day to be made up on")
    if missing := sorted(statutory(year) - holidays):
        days = ", ".join(map(str, missing))
        raise _bad(origin, f"法定节假日 {days} 未安排放假", f"by law nobody works on {days}")
    if not holidays:
        raise _bad(origin, "没有读到放假日期", "it names no holiday")
    return Year(year=year, document=document, holidays=frozenset(holidays), make_up=frozenset(make_up))


_BRACKETS = str.maketrans("[]()", "〔〕〔〕")


def _span(found: re.Match[str], year: int, origin: str) -> list[date]:
    """The days from the one to the other, as many as the notice says."""
    days = list(_named(found[0], year, origin))
    first, last = days[0], days[-1]
    count = (last - first).days + 1
    if count < 1 or (found[9] and int(found[9]) != count):
        raise _bad(origin, f"“{found[0]}”天数不符", f"'{found[0]}' does not count as many days")
    return [first + timedelta(days=i) for i in range(count)]


def _named(text: str, year: int, origin: str) -> Iterator[date]:
    """The days that a text names."""
    month = ""
    for one in (_Found(*found.groups()) for found in _ONE.finditer(text)):
        year, month = int(one.year or year), one.month or month
        try:
            day = date(year, int(month), int(one.day))
        except ValueError as error:
            raise _bad(origin, f"“{text}”中没有这一天", f"'{text}' names a day that there is not") from error
        weekday = _WEEKDAY.search(one.aside or "")
        if weekday and WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            raise _bad(origin, f"{day} 不是{weekday[0]}", f"{day} is no {weekday[0]}")
        yield day


def _bad(origin: str, zh: str, en: str) -> BadNotice:
    return BadNotice(origin, detail_zh=zh, detail=en)
