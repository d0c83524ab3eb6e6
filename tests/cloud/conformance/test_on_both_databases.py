"""What leans on the database itself, of every entity, on each kind of database."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from cloud.conformance import city
from cloud.conformance.samples import ENTITIES, NOW_US, ZONE, place
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import Base, Database
from civicwatt_cloud.kit.errors import Conflict
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.record import Entry
from civicwatt_cloud.kit.rules_local import LocalRule
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.steps import Wanted

Pair = tuple[Module, Entity]
Furnished = tuple[Database, dict[tuple[str, int], int]]
WITH_FLOW = [pair for pair in ENTITIES if pair[1].workflow]
TEMPLATE = "migrated"  # of the server of the tests: it has every migration
LEDGERS = sorted(one.__tablename__ for one in (Audit, LocalRule, WorkflowStep, *Entry.__subclasses__()))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def furnished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """A database of each kind with the four organisations, made once for this file."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        database = Database(server.database(TEMPLATE))
    else:
        template = request.getfixturevalue("sqlite_template")
        path = tmp_path_factory.mktemp("both") / "civicwatt.sqlite"
        database = Database.at(shutil.copy(template, path))
    with database.session() as session:
        records = city.furnish(session)
    yield database, records
    database.close()


@pytest.mark.parametrize("pair", WITH_FLOW, ids=place)
def test_of_two_who_take_the_same_step_at_once_one_wins(furnished: Furnished, pair: Pair) -> None:
    """In threads of their own; the other is told of the conflict, and the step is there once."""
    database, records = furnished
    entity, record_id = pair[1], records[place(pair), 1]
    assert entity.workflow is not None
    arrow = entity.workflow.leaving(entity.workflow.first.key)[0]
    with database.session() as session:
        actors = [city.actor(session, arrow.roles | entity.read) for _ in range(2)]
        if arrow.is_applicants:
            actors[1] = actors[0]
            row = session.get_one(entity.model, record_id)
            steps.begin(Context(session, actors[0], ZONE, NOW_US), entity, row)
    bare = replace(arrow, guard=None, effect=None, form={}, required=frozenset())  # what it asks is its own
    entity = replace(entity, workflow=replace(entity.workflow, transitions=(bare,)))
    wanted = Wanted(1, arrow.event, {})
    told = at_once(database, entity, actors, record_id, wanted)
    assert sorted(type(one).__name__ for one in told) in (
        ["NoneType", "Outdated"],
        ["NoSuchStep", "NoneType"],
    )
    assert all(one is None or isinstance(one, Conflict) for one in told)
    with database.reading() as session:
        mine = WorkflowStep.entity == entity.key, WorkflowStep.record_id == record_id
        taken = session.scalars(select(WorkflowStep.event).where(*mine)).all()
        assert [one for one in taken if one != steps.BEGUN] == [arrow.event]
        written = select(Audit.id).where(Audit.what == f"{entity.key}_{arrow.event}")
        assert len(session.scalars(written).all()) == 1


def at_once(
    database: Database, entity: Entity, actors: list[Actor], record_id: int, wanted: Wanted
) -> list[Exception | None]:
    """What becomes of the step of each of two: None, or what refused it."""
    told: list[Exception | None] = [None, None]
    ready = threading.Barrier(2)

    def take(number: int) -> None:
        ready.wait(30)
        try:
            with database.session() as session:
                context = Context(session, actors[number], ZONE, NOW_US)
                steps.take(context, entity, record_id, wanted)
        except Exception as error:
            told[number] = error

    threads = [threading.Thread(target=take, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


@pytest.mark.parametrize("table", LEDGERS)
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_s09_a_ledger_is_only_added_to(furnished: Furnished, table: str, deed: str) -> None:
    database, _ = furnished
    with database.session() as session:
        line(session, table)
        with pytest.raises(DatabaseError, match="only added to"):
            session.execute(text(deed.format(table)))
        session.rollback()


def line(session: Any, table: str) -> None:
    """A line of a ledger, as small as its columns let it be."""
    if table == Audit.__tablename__:
        audit.note(session, "command", audit.Deed("tried", "x", None, None))
        session.flush()
        return
    columns = [one for one in Base.metadata.tables[table].columns if not one.nullable and one.name != "id"]
    values: dict[str, Any] = {}
    for one in columns:
        kind = one.type.python_type
        if one.name == "owner_id":
            values[one.name] = 1
        elif one.foreign_keys:
            target = next(iter(one.foreign_keys)).column.table.name
            values[one.name] = session.scalar(text(f"SELECT min(id) FROM {target}"))  # noqa: S608 - a table of ours
        else:
            values[one.name] = {str: "x", int: 1, bool: False, date: date(2026, 11, 20)}[kind]
    session.execute(Base.metadata.tables[table].insert().values(**values))


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_the_migrations_make_the_table_of_an_entity(furnished: Furnished, pair: Pair) -> None:
    table = pair[1].model.__table__
    there = {one["name"] for one in inspect(furnished[0].engine).get_columns(table.name)}
    assert there == {column.name for column in table.columns}
