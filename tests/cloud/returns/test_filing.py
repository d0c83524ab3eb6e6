"""Filling, filing in time or late, review level by level; what was reported stays as it was."""

import json
from datetime import date

import pytest
from cloud.returns.conftest import CITY, COUNTY, Office
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.modules.returns import filing, opening, periods
from civicwatt_cloud.modules.returns.choices import Reason, Timeliness
from civicwatt_cloud.modules.returns.errors import (
    BadCell,
    BasisMissing,
    Blocked,
    FiledAlready,
    NoComment,
    NoSuchCell,
    NotOpen,
    OwnFiling,
    ReasonMissing,
)
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.sheet import Typed
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnReport

GOOD = {"people": "50", "area": "1400", "electricity": "12500", "electricity_cost": "8750", "water": "0"}


@pytest.mark.parametrize(
    ("when", "expected"),
    [("2027-03-31 23:59:59", Timeliness.ON_TIME), ("2027-04-01 00:00:00", Timeliness.LATE)],
)
def test_m07_5_a_return_is_in_time_to_the_second(office: Office, when: str, expected: Timeliness) -> None:
    row = office.filed(when, "2026", **GOOD)
    assert (row.timeliness, row.state) == (expected, "unit")


def test_a_day_and_a_month_after_the_period_by_rule(office: Office) -> None:
    assert periods.parse("2026Q4").end.isoformat() == "2027-01-01"
    quarter, month = office.open("2026-10-01 08:00", "2026Q3"), office.open("2026-10-01 08:00", "2026-09")
    assert (quarter.due_us, month.due_us) == tuple(
        periods.due_us(date.fromisoformat(day), office.at("2026-10-01 08:00").zone)
        for day in ("2026-10-05", "2026-10-08")
    )


def test_opening_a_period_obliges_everybody_in_scope_once(office: Office) -> None:
    context = office.at("2027-01-02 08:00", "city")
    assert opening.open_period(context, periods.parse("2026")) == 3
    assert opening.open_period(context, periods.parse("2026")) == 0
    duties = office.session.scalars(select(Obligation)).all()
    assert len(duties) == 3
    assert {one.roles.strip() for one in duties} == {"liaison reporter"}
    row = office.of("2026")
    assert sheet.values_of(sheet.read(context, row.id)) == {"people": 50_000_000, "area": 1_400_000_000}
    office.type_in("2027-02-01 08:00", row, **GOOD)
    office.take("2027-02-01 08:00", row, "file")
    done = select(Obligation.is_done).where(Obligation.owner_id == COUNTY)
    assert office.session.scalar(done) is True


def test_a_typed_value_is_never_overwritten(office: Office) -> None:
    row = office.open("2027-01-02 08:00", "2026")
    cells = office.type_in("2027-01-02 09:00", row, people="52", staff="40")
    assert (cells["people"]["source"], cells["people"]["who"]) == ("person", "account/clerk")
    filing.refresh(office.at("2027-01-02 10:00", "clerk"), row.id, row.rev)
    cells = sheet.read(office.at("2027-01-02 10:00"), row.id)
    assert (cells["people"]["micro"], cells["people"]["measured_micro"]) == (52_000_000, 50_000_000)
    assert cells["area"]["source"] == "directory"
    cells = office.type_in("2027-01-02 11:00", row, people=None)  # taken back: the measured one stands
    assert (cells["people"]["micro"], cells["people"]["source"]) == (50_000_000, "directory")


def test_what_is_no_number_of_the_form_is_refused(office: Office) -> None:
    row = office.open("2027-01-02 08:00", "2026")
    for value in ("-1", "1.5", "五十", "1e3000", "NaN", "9" * 14):
        with pytest.raises(BadCell):
            office.type_in("2027-01-02 09:00", row, people=value)
    with pytest.raises(NoSuchCell):
        office.type_in("2027-01-02 09:00", row, nonsense="1")


def test_a_blocking_check_and_a_reason_that_is_missing_stop_it(office: Office) -> None:
    row = office.open("2027-01-02 08:00", "2026")
    office.type_in("2027-01-02 09:00", row, electricity="100", electricity_cost="900", people="50")
    with pytest.raises(Blocked, match="建筑面积未填写"):
        office.take("2027-01-02 09:00", row, "file")
    office.type_in("2027-01-02 09:00", row, area="1400", water="0")
    with pytest.raises(ReasonMissing, match="单价"):
        office.take("2027-01-02 09:00", row, "file")
    office.explain("2027-01-02 09:00", row, "electricity_cost", Reason.PRICE, "含基本电费")
    office.take("2027-01-02 09:00", row, "file")
    (report,) = office.session.scalars(select(ReturnReport))
    assert json.loads(report.cells)["electricity_cost"] == [900_000_000, "person", "price", "含基本电费"]


def test_a_return_climbs_to_the_highest_level_of_the_installation(office: Office) -> None:
    row = office.filed("2027-02-01 08:00", "2026", **GOOD)
    office.take("2027-02-02 08:00", row, "approve", "head")
    assert row.state == "county"
    with pytest.raises(NotFound):
        office.take("2027-02-02 09:00", row, "pass_county", "stranger")
    with pytest.raises(NotPermitted):
        office.take("2027-02-02 09:00", row, "pass_county", "head")
    office.take("2027-02-03 08:00", row, "pass_county", "county")
    assert row.state == "city"
    office.take("2027-02-04 08:00", row, "pass_city", "city")  # no province in this installation
    assert row.state == "accepted"


