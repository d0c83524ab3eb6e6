"""Figures of meters and bills: filled in, compared three ways, and what is done when they change later."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from cloud.returns.conftest import CITY, COUNTY, OTHER, Office
from sqlalchemy import select, update

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.returns import correcting, demo, filing, periods, workbook
from civicwatt_cloud.modules.returns.accounts import suppliers, three_way
from civicwatt_cloud.modules.returns.choices import Outcome, Reason
from civicwatt_cloud.modules.returns.entities import ACCOUNT, BINDING, LAYOUT, NOTICE, PAYMENT, SITE
from civicwatt_cloud.modules.returns.errors import NotItsMeter, NotShared, OtherForm, Overlaps
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.measured import part_of
from civicwatt_cloud.modules.returns.filling.sheet import Typed
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnNotice
from civicwatt_cloud.modules.returns.summary import summary
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.points import Point

DAY_S = 86_400
NEEDED = {"people": "50", "area": "1400", "electricity": "7", "electricity_cost": "5", "water": "0"}
NOON = "2027-01-05 12:00"


def metered(office: Office, micro: int = 100_000_000) -> Point:
    """A meter of lighting with a whole year in the books, so much a month."""
    said = {"device": "L1", "measure": "import_active_energy", "is_counter": True, "is_consumption": True}
    of = {"building_id": COUNTY, "end_use": "lighting", "carrier": "electricity", "bound_from_us": 0}
    point = Point(gateway=None, **said, **of)
    office.session.add(point)
    office.session.flush()
    for month in range(1, 13):
        days = (periods.parse(f"2026-{month:02}").end - date(2026, month, 1)).days
        row = {"micro": micro, "covered_s": days * DAY_S, "quality": 0}
        office.session.add(LedgerMonth(point_id=point.id, month=202600 + month, **row))
    office.session.flush()
    return point


def made(office: Office, entity: Entity, **said: object) -> object:
    """A record as its form makes it."""
    return registry.create(office.at(NOON, "clerk"), entity, COUNTY, said)


def test_a_cell_names_its_meters_and_how_much_they_covered(office: Office) -> None:
    point = metered(office)
    row = office.open(NOON, "2026")
    filing.refresh(office.at(NOON, "clerk"), row.id, row.rev)
    cell = sheet.read(office.at(NOON), row.id)["electricity"]
    assert (cell["micro"], cell["source"]) == (1_200_000_000, "meter")
    assert cell["basis"] == f'{{"points": [{point.id}], "completeness": 10000, "estimated": false}}'


def test_what_was_reported_stays_when_the_books_change_and_a_notice_says_so(office: Office) -> None:
    metered(office)
    row = office.open(NOON, "2026")
    filing.refresh(office.at(NOON, "clerk"), row.id, row.rev)
    typed = {"electricity_cost": "840", "water": "0"}
    office.type_in(NOON, row, **typed)
    office.take(NOON, row, "file")
    correcting.correct(office.at("2027-02-01 03:00"))
    assert office.session.scalar(select(ReturnNotice)) is None
    office.session.execute(update(LedgerMonth).where(LedgerMonth.month == 202605).values(micro=130_000_000))
    for _ in range(2):
        correcting.correct(office.at("2027-02-02 03:00"))
    notice = office.session.scalars(select(ReturnNotice)).one()
    assert (notice.reported, notice.now, notice.difference) == (1_200_000_000, 1_230_000_000, 250)
    assert sheet.read(office.at(NOON), row.id)["electricity"]["micro"] == 1_200_000_000
    said = {"reason": "meter", "said": "5 月换表补读"}
    wanted = steps.Wanted(notice.rev, "explain", said)
    steps.take(office.at("2027-02-03 09:00", "clerk"), NOTICE, notice.id, wanted)
    assert (notice.state, notice.reason) == ("explained", "meter")


@pytest.fixture
def layout(office: Office) -> object:
    """How the power company's file calls its columns, and an account of it."""
    said = {"energy": "electricity", "building_id": COUNTY, "supplier": "供电公司"}
    made(office, ACCOUNT, number="0012345678", use="lighting", **said)
    columns = {"account": "客户编号", "day_from": "起", "day_to": "止", "amount": "电量", "cost": "电费"}
    return made(office, LAYOUT, supplier="供电公司", energy="electricity", is_to_included=True, **columns)


