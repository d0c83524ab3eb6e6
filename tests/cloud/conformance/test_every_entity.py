"""What every entity of every module does alike, tried from its manifest alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cloud.conformance import city
from cloud.conformance.conftest import Installation
from cloud.conformance.samples import ENTITIES, MARKS, NOW_US, SAID, ZONE, place, said_of, values_of
from openpyxl import load_workbook
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Kind, fields_of
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.workbooks.columns import columns_of, key_of, targets_of
from civicwatt_cloud.kit.workbooks.exporting import export, titles_of
from civicwatt_cloud.kit.workbooks.importing import Outcome, Verdict, import_file
from civicwatt_cloud.modules.catalogue import MODULES

Pair = tuple[Module, Entity]
WRITTEN = [pair for pair in ENTITIES if pair[1].write]
NEWCOMER = 5  # an organisation that has nothing yet
MOST_STATEMENTS = 12  # of a page, with those that say who asks


@contextmanager
def undone(installation: Installation) -> Iterator[Session]:
    """A transaction of which nothing stays."""
    with installation.database.session() as session:
        yield session
        session.rollback()


def context_of(session: Session, entity: Entity, owner: int | None = None) -> Context:
    """On behalf of somebody who may do everything with such records."""
    who = city.actor(session, entity.read | entity.write | entity.sees_personal, owner)
    return Context(session, who, ZONE, NOW_US)


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_a_page_of_several_rows_asks_the_database_no_oftener_than_one_of_one(
    installation: Installation, pair: Pair
) -> None:
    role, base = min(pair[1].read), f"/api/v1/{place(pair)}"
    counted = []
    for owner in (1, 2):  # of the first there are several
        token, record_id = installation.token(role, owner), installation.records[place(pair), owner]
        pages = (base, f"{base}/{record_id}", f"{base}/{record_id}/history", f"{base}/titles?id={record_id}")
        counted.append([statements(installation, page, token) for page in pages])
    assert counted[0] == counted[1]
    assert max(counted[0]) <= MOST_STATEMENTS


def statements(installation: Installation, page: str, token: str) -> int:
    """How many queries a page takes."""
    asked: list[str] = []
    here = threading.current_thread()

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if threading.current_thread() is here:  # what the application does on its own is in others
            asked.append(statement)

    path, _, query = page.partition("?")
    said = dict([query.split("=")]) if query else {}
    event.listen(installation.database.engine, "before_cursor_execute", note)
    try:
        answer = installation.browser.get(path, token, **said)
    finally:
        event.remove(installation.database.engine, "before_cursor_execute", note)
    assert answer.status == 200, answer.text
    return sum(one.lstrip().upper().startswith(("SELECT", "WITH")) for one in asked)


@pytest.mark.parametrize("pair", WRITTEN, ids=place)
def test_s09_every_write_is_one_row_of_the_audit(installation: Installation, pair: Pair) -> None:
    entity = pair[1]
    with undone(installation) as session:
        facts = {"kind": "government", "level": "county", "region_code": "429901"}
        session.add(Institution(id=NEWCOMER, code="U5", name=f"{MARKS[NEWCOMER]}单位", **facts))
        session.flush()
        context = context_of(session, entity, NEWCOMER)
        values = values_of(session, entity, NEWCOMER, 20_000)
        before = deeds(session, entity)
        row = registry.create(context, entity, NEWCOMER, said_of(entity, values))
        assert deeds(session, entity) == [*before, f"{entity.key}_created"]
        if entity.workflow and not entity.workflow.first.is_editable:
            return
        name = next(iter(said_of(entity, values)))
        registry.change(context, entity, row.id, 1, {name: said_of(entity, values)[name]})
        registry.remove(context, entity, row.id, 2)
        written = [f"{entity.key}_{deed}" for deed in ("created", "changed", "removed")]
        assert deeds(session, entity) == [*before, *written]


def deeds(session: Session, entity: Entity) -> list[str]:
    """What the audit says was done to such records, the first deed first."""
    session.flush()
    ours = Audit.subject.startswith(f"{entity.key}/")
    return list(session.scalars(select(Audit.what).where(ours).order_by(Audit.id)))


@pytest.mark.parametrize("pair", ENTITIES, ids=place)
def test_a_workbook_goes_out_and_comes_back_unchanged(
    installation: Installation, pair: Pair, tmp_path: Path
) -> None:
    """Then with one cell changed: one row; then once more: nothing."""
    entity, path = pair[1], tmp_path / "out.xlsx"
    with undone(installation) as session:
        context, targets = context_of(session, entity), targets_of(MODULES)
        keys = (
            {fields_of(entity.model)[name].kind for name in key_of(entity)} if entity.natural_key else set()
        )
        asked = Asked() if Kind.TEXT in keys else Asked({"owner_id": "2"})  # else several may be alike
        export(context, entity, targets, asked, path)
        book = load_workbook(path)
        sheet = book.worksheets[0]
        assert [cell.value for cell in sheet[1]] == titles_of(entity)
        number = sheet.max_row - 1
        assert number == session.scalar(
            select(func.count()).select_from(registry.filtered(context, entity, asked).subquery())
        )
        if not entity.write:
            return

        def brought(*, dry_run: bool = False) -> Outcome:
            return import_file(context, entity, targets, path, dry_run=dry_run)

        assert verdicts(brought(dry_run=True)) == {Verdict.IDENTICAL: number}
        place_ = changeable(entity)
        if place_ is None:
            return
        column, value = place_
        sheet.cell(2, titles_of(entity).index(column) + 1).value = value
        book.save(path)
        is_known = bool(entity.natural_key) or not key_of(entity)  # else a row is what all its cells say
        assert verdicts(brought()) == with_one(Verdict.CHANGED if is_known else Verdict.NEW, number)
        assert verdicts(brought()) == {Verdict.IDENTICAL: number}


def with_one(verdict: Verdict, number: int) -> dict[Verdict, int]:
    """One row of so many has a verdict, the others are as they were."""
    return {verdict: 1} | ({Verdict.IDENTICAL: number - 1} if number > 1 else {})


def verdicts(outcome: Outcome) -> dict[Verdict, int]:
    """How many rows of each."""
    assert not outcome.problems, [(one.where, one.message("zh")) for one in outcome.problems]
    return {one: outcome.count(one) for one in Verdict if outcome.count(one)}


def changeable(entity: Entity) -> tuple[str, object] | None:
    """A column that a person may change, and a value for it; None: there is none."""
    if entity.workflow and not entity.workflow.first.is_editable:
        return None
    kept = {*(key_of(entity) if entity.natural_key else ()), *SAID.get(entity.key, ())}
    said: dict[Kind, object] = {Kind.TEXT: "改", Kind.NOTE: "改", Kind.NUMBER: 7, Kind.CHECK: "是"}
    for kind, value in said.items():
        for one in columns_of(entity):
            if one.field.kind is kind and one.name not in kept and not one.field.is_computed:
                return one.title, value
    return None