def test_an_institution_of_the_city_passes_no_county(office: Office) -> None:
    typed = Typed(GOOD, {})
    wanted = filing.Filing(CITY, periods.parse("2026"), typed, None)
    row = filing.file(office.at("2027-02-01 08:00", "city_clerk"), "key-of-city", wanted)
    office.take("2027-02-02 08:00", row, "approve", "city_head")
    assert row.state == "city"


def test_it_goes_back_with_comments_and_its_first_report_stays(office: Office) -> None:
    row = office.filed("2027-02-01 08:00", "2026", **GOOD)
    with pytest.raises(NotOpen):
        office.type_in("2027-02-01 09:00", row, people="51")
    with pytest.raises(NoComment):
        office.take("2027-02-02 08:00", row, "send_back", "head")
    filing.comment(office.at("2027-02-02 08:00", "head"), row.id, "people", "人数与名册不符")
    office.take("2027-02-02 08:01", row, "send_back", "head")
    assert row.state == "returned"
    office.type_in("2027-04-02 08:00", row, people="49")
    office.take("2027-04-02 08:00", row, "file")
    first, second = office.session.scalars(select(ReturnReport).order_by(ReturnReport.number))
    assert json.loads(first.cells)["people"][0] == 50_000_000
    assert json.loads(second.cells)["people"][0] == 49_000_000
    assert row.timeliness == Timeliness.ON_TIME  # the first filing was in time
    gone = delete(ReturnReport).where(ReturnReport.id == first.id)
    with pytest.raises(DBAPIError), office.session.begin_nested():
        office.session.execute(gone)


def test_reporting_for_another_institution_leaves_its_trace(office: Office) -> None:
    row = office.open("2027-01-02 08:00", "2026")
    office.type_in("2027-01-02 09:00", row, "county", **GOOD)
    with pytest.raises(BasisMissing):
        office.take("2027-01-02 09:00", row, "file", "county")
    office.take("2027-01-02 09:00", row, "file", "county", on_behalf="委托书〔2027〕1号")
    assert (row.on_behalf, row.filer) == ("委托书〔2027〕1号", "county")
    office.take("2027-01-03 09:00", row, "approve", "head")
    with pytest.raises(OwnFiling):
        office.take("2027-01-03 10:00", row, "pass_county", "county")


def test_the_same_filing_twice_is_one(office: Office) -> None:
    wanted = filing.Filing(COUNTY, periods.parse("2026"), Typed(GOOD, {}), None)
    first = filing.file(office.at("2027-03-31 23:00", "clerk"), "aaaaaaaa", wanted)
    again = filing.file(office.at("2027-04-01 08:00", "clerk"), "aaaaaaaa", wanted)
    assert (again.id, again.timeliness) == (first.id, Timeliness.ON_TIME)
    with pytest.raises(FiledAlready):
        filing.file(office.at("2027-04-01 08:00", "clerk"), "bbbbbbbb", wanted)
    with pytest.raises(NotFound):
        filing.file(office.at("2027-04-01 08:00", "stranger"), "aaaaaaaa", wanted)
    assert len(office.session.scalars(select(EnergyReturn)).all()) == 1
    assert len(office.session.scalars(select(ReturnReport)).all()) == 1


def test_one_entry_feeds_the_later_forms(office: Office) -> None:
    values = {"electricity": "100", "electricity_cost": "70", "water": "10", "water_cost": "50"}
    for month in ("2026-01", "2026-02", "2026-03"):
        office.filed("2026-04-02 08:00", month, **values)
    row = office.open("2026-04-02 08:00", "2026Q1")
    filing.refresh(office.at("2026-04-02 08:00", "clerk"), row.id, row.rev)
    cells = sheet.read(office.at("2026-04-02 09:00"), row.id)
    assert (cells["electricity"]["micro"], cells["electricity"]["source"]) == (300_000_000, "earlier")
    assert (cells["water_cost"]["micro"], cells["people"]["source"]) == (150_000_000, "directory")


def test_the_quarters_of_a_year_must_add_up(office: Office) -> None:
    for quarter in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
        office.filed("2027-01-04 08:00", quarter, **(GOOD | {"electricity": "100", "electricity_cost": "70"}))
    row = office.open("2027-01-05 08:00", "2026")
    filing.refresh(office.at("2027-01-05 08:00", "clerk"), row.id, row.rev)
    office.type_in("2027-01-05 09:00", row, electricity="401")
    with pytest.raises(Blocked, match="四季之和 400"):
        office.take("2027-01-05 09:00", row, "file")
    office.type_in("2027-01-05 09:00", row, electricity=None)
    office.take("2027-01-05 09:00", row, "file")
    assert row.state == "unit"


def test_the_same_figures_as_another_institution_are_asked_about(office: Office) -> None:
    alike = GOOD | {
        "electricity_cost": "8750",
        "water": "10",
        "water_cost": "50",
        "heat": "3",
        "heat_cost": "100",
    }
    office.filed("2027-02-01 08:00", "2026", **alike)
    wanted = filing.Filing(CITY, periods.parse("2026"), Typed(alike, {}), None)
    with pytest.raises(ReasonMissing, match="单位1"):
        filing.file(office.at("2027-02-01 09:00", "city_clerk"), "cccccccc", wanted)