def test_a_suppliers_own_file_becomes_bills_and_twice_is_once(
    office: Office, layout: object, tmp_path: Path
) -> None:
    path = tmp_path / "bills.csv"
    lines = (
        "客户编号,起,止,电量,电费\n0012345678,2026-10-01,2026-10-31,100,70\n999,2026-10-01,2026-10-31,1,1\n"
    )
    path.write_bytes(lines.encode("gb18030"))
    context = office.at("2026-11-03 09:00", "clerk")
    done = suppliers.bring_in(context, layout, path)  # type: ignore[arg-type]
    assert (done.rows, done.added, done.changed) == (2, 1, 0)
    assert [one.where for one in done.problems] == ["供电公司!A3"]
    again = suppliers.bring_in(context, layout, path)  # type: ignore[arg-type]
    assert (again.added, again.changed) == (0, 0)
    bill = office.session.scalars(select(Bill)).one()
    assert (bill.day_to, bill.micro, bill.cost_fen) == (date(2026, 11, 1), 100_000_000, 7_000)


def test_bill_ledger_and_meter_stand_beside_each_other(
    office: Office, layout: object, tmp_path: Path
) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("客户编号,起,止,电量,电费\n0012345678,2026-10-01,2026-10-31,104,70\n", "utf-8")
    suppliers.bring_in(office.at("2026-11-03 09:00", "clerk"), layout, path)  # type: ignore[arg-type]
    metered(office)
    office.filed("2026-11-04 09:00", "2026-10", electricity="112", electricity_cost="70", water="0")
    owner = office.session.get_one(Institution, COUNTY)
    context = office.at("2026-11-05 09:00", "clerk")
    october = next(one for one in three_way.compare(context, owner, 2026) if one.month == "2026-10")
    assert (october.bill, october.ledger, october.meter) == (104_000_000, 112_000_000, 100_000_000)
    assert (round(float(october.difference or 0), 2), october.outcome) == (10.71, Outcome.POSSIBLE)
    three_way.explain(context, owner, ("2026-10", "electricity"), (Reason.BILLING, "抄表日不同"))
    october = next(one for one in three_way.compare(context, owner, 2026) if one.month == "2026-10")
    assert october.note is not None
    assert (october.note.reason, october.note.meter_micro) == ("billing", 100_000_000)
    alone = next(one for one in three_way.compare(context, owner, 2026) if one.month == "2026-03")
    assert (alone.meter, alone.outcome) == (100_000_000, Outcome.UNCHECKED)


def test_the_parts_of_a_bill_add_up_to_it() -> None:
    months = [periods.parse(f"2026-{n:02}") for n in range(1, 5)]
    days = (date(2026, 1, 20), date(2026, 4, 7))
    assert sum(part_of(10_001, days, one) for one in months) == 10_001


def test_an_account_is_bound_to_one_institution_on_one_day_and_to_its_own_meter(office: Office) -> None:
    point = metered(office)
    said = {"energy": "electricity", "building_id": COUNTY, "supplier": "供电公司", "use": "lighting"}
    account = made(office, ACCOUNT, number="1", **said)
    bound = {"account_id": account.id, "document": "移交单"}  # type: ignore[attr-defined]
    made(office, BINDING, valid_from="2026-01-01", valid_to="2026-07-01", point=point.id, **bound)
    made(office, BINDING, valid_from="2026-07-01", **bound)
    with pytest.raises(Overlaps):
        made(office, BINDING, valid_from="2027-01-01", **bound)
    other = made(office, ACCOUNT, number="2", **(said | {"energy": "water", "use": "water"}))
    with pytest.raises(NotItsMeter):
        made(
            office,
            BINDING,
            valid_from="2026-01-01",
            point=point.id,
            **(bound | {"account_id": other.id}),  # type: ignore[attr-defined]
        )
    with pytest.raises(NotItsMeter):
        made(office, ACCOUNT, number="3", **(said | {"use": "water"}))


