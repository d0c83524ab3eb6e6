"""M02: the annual return: what institutions use beside what they may, and what is known of each building."""

from datetime import date

import pytest

from civicwatt_cloud.kit.directory import Denominator, DenominatorKind
from civicwatt_cloud.kit.people import Rank
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.housing import annual_return
from civicwatt_cloud.modules.housing.choices import RoomKind
from civicwatt_cloud.modules.housing.rules import shown

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # nothing of its own in SQL
YEAR_END = date(2026, 12, 31)
BUREAU, OFFICE, COUNTY, WEST = 1, 2, 3, 4


def test_m02_the_return_of_an_institution_is_that_of_acceptance_case_3(site) -> None:
    for rank, posts in ((Rank.DIVISION_HEAD, 1), (Rank.DIVISION_DEPUTY, 3), (Rank.BELOW, 246)):
        site.add("establishment", BUREAU, rank=rank, posts=posts)
    clerk = site.person("科员")
    site.occupy(site.room("101", "2400.00"), clerk)
    site.room("102", "1800.00", kind="服务用房")
    site.room("103", "400.00", kind="设备用房")
    site.room("104", "70.00", kind="附属用房")
    site.room("105", "30.00", state="空置")
    site.room("106", "55.00", state="出借")
    (line,) = annual_return.uses(site.manager, YEAR_END)
    assert (line.code, line.level, line.posts, line.heads, line.rooms) == ("U1", "市级", 250, 1, 6)
    assert line.allowed is not None
    assert [shown(one) for one in line.allowed.values()] == ["2292.00", "1875.00", "375.03"]
    assert [shown(line.kinds[one]) for one in RoomKind] == ["2430.00", "1800.00", "400.00", "70.00", "0.00"]
    assert (shown(line.states["idle"]), shown(line.states["lent"])) == ("30.00", "55.00")
    assert (shown(line.basic), shown(line.excess or 0), line.over) == ("4630.00", "87.97", 1)


def test_m02_the_sum_of_the_return_is_that_of_its_lines(site) -> None:
    site.room("201", "20.00", COUNTY)
    site.room("202", "0.05", WEST)
    lines = annual_return.uses(site.manager, YEAR_END)
    found = annual_return.total(lines)
    assert [one.code for one in lines] == ["U3", "U4"]
    assert (found.rooms, shown(found.basic), found.excess) == (2, "20.05", None)
    (own,) = annual_return.uses(site.context("west", Role.HOUSING_MANAGER, region="420528"), YEAR_END)
    assert own.code == "U4"


def test_m02_a_building_is_returned_with_its_title_rooms_and_repairs(site) -> None:
    area = {"kind": DenominatorKind.FLOOR_AREA, "source": "房产证", "valid_from": date(2020, 1, 1)}
    site.session.add(Denominator(subject_id=1, value=300_000, **area))
    site.room("301", "20.00")
    site.room("302", "12.50", OFFICE, state="空置")
    (before,) = annual_return.kept(site.manager, YEAR_END)
    assert (before.title, before.certificate, before.repairs) == (None, None, 0)
    title = site.begun(site.manager, "title_record", BUREAU, facts_id=site.facts.id, kind="不动产权")
    title.state, title.certificate = "registered", "鄂(2026)001号"
    unit = site.context("unit", Role.APPROVER, BUREAU)
    wish = {"name": "屋面", "kind": "中修", "facts_id": site.facts.id, "reason": "漏"}
    repair = site.begun(unit, "repair_project", BUREAU, **wish)
    site.session.flush()
    (line,) = annual_return.kept(site.manager, YEAR_END)
    assert (line.yard.number, line.facts.code, line.owner) == ("Y1", "JZ1", "单位1")
    assert (line.floor_area, line.title, line.certificate) == (300_000, "registered", "鄂(2026)001号")
    assert (line.rooms, line.states["in_use"], line.states["idle"]) == (2, 2_000, 1_250)
    assert (line.repairs, line.spent) == (1, 0)
    repair.state, repair.final_price = "archived", 123_45
    site.session.flush()
    (after,) = annual_return.kept(site.manager, YEAR_END)
    assert (after.repairs, after.spent) == (0, 12_345)
    assert annual_return.kept(site.context("west", Role.HOUSING_MANAGER, region="420528"), YEAR_END) == []
