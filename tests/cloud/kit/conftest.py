"""A directory file written row by row, and a session of the small city."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from small_city import fill
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_rows import COLUMNS

GOOD = {
    "单位编码": "JX01",
    "单位名称": "荆襄市财政局",
    "单位类型": "党政机关",
    "层级": "市级",
    "区划代码": "429900",
    "楼栋编码": "JX01-1",
    "楼栋名称": "办公楼",
    "建筑面积": "9800",
    "面积起始": "2020-01-01",
    "面积依据": "不动产权证书",
    "用能人数": "290",
    "人数起始": "2020-01-01",
    "人数依据": "2020年核定",
}
Directory = Callable[..., Path]


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    """Writes a 名录 of rows that differ from a good one as said."""

    def write(*changes: dict[str, object], suffix: str = "xlsx", encoding: str = "utf-8-sig") -> Path:
        lines = [list(COLUMNS)] + [[(GOOD | change)[title] for title in COLUMNS] for change in changes]
        path = tmp_path / f"名录.{suffix}"
        if suffix == "csv":
            with path.open("w", encoding=encoding, newline="") as file:
                csv.writer(file).writerows(lines)
            return path
        book = Workbook()
        book.active.title = "名录"
        for line in lines:
            book.active.append(line)
        book.save(path)
        return path

    return write


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """The small city."""
    with db.session() as found:
        fill(found)
        yield found