def test_a_shared_site_has_shares_that_name_the_institution(office: Office) -> None:
    said = {"building_id": COUNTY, "site_class": "shared_account", "document": "协议"}
    with pytest.raises(NotShared):
        made(office, SITE, valid_from="2026-01-01", **said)
    since = date(2025, 1, 1)
    for owner, parts in ((COUNTY, 600_000), (OTHER, 400_000)):
        row = BuildingShare(
            building_id=COUNTY, valid_from=since, institution_id=owner, parts=parts, document="协议"
        )
        office.session.add(row)
    office.session.flush()
    made(office, SITE, valid_from="2026-01-01", **said)


def test_what_is_not_paid_for_has_no_cost_filled_in(office: Office, layout: object, tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    path.write_text("客户编号,起,止,电量,电费\n0012345678,2026-10-01,2026-10-31,100,70\n", "utf-8")
    suppliers.bring_in(office.at("2026-11-03 09:00", "clerk"), layout, path)  # type: ignore[arg-type]
    row = office.open("2026-11-03 10:00", "2026-10")
    filing.refresh(office.at("2026-11-03 10:00", "clerk"), row.id, row.rev)
    assert sheet.read(office.at(NOON), row.id)["electricity_cost"]["micro"] == 70_000_000
    made(
        office,
        PAYMENT,
        energy="electricity",
        payment="metered_free",
        valid_from="2026-01-01",
        document="协议",
    )
    filing.refresh(office.at("2026-11-03 11:00", "clerk"), row.id, row.rev)
    assert sheet.read(office.at(NOON), row.id)["electricity_cost"]["micro"] is None


def test_a_workbook_that_comes_back_as_it_went_changes_nothing(office: Office, tmp_path: Path) -> None:
    row = office.open(NOON, "2026")
    values = {"electricity": "12345678901.23", "electricity_cost": "0.01", "coal": "0.125", "people": "52"}
    office.type_in(NOON, row, **values)
    path = tmp_path / "return.xlsx"
    context = office.at(NOON, "clerk")
    workbook.write(context, row, path)
    assert workbook.read(context, row, path) == Typed({}, {})
    book = openpyxl.load_workbook(path)
    page = book["公共机构能源资源消费状况"]
    (line,) = (one for one in page.iter_rows() if one[1].value == "water")
    line[3].value, line[4].value = 88.5, "=1+1"
    book.save(path)
    book.close()
    assert dict(workbook.read(context, row, path).values) == {"water": "88.5"}
    other = office.open(NOON, "2027")
    with pytest.raises(OtherForm):
        workbook.read(context, other, path)


def test_sums_by_region_and_class_count_what_is_not_filed(office: Office) -> None:
    office.filed("2027-04-02 08:00", "2026", **NEEDED)
    office.open(NOON, "2026", CITY)
    context = office.at("2027-04-03 08:00", "city")
    found = summary(context, Scope(("4299",)), periods.parse("2026"), "region")
    told = {one.key: (one.name, one.returns, one.filed, one.late) for one in found.rows}
    assert told == {"429900": ("荆襄市", 1, 0, 0), "429901": ("甲县", 1, 1, 1)}
    assert found.rows[1].values["electricity"] == "7.00"
    by_class = summary(context, Scope(("4299",)), periods.parse("2026"), "class")
    assert [(one.name, one.returns) for one in by_class.rows] == [("党政机关", 2)]
    assert summary(context, Scope(("429902",)), periods.parse("2026"), "department").rows == []


def test_the_demo_shows_what_is_not_as_it_should_be(office: Office) -> None:
    session = office.session
    for one in range(4, 8):
        facts = {"kind": "education", "level": "county", "region_code": "429901"}
        session.add(Institution(id=one, code=f"U{one}", name=f"学校{one}", **facts))
        session.flush()
        session.add(Building(id=one, code=f"B{one}", name="教学楼", institution_id=one))
    session.flush()
    city = session.scalars(select(Institution).order_by(Institution.id)).all()
    demo.fill(office.at("2026-11-21 12:00"), city)
    rows = session.scalars(select(EnergyReturn).where(EnergyReturn.period == "2026Q3")).all()
    assert {one.owner_id: (one.state, one.timeliness) for one in rows} == {
        1: ("open", "waiting"),
        2: ("city", "late"),
        3: ("county", "on_time"),
        4: ("open", "waiting"),
        5: ("county", "on_time"),
        6: ("returned", "on_time"),
        7: ("open", "waiting"),
    }
