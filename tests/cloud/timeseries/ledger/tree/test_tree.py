"""The tree of meters as people enter it, and whether the parts make up the whole."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from cloud.timeseries.ledger.meters import KWH, book_day, building_with_meters, problems, rows

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.timeseries.ledger.tree import importing
from civicwatt_cloud.timeseries.ledger.tree.balance import balances

SHANGHAI = ZoneInfo("Asia/Shanghai")
WHOLE = ("M-1", "", "1.0", "2026-01-01", "")
BELOW = ("gw-01/M-2", "M-1", "0.5S", "2026-01-01", "")


@pytest.fixture
def points(db: Database) -> dict[str, int]:
    return building_with_meters(db)


@pytest.fixture
def plant(db: Database, points: dict[str, int]) -> Callable[..., ImportReport]:
    def run(*cells: tuple[str, ...]) -> ImportReport:
        with db.session() as session:
            return importing.enter(session, rows("总分表", importing.COLUMNS, *cells), "command")

    return run


def test_parts_and_other_make_up_the_whole(
    db: Database, points: dict[str, int], plant: Callable[..., ImportReport]
) -> None:
    report = plant(WHOLE, BELOW, ("M-3", "M-1", "2", "2026-01-01", ""))
    assert report.problems == []
    assert plant(WHOLE, BELOW).added == 0
    for device, micro in (("M-1", 100), ("M-2", 60), ("M-3", 30)):
        book_day(db, points[device], micro * KWH)
    with db.reading() as session:
        (found,) = balances(session, date(2026, 3, 5), date(2026, 3, 6), SHANGHAI)
    assert (found.whole, found.parts, found.other) == (100 * KWH, 90 * KWH, 10 * KWH)
    assert found.tolerance == 1 * KWH + 300_000 + 600_000
    assert not found.is_alarm


def test_parts_may_exceed_the_whole_by_the_errors_of_the_meters_only(
    db: Database, points: dict[str, int], plant: Callable[..., ImportReport]
) -> None:
    plant(WHOLE, BELOW)
    for day, micro in ((20260305, 101_500_000), (20260306, 101_600_000)):
        book_day(db, points["M-1"], 100 * KWH, day=day)
        book_day(db, points["M-2"], micro, day=day)
    with db.reading() as session:
        (first,) = balances(session, date(2026, 3, 5), date(2026, 3, 6), SHANGHAI)
        (second,) = balances(session, date(2026, 3, 6), date(2026, 3, 7), SHANGHAI)
    assert (first.other, first.is_alarm) == (-1_500_000, False)
    assert (second.other, second.is_alarm) == (-1_600_000, True)


def test_the_other_is_unknown_where_a_meter_of_the_tree_is_not_wholly_covered(
    db: Database, points: dict[str, int], plant: Callable[..., ImportReport]
) -> None:
    plant(WHOLE, BELOW)
    book_day(db, points["M-1"], 100 * KWH)
    book_day(db, points["M-2"], 40 * KWH, covered_s=80_000)
    with db.reading() as session:
        (found,) = balances(session, date(2026, 3, 5), date(2026, 3, 7), SHANGHAI)
    assert (found.whole, found.parts, found.other) == (100 * KWH, 40 * KWH, None)
    assert found.missing == tuple(sorted((points["M-1"], points["M-2"])))
    assert not found.is_alarm


def test_a_meter_that_moves_counts_where_it_stands_that_day(
    db: Database, points: dict[str, int], plant: Callable[..., ImportReport]
) -> None:
    until = ("M-2", "M-1", "0.5S", "2026-01-01", "2026-03-06")
    assert (
        plant(
            WHOLE, until, ("M-3", "", "1.0", "2026-01-01", ""), ("M-2", "M-3", "0.5S", "2026-03-06", "")
        ).problems
        == []
    )
    for day in (20260305, 20260306):
        for device, micro in (("M-1", 100), ("M-2", 10), ("M-3", 50)):
            book_day(db, points[device], micro * KWH, day=day)
    with db.reading() as session:
        first, second = balances(session, date(2026, 3, 5), date(2026, 3, 7), SHANGHAI)
    assert (first.parent, first.whole, first.parts) == (points["M-1"], 100 * KWH, 10 * KWH)
    assert (second.parent, second.whole, second.parts) == (points["M-3"], 50 * KWH, 10 * KWH)


BAD_PLACES = [
    (("M-9", "M-1", "1", "2026-01-01", ""), "A", "CW-T1335"),
    (("M-2", "M-9", "1", "2026-01-01", ""), "B", "CW-T1335"),
    (("M-2", "M-3", "1", "2026-01-01", ""), "B", "CW-T1337"),
    (("M-2", "M-2", "1", "2026-01-01", ""), "B", "CW-T1331"),
    (("M-2", "M-1", "good", "2026-01-01", ""), "C", "CW-T1333"),
    (("M-2", "M-1", "11", "2026-01-01", ""), "C", "CW-T1333"),
    (("M-2", "M-1", "1", "2026-01-01", "2026-01-01"), "E", "CW-T1336"),
    (("M-1", "", "1", "2026-02-01", ""), "D", "CW-T1332"),
]


def test_bad_places_are_left_out_and_named_by_their_cells(plant: Callable[..., ImportReport]) -> None:
    report = plant(WHOLE, *(cells for cells, _, _ in BAD_PLACES))
    expected = [(f"总分表!{column}{n}", code) for n, (_, column, code) in enumerate(BAD_PLACES, 3)]
    assert problems(report) == expected
    assert all(problem.text(language) for problem in report.problems for language in ("zh", "en"))


def test_a_circle_over_three_meters_is_found(plant: Callable[..., ImportReport]) -> None:
    plant(WHOLE, ("M-2", "M-1", "1", "2026-01-01", ""), ("M-3", "M-2", "1", "2026-01-01", ""))
    report = plant(("M-1", "M-3", "1.0", "2026-01-01", ""))
    assert problems(report) == [("总分表!B2", "CW-T1331")]
