"""Virtual meters as people enter them, and what the ledger makes of them."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.ledger.meters import KWH, book_day, building_with_meters, problems, rows
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.models import LedgerHour
from civicwatt_cloud.timeseries.ledger.virtual import importing
from civicwatt_cloud.timeseries.ledger.virtual.definitions import definitions, rows_of
from civicwatt_cloud.timeseries.ledger.virtual.models import Formula
from civicwatt_cloud.timeseries.points import Point, new_point

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = 492_400  # 2026-03-05T00:00+08:00


@pytest.fixture
def points(db: Database) -> dict[str, int]:
    return building_with_meters(db)


@pytest.fixture
def define(db: Database, points: dict[str, int]) -> Callable[..., ImportReport]:
    def run(*cells: tuple[str, ...]) -> ImportReport:
        with db.session() as session:
            return importing.enter(session, rows("虚拟表", importing.COLUMNS, *cells), SHANGHAI, "command")

    return run


def row(code: str, formula: str, start: str = "2026-03-05", use: str = "其他") -> tuple[str, ...]:
    return (code, f"{code} 的名称", "B-1", use, formula, start, "计量方案 3 号")


def book_hours(db: Database, point: int, hours: range, micro: int) -> None:
    with db.session() as session:
        make_months(session.connection(), np.array(hours) + START)
        session.add_all(
            LedgerHour(
                point_id=point, hour=START + hour, day=20260305, micro=micro, covered_s=3600, quality=0
            )
            for hour in hours
        )


def test_a_formula_makes_a_point_and_a_repeat_changes_nothing(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    rest = row("V-1", "gw-01/M-1 - M-2 - M-3")
    later = row("V-1", "M-1 - M-2", "2026-07-01")
    assert define(rest, later).added == 2
    again = define(rest, later)
    assert (again.kept, again.added, again.changed) == (2, 0, 0)
    with db.reading() as session:
        point = session.scalars(select(Point).where(Point.source == "virtual")).one()
        assert (point.device, point.measure, point.end_use) == ("V-1", "electricity", "other")
        definition = definitions(session)[point.id]
        assert [start for start, _ in definition.versions] == [date(2026, 3, 5), date(2026, 7, 1)]
        assert definition.operands == {points["M-1"], points["M-2"], points["M-3"]}
        assert not definition.is_daily


def test_what_a_formula_means_stays_when_devices_are_renamed(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    define(row("V-1", "M-2"))
    with db.session() as session:
        session.get_one(Point, points["M-2"]).device = "M-2-old"
    with db.reading() as session:
        assert session.scalars(select(Formula)).one().text == "M-2"
        assert [one.operands for one in definitions(session).values()] == [{points["M-2"]}]


BAD_FORMULAS = [
    (row("", "M-1"), "A", "CW-T1016"),
    (row("V/1", "M-1"), "A", "CW-T1016"),
    (("V-1", "", "B-1", "其他", "M-1", "2026-03-05", ""), "B", "CW-D1011"),
    (("V-1", "名", "B-9", "其他", "M-1", "2026-03-05", ""), "C", "CW-T1011"),
    (row("V-1", "M-1", use="柴禾"), "D", "CW-T1012"),
    (row("V-1", "M-1 +"), "E", "CW-T1321"),
    (row("V-1", "M-1 - M-9"), "E", "CW-T1327"),
    (row("V-1", "M-1-M-2"), "E", "CW-T1327"),
    (row("V-1", "M-1 + W-1"), "E", "CW-T1329"),
    (row("V-1", "M-1", "3 月"), "F", "CW-D1018"),
    (row("V-1", "M-1", "0001-01-01"), "F", "CW-D1018"),
]


def test_bad_formulas_are_left_out_and_named_by_their_cells(define: Callable[..., ImportReport]) -> None:
    report = define(*(cells for cells, _, _ in BAD_FORMULAS))
    expected = [(f"虚拟表!{column}{n}", code) for n, (_, column, code) in enumerate(BAD_FORMULAS, 2)]
    assert problems(report) == expected
    assert all(problem.text(language) for problem in report.problems for language in ("zh", "en"))


def test_the_same_formula_again_means_the_counter_that_a_device_has_now(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    define(row("V-1", "M-2"))
    with db.session() as session:
        session.get_one(Point, points["M-2"]).is_consumption = False
        point = new_point("gw-01", "M-2", "total_active_energy", "acrel/adw300")
        point.is_consumption, point.carrier = True, "electricity"
        session.add(point)
        session.flush()
        other = point.id
    assert define(row("V-1", "M-2")).changed == 1
    with db.reading() as session:
        assert [one.operands for one in definitions(session).values()] == [{other}]


def test_formulas_that_refer_to_each_other_in_a_circle_are_refused(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    report = define(
        row("V-1", "M-1"), row("V-2", "V-1 * 2"), row("V-3", "V-2 + V-1"), row("V-1", "V-3 - M-2")
    )
    assert problems(report) == [("虚拟表!E5", "CW-T1330")]
    assert "V-1 → V-3 → V-1" in str(report.problems[0])
    with db.reading() as session:
        ids = {device: id_ for id_, device in session.execute(select(Point.id, Point.device))}
        known = definitions(session)
        assert list(known) == [ids["V-1"], ids["V-2"], ids["V-3"]]


def test_the_rows_of_a_virtual_meter_come_from_the_ledgers_hours(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    define(row("V-1", "M-1 - M-2"))
    book_hours(db, points["M-1"], range(24), 5 * KWH)
    book_hours(db, points["M-2"], range(20), 2 * KWH)
    with db.reading() as session:
        (definition,) = definitions(session).values()
        step, found = rows_of(session, definition, 20260305, 20260305, SHANGHAI)
    assert step == "hour"
    assert (found.period - START).tolist() == list(range(20))
    assert found.micro.tolist() == [3 * KWH] * 20


def test_with_a_bill_among_its_operands_a_virtual_meter_has_days(
    db: Database, points: dict[str, int], define: Callable[..., ImportReport]
) -> None:
    define(row("V-1", "[4201] - M-2"), row("V-2", "V-1 / 2"))
    book_day(db, points["4201"], 100 * KWH)
    book_day(db, points["M-2"], 40 * KWH)
    with db.reading() as session:
        first, second = definitions(session).values()
        assert first.is_daily
        assert second.is_daily
        step, found = rows_of(session, first, 20260305, 20260305, SHANGHAI)
    assert step == "day"
    assert [column.tolist() for column in found] == [[20260305], [60 * KWH], [86_400], [2]]
