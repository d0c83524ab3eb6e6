"""One row of the directory 名录 as typed values, or what is wrong with it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from civicwatt_cloud.kit import directory_problems as problem
from civicwatt_cloud.kit.directory import InstitutionKind, Level
from civicwatt_cloud.kit.tables import Row

COLUMNS = (
    *("单位编码", "单位名称", "单位类型", "层级", "区划代码", "楼栋编码", "楼栋名称"),
    *("建筑面积", "面积起始", "面积依据", "用能人数", "人数起始", "人数依据"),
)
LARGEST = 1_000_000_000  # persons or m²: beyond, it is a slip of the pen [engineering default]
YEARS = range(
    1900, 2100
)  # beyond, it is a slip of the pen, and the books cannot hold it [engineering default]
REGION_NAME = "区划名称"  # optional: a region is shown by its code until it has a name

KINDS = {kind.zh: kind for kind in InstitutionKind}
LEVELS = {level.zh: level for level in Level} | {"区级": Level.COUNTY}
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?( 00:00:00)?")


@dataclass(frozen=True, slots=True)
class Dated:
    """A value with the day it starts on and the document it comes from."""

    value: int
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class InstitutionFacts:
    """What a row says about its institution."""

    code: str
    name: str
    kind: InstitutionKind
    level: Level
    region_code: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A good row."""

    row: Row
    institution: InstitutionFacts
    region_name: str
    building: tuple[str, str] | None
    floor_area: Dated | None
    head_count: Dated | None


def parse(row: Row) -> Entry:
    """Read one row. Errors: the RowProblem met first, from left to right."""
    institution = InstitutionFacts(
        _needed(row, "单位编码", problem.CodeMissing),
        _needed(row, "单位名称", problem.NameMissing),
        _kind(row),
        _level(row),
        _division(row),
    )
    building = None
    if any(row[title] for title in ("楼栋编码", "楼栋名称", "建筑面积")):
        building = (
            _needed(row, "楼栋编码", problem.CodeMissing),
            _needed(row, "楼栋名称", problem.NameMissing),
        )
    return Entry(row, institution, row[REGION_NAME], building, _floor_area(row), _head_count(row))


def day(row: Row, title: str) -> date:
    """A date as people write it: 2026-01-31, 2026/1/31, 2026年1月31日. Errors: DateMissing, BadDate."""
    text = row[title]
    if not text:
        raise problem.DateMissing(row.where(title), title=title)
    try:
        if not (found := DATE.fullmatch(text)):
            raise ValueError
        found_day = date(int(found[1]), int(found[2]), int(found[3]))
        if found_day.year not in YEARS:
            raise ValueError
    except ValueError as error:
        raise problem.BadDate(row.where(title), title=title, text=text) from error
    return found_day


def _needed(row: Row, title: str, error: type[problem.RowProblem]) -> str:
    if not row[title]:
        raise error(row.where(title), title=title)
    return row[title]


def _kind(row: Row) -> InstitutionKind:
    text = row["单位类型"]
    if text not in KINDS:
        raise problem.UnknownKind(row.where("单位类型"), text=text, known="、".join(KINDS))
    return KINDS[text]


def _level(row: Row) -> Level:
    text = row["层级"]
    if text not in LEVELS:
        raise problem.UnknownLevel(row.where("层级"), text=text, known="、".join(LEVELS))
    return LEVELS[text]


def _division(row: Row) -> str:
    text = row["区划代码"]
    if not re.fullmatch(r"[0-9]{6}", text):
        raise problem.BadDivision(row.where("区划代码"), text=text)
    return text


def _number(row: Row, title: str) -> Decimal:
    try:
        number = Decimal(row[title].replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise problem.NotANumber(row.where(title), title=title, text=row[title])
    if number > LARGEST:
        raise problem.NumberTooLarge(row.where(title), title=title, limit=LARGEST)
    return number


def _floor_area(row: Row) -> Dated | None:
    if not row["建筑面积"]:
        return None
    area = _number(row, "建筑面积")
    if area < 0:
        raise problem.NegativeArea(row.where("建筑面积"))
    return Dated(round(area * 100), day(row, "面积起始"), row["面积依据"])


def _head_count(row: Row) -> Dated | None:
    if not row["用能人数"]:
        return None
    heads = _number(row, "用能人数")
    if heads <= 0 or heads != int(heads):
        raise problem.BadHeadCount(row.where("用能人数"))
    return Dated(int(heads), day(row, "人数起始"), row["人数依据"])
