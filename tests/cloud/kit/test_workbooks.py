"""Records go out as workbooks and come back: found again, judged by cell, never as a formula."""

import time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from small_city import CITY, EAST, NOON_US, WEST, ZONE, context, fill, text_table
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import bulk, registry
from civicwatt_cloud.kit.records.bulk import Seen
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import Outdated
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.search import search
from civicwatt_cloud.kit.tables import MissingColumn
from civicwatt_cloud.kit.workbooks.columns import EXAMPLE, targets_of
from civicwatt_cloud.kit.workbooks.errors import TooManyRows, UnknownColumn
from civicwatt_cloud.kit.workbooks.exporting import export
from civicwatt_cloud.kit.workbooks.importing import Outcome, Verdict, import_file
from civicwatt_cloud.kit.workbooks.template import write_template
from civicwatt_cloud.modules.catalogue import MODULES
from civicwatt_cloud.modules.org.module import MODULE
from civicwatt_cloud.modules.records_commands import OPERATOR

PERSON, LIAISON, CHANGE = (MODULE.entity(key) for key in ("person", "liaison", "org_change"))
TARGETS = targets_of(MODULES)
HEAD = "单位编码,人员编号,姓名,电话,职级,职务,代理人"


@pytest.fixture
def east(session: Session) -> Context:
    """Who manages the organisation of the east."""
    return context(session, Role.ORGANISATION_MANAGER, EAST)


def bring(who: Context, path: Path, *, dry_run: bool = False) -> Outcome:
    return import_file(who, PERSON, TARGETS, path, dry_run=dry_run)


def counts(outcome: Outcome) -> tuple[int, ...]:
    return tuple(outcome.count(verdict) for verdict in Verdict)


def told(outcome: Outcome) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in outcome.problems]


def audited(session: Session) -> int:
    return session.scalar(select(func.count(Audit.id))) or 0


def sheet_of(path: Path) -> list[tuple[object, ...]]:
    with path.open("rb") as file:
        return list(load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True))


def test_an_import_repeated_changes_nothing(east: Context, tmp_path: Path) -> None:
    path = text_table(tmp_path / "a.csv", HEAD, "U1,P-1,王强,139,科级以下,,", "U3,P-2,李丽,,正科级,科长,")
    assert counts(bring(east, path)) == (2, 0, 0, 0)
    assert audited(east.session) == 2
    assert counts(bring(east, path)) == (0, 0, 2, 0)
    assert audited(east.session) == 2
    text_table(path, HEAD, "U1,P-1,王强,138,科级以下,,P-2", "U3,P-2,李丽,,正科级,科长,")
    assert counts(bring(east, path)) == (0, 1, 1, 0)
    assert audited(east.session) == 3
    wang = east.session.scalars(select(Person).where(Person.number == "P-1")).one()
    li = east.session.scalars(select(Person).where(Person.number == "P-2")).one()
    assert (wang.phone, wang.rev, wang.deputy_id) == ("138", 2, li.id)


def test_a_dry_run_tells_the_same_and_keeps_nothing(east: Context, tmp_path: Path) -> None:
    path = text_table(tmp_path / "a.csv", HEAD, "U1,P-1,王强,139,科级以下,,", "U1,P-2,李丽,,处长,,")
    tried = bring(east, path, dry_run=True)
    assert counts(tried) == (1, 0, 0, 1)
    assert (registry.listing(east, PERSON, Asked()).total, audited(east.session)) == (0, 0)
    assert counts(bring(east, path)) == counts(tried)
    assert registry.listing(east, PERSON, Asked()).total == 1


def test_each_bad_row_is_told_by_its_cell_and_the_others_are_kept(east: Context, tmp_path: Path) -> None:
    path = text_table(
        tmp_path / "a.csv",
        HEAD,
        "U1,P-1,王强,,处长,,",  # no such rank
        "U2,P-2,李丽,,正科级,,",  # another county's
        "U9,P-3,张伟,,正科级,,",  # nobody's
        "U1,P-4,,,正科级,,",  # no name
        "U1,,刘敏,,正科级,,",  # no number
        "U1,P-6,陈静,,正科级,,P-99",  # no such deputy
        "U1,P-7,赵磊,,正科级,,",
        "U3,P-7,赵磊,,正科级,,",  # the number is the other one's
        "U1,P-7,赵磊,,正科级,,",  # twice
        f"{EXAMPLE},P-9,例子,,正科级,,",
    )
    outcome = bring(east, path)
    assert counts(outcome) == (1, 0, 0, 8)
    assert told(outcome) == [
        ("CW-K1101", "人员!E2"),
        ("CW-K1412", "人员!A3"),
        ("CW-K1412", "人员!A4"),
        ("CW-K1102", "人员!C5"),
        ("CW-K1102", "人员!B6"),
        ("CW-K1413", "人员!G7"),
        ("CW-K1105", "人员!B9"),
        ("CW-D1020", "人员!B10"),
    ]


