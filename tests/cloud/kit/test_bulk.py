"""Rows in bulk: the same statements and the same values on each kind of database."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger.models import LedgerDay
from civicwatt_cloud.timeseries.points import Gateway, Point

COLUMNS = ("point_id", "day", "micro", "covered_s", "quality")
BIG = 2**62  # three of them are beyond 64 bits: PostgreSQL sums in numeric


@pytest.fixture
def point(db: Database) -> int:
    with db.session() as session:
        session.add(Gateway(id="gw-01"))
        session.flush()
        made = Point(gateway="gw-01", device="M-1", measure="import_active_energy", is_counter=True)
        session.add(made)
        session.flush()
        return made.id


def test_rows_go_in_are_changed_and_come_out_as_whole_numbers(db: Database, point: int) -> None:
    rows = [(point, 20260100 + day, BIG // 4, 86_400, day % 3) for day in range(1, 4)]
    with db.session() as session:
        bulk.insert_rows(session.connection(), "ledger_day", COLUMNS, rows)
        bulk.run(
            session.connection(),
            "UPDATE ledger_day SET micro = ? WHERE point_id = ? AND day = ?",
            [(-1, point, 20260101), (7, point, 20260102)],
        )
    with db.reading() as session:
        assert list(session.scalars(select(LedgerDay.micro).order_by(LedgerDay.day))) == [-1, 7, BIG // 4]
        total = session.scalar(select(func.sum(LedgerDay.micro)))
    assert (total, type(total)) == (BIG // 4 + 6, int)


def test_nothing_is_nothing(db: Database) -> None:
    with db.session() as session:
        bulk.insert_rows(session.connection(), "no_such_table", COLUMNS, [])
        bulk.run(session.connection(), "no statement", [])
        bulk.insert_new(session, Gateway, [])


def test_a_text_goes_in_whatever_it_holds(db: Database) -> None:
    names = ["tab\t", "line\n", "\\N", "%s ?", "“引号”", "a'b"]
    with db.session() as session:
        rows = [(name, "429900", False) for name in names]
        bulk.insert_rows(session.connection(), "gateway", ("id", "division", "online"), rows)
        bulk.insert_rows(
            session.connection(), "gateway", ("id", "division", "online"), [("none", None, True)]
        )
    with db.reading() as session:
        assert set(session.scalars(select(Gateway.id))) == {*names, "none"}
        found = session.get_one(Gateway, "none")
    assert (found.division, found.online) == (None, True)


def test_new_rows_go_in_and_those_that_are_there_stay(db: Database) -> None:
    with db.session() as session:
        session.add(Gateway(id="gw-01", division="429900"))
    with db.session() as session:
        bulk.insert_new(session, Gateway, [{"id": "gw-01"}, {"id": "gw-02"}, {"id": "gw-02"}])
    with db.reading() as session:
        found = session.execute(select(Gateway.id, Gateway.division, Gateway.online).order_by(Gateway.id))
        assert [tuple(row) for row in found] == [("gw-01", "429900", False), ("gw-02", None, False)]


def test_a_failed_row_takes_the_whole_transaction_with_it(db: Database, point: int) -> None:
    rows = [(point, 20260101, 1, 1, 0), (point + 1, 20260101, 1, 1, 0)]
    with pytest.raises(IntegrityError), db.session() as session:
        bulk.insert_rows(session.connection(), "ledger_day", COLUMNS, rows)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(LedgerDay)) == 0