def test_a_column_that_is_missing_or_unknown_stops_the_import(east: Context, tmp_path: Path) -> None:
    with pytest.raises(MissingColumn):
        bring(east, text_table(tmp_path / "a.csv", "单位编码,姓名", "U1,王强"))
    with pytest.raises(UnknownColumn, match="手机"):
        bring(
            east, text_table(tmp_path / "a.csv", "单位编码,人员编号,姓名,职级,电话,手机", "U1,P,王,正科级,,1")
        )


def test_what_a_workflow_holds_fast_no_workbook_changes(east: Context, tmp_path: Path) -> None:
    path = text_table(
        tmp_path / "a.csv",
        "单位编码,变更类型,并入或隶属的单位,生效日期,依据文件",
        "U1,并入,U3,2026-12-01,鄂编〔2026〕1号",
    )
    assert counts(import_file(east, CHANGE, TARGETS, path, dry_run=False)) == (1, 0, 0, 0)
    assert counts(import_file(east, CHANGE, TARGETS, path, dry_run=False)) == (0, 0, 1, 0)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_an_export_comes_back_as_identical(east: Context, tmp_path: Path, ending: str) -> None:
    lines = [f"U{1 + n % 2 * 2},P-{n:03},=1+{n},+86{n},正科级,@x," for n in range(30)]
    assert counts(bring(east, text_table(tmp_path / "a.csv", HEAD, *lines))) == (30, 0, 0, 0)
    assert counts(bring(east, text_table(tmp_path / "a.csv", HEAD, f"{lines[1]}P-000"))) == (0, 1, 0, 0)
    path = tmp_path / f"b.{ending}"
    export(east, PERSON, TARGETS, Asked(), path)
    assert counts(bring(east, path)) == (0, 0, 30, 0)


def test_s17_a_text_never_becomes_a_formula(east: Context, tmp_path: Path) -> None:
    registry.create(
        east, PERSON, 1, {"number": "-2", "name": '=cmd|"/c calc"!A1', "rank": "科级以下", "title": "@SUM(1)"}
    )
    for ending in ("xlsx", "csv"):
        export(east, PERSON, TARGETS, Asked(), tmp_path / f"a.{ending}")
    with (tmp_path / "a.xlsx").open("rb") as file:
        book = load_workbook(file)
        assert book.sheetnames == ["人员"]
        row = book.worksheets[0][2]
        assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
        assert row[3].value == '=cmd|"/c calc"!A1'
    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert text.startswith("U1,单位1,'-2,\"'=cmd|")
    assert "'@SUM(1)" in text


def test_s25_an_export_masks_what_its_reader_may_not_see(east: Context, tmp_path: Path) -> None:
    bring(east, text_table(tmp_path / "a.csv", HEAD, "U1,P-1,王强,139,科级以下,,", "U3,P-2,李丽,,正科级,,"))
    staff = context(east.session, Role.STAFF, EAST)
    clerk = context(east.session, Role.LIAISON, institution=3)
    other = context(east.session, Role.ORGANISATION_MANAGER, WEST)
    for who, phones in ((staff, ["***", None]), (clerk, [None]), (other, []), (east, ["139", None])):
        export(who, PERSON, TARGETS, Asked(order="number"), tmp_path / "b.xlsx")
        assert [row[4] for row in sheet_of(tmp_path / "b.xlsx")[1:]] == phones
    export(staff, PERSON, TARGETS, Asked(), tmp_path / "b.xlsx")
    assert counts(bring(east, tmp_path / "b.xlsx")) == (0, 0, 2, 0)  # the mask says nothing


def test_the_template_tells_what_goes_into_it(east: Context, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, PERSON)
    with path.open("rb") as file:
        book = load_workbook(file)
        sheet = book["人员"]
        assert [cell.value for cell in sheet[1]] == HEAD.split(",")
        assert sheet["A2"].value == EXAMPLE
        lists = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
        assert lists == {"E3:E1048576": "'选项'!$E$2:$E$10"}
        assert book["选项"]["E2"].value == "省部级正职"
        assert book["填写说明"]["A2"].value == "单位编码"
    assert counts(bring(east, path)) == (0, 0, 0, 0)


def test_every_registry_goes_out_and_has_a_template_that_comes_back(session: Session, tmp_path: Path) -> None:
    operator = Context(session, OPERATOR, ZONE, NOON_US)
    for entity in (entity for module in MODULES for entity in module.entities):
        export(operator, entity, TARGETS, Asked(), tmp_path / "a.csv")
        if entity.write:
            write_template(tmp_path / "a.xlsx", entity)
            outcome = import_file(operator, entity, TARGETS, tmp_path / "a.xlsx", dry_run=True)
            assert counts(outcome) == (0, 0, 0, 0), entity.key
    assert search(operator, MODULES, "没有") == []


def test_more_records_than_a_sheet_has_rows_go_out_as_csv_only(
    east: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("civicwatt_cloud.kit.workbooks.exporting.XLSX_ROWS", 1)
    bring(east, text_table(tmp_path / "a.csv", HEAD, "U1,P-1,王强,,正科级,,", "U3,P-2,李丽,,正科级,,"))
    with pytest.raises(TooManyRows):
        export(east, PERSON, TARGETS, Asked(), tmp_path / "b.xlsx")
    export(east, PERSON, TARGETS, Asked(), tmp_path / "b.csv")
    assert len((tmp_path / "b.csv").read_text(encoding="utf-8-sig").splitlines()) == 3


def test_bulk_is_all_or_nothing(db: Database, tmp_path: Path) -> None:
    with db.session() as session:
        fill(session)
        east = context(session, Role.ORGANISATION_MANAGER, EAST)
        bring(east, text_table(tmp_path / "a.csv", HEAD, "U1,P-1,王强,,正科级,,", "U3,P-2,李丽,,正科级,,"))
        first, second = session.scalars(select(Person.id).order_by(Person.id))
    with pytest.raises(Outdated, match=f"person/{second}"), db.session() as session:
        bulk.act(
            Context(session, east.actor, ZONE, 0), PERSON, "remove", [Seen(first, 1), Seen(second, 7)], {}
        )
    with db.session() as session:
        east = Context(session, east.actor, ZONE, 0)
        assert registry.listing(east, PERSON, Asked()).total == 2
        bulk.act(east, PERSON, "remove", [Seen(first, 1), Seen(second, 1)], {})
        assert registry.listing(east, PERSON, Asked()).total == 0


def first_page(who: Context) -> float:
    """How long the first page of 60,000 takes [s]."""
    began = time.perf_counter()
    page = registry.listing(who, PERSON, Asked())
    shown = registry.shown_all(who, PERSON, page.rows)
    took = time.perf_counter() - began
    assert (page.total, len(shown), shown[0]["phone"]) == (60_000, 50, "13900059999")
    return took


@pytest.mark.alone
@pytest.mark.slow
def test_60000_records_are_listed_and_exported_in_time(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        (1 + n % 3, "internal", 1, f"P-{n:06}", f"姓名{n}", f"139{n:08}", "below", "科员", "active")
        for n in range(60_000)
    ]
    names = ("owner_id", "sensitivity", "rev", "number", "name", "phone", "rank", "title", "state")
    with db.session() as session:
        fill(session)
        insert_rows(session.connection(), "person", names, rows)
        session.execute(text("ANALYZE"))  # as PostgreSQL does by itself after a while
        city = context(session, Role.ORGANISATION_MANAGER, CITY)
    with db.reading() as session:
        city = Context(session, city.actor, ZONE, 0)
        listed = min(first_page(city) for _ in range(3))  # the others on the machine apart
        began = time.perf_counter()
        export(city, PERSON, TARGETS, Asked(), tmp_path / "a.xlsx")
        exported = time.perf_counter() - began
    with capsys.disabled():
        print(f" list {listed * 1000:.0f} ms, export {exported:.1f} s", end="")
    assert listed < 0.15
    assert exported < 20
