"""M02: who has more than the standard allows, whatever others can see."""

from datetime import date

import pytest

from civicwatt_cloud.kit.directory import Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.people import PersonState, Rank
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import BadField
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.housing import indicators
from civicwatt_cloud.modules.housing.errors import DaysReversed, OfficeElsewhere, SharesExceed
from civicwatt_cloud.modules.housing.rules import Attached, shown

TODAY = date(2026, 7, 1)
BUREAU, OFFICE, COUNTY, WEST = 1, 2, 3, 4


def over(context: Context, day: date = TODAY) -> dict[str, tuple[str, str]]:
    found = indicators.over_standard(context, day)
    return {one.person.name: (shown(one.found.over), shown(one.found.percent * 100)) for one in found.people}


def test_m02_1_the_list_names_who_is_over_and_the_units_sum(site) -> None:
    chief = site.person("科长", Rank.SECTION_HEAD, COUNTY)
    for number, area in (("101", "12.0"), ("102", "8.0")):
        site.occupy(site.room(number, area, COUNTY), chief)
    site.occupy(site.room("103", "36.0", COUNTY), *(site.person(f"甲{n}", owner=COUNTY) for n in range(4)))
    assert over(site.manager) == {"科长": ("2.00", "11.11")}
    site.occupy(site.room("104", "45.01", WEST), *(site.person(f"乙{n}", owner=WEST) for n in range(5)))
    found = indicators.over_standard(site.manager, TODAY)
    assert {one: shown(area) for one, area in found.units.items()} == {COUNTY: "2.00", WEST: "0.01"}
    assert (found.basis.counted, found.basis.missing) == (10, 0)
    assert found.basis.rules == (
        "housing.office.below/county@2014-11-27",
        "housing.office.section_head/county@2014-11-27",
    )


def test_m02_2_moving_the_organ_changes_the_limit(site) -> None:
    person = site.person("副处", Rank.DIVISION_DEPUTY, BUREAU)
    site.occupy(site.room("201", "18.0"), person)
    assert over(site.manager) == {}
    site.session.get_one(Institution, BUREAU).level = "province"
    site.session.flush()
    assert over(site.manager) == {"副处": ("6.00", "50.00")}


def test_m10_2_the_list_of_2014_follows_the_table_of_1999(site) -> None:
    head = site.person("县长", Rank.DIVISION_HEAD, COUNTY)
    site.occupy(site.room("301", "30.0", COUNTY), head, valid_from="2010-01-01")
    assert over(site.manager, date(2014, 1, 1)) == {"县长": ("10.00", "50.00")}
    assert over(site.manager, date(2015, 1, 1)) == {}


def test_shares_divide_a_room_and_make_no_more_than_it(site) -> None:
    head, clerk = site.person("处长", Rank.DIVISION_HEAD), site.person("科员")
    room = site.room("401", "30.0")
    site.occupy(room, head, share="70")
    site.occupy(room, clerk)
    assert over(site.manager) == {}  # 21 of 24, 9 of 9
    with pytest.raises(SharesExceed, match="130"):
        site.occupy(room, site.person("客人"), share="60")


def test_an_office_begins_before_it_ends(site) -> None:
    with pytest.raises(DaysReversed):
        site.occupy(site.room("402", "9"), site.person("李"), valid_to="2026-01-01")
    with pytest.raises(BadField):
        site.room("403", "0")


def test_m02_a_second_office_is_approved_and_small_and_a_third_is_never_given(site) -> None:
    head = site.person("兼职", Rank.DIVISION_HEAD, BUREAU)
    site.occupy(site.room("501", "18"), head)
    small, large = site.room("502", "20", COUNTY), site.room("503", "30", COUNTY)
    said = {"person_id": head.id, "valid_from": "2026-02-01"}
    with pytest.raises(OfficeElsewhere):
        site.add("occupancy", COUNTY, **said, room_id=small.id)
    with pytest.raises(OfficeElsewhere):
        site.add("occupancy", COUNTY, **said, room_id=large.id, approval="荆机管〔2026〕3号")
    site.add("occupancy", COUNTY, **said, room_id=small.id, approval="荆机管〔2026〕3号")
    room = site.room("504", "9", WEST)
    with pytest.raises(OfficeElsewhere):
        site.add("occupancy", WEST, **said, room_id=room.id, approval="荆机管〔2026〕4号")


def test_who_left_has_no_claim(site) -> None:
    person = site.person("退休", Rank.DIVISION_HEAD)
    site.occupy(site.room("601", "18"), person)
    person.state = PersonState.RETIRED
    site.session.flush()
    found = indicators.over_standard(site.manager, TODAY).people
    assert [(shown(one.found.over), one.found.rule) for one in found] == [("18.00", "kept")]


def test_a_rank_without_a_limit_is_counted_as_missing(site) -> None:
    site.occupy(site.room("602", "40", COUNTY), site.person("厅长", Rank.BUREAU_HEAD, COUNTY))
    found = indicators.over_standard(site.manager, TODAY)
    assert (found.people, found.basis.counted, found.basis.missing) == ([], 0, 1)


def test_others_in_a_room_count_though_they_are_out_of_scope(site) -> None:
    here, there = site.person("东", owner=COUNTY), site.person("西", owner=WEST)
    site.occupy(site.room("701", "18.00", COUNTY), here, there)
    east = site.context("east", Role.HOUSING_MANAGER, region="420506")
    assert over(east) == {}
    found = indicators.over_standard(east, TODAY)
    assert found.basis.counted == 1


def test_m02_c2_2_a_unit_beside_the_standard(site) -> None:
    for rank, posts in ((Rank.DIVISION_HEAD, 1), (Rank.DIVISION_DEPUTY, 3), (Rank.BELOW, 246)):
        site.add("establishment", BUREAU, rank=rank, posts=posts)
    site.room("801", "2300.00")
    site.room("802", "100.00", kind="附属用房")
    site.room("803", "50.00", state="出租")
    found = indicators.unit_check(site.manager, BUREAU, TODAY, Attached(diners=250), is_high_rise=False)
    assert (shown(found.approved.offices), shown(found.approved.total)) == ("2292.00", "7747.74")
    assert (found.used["office"], found.used["attached"], found.used["service"]) == (230_000, 10_000, 0)
    assert "housing.office.division_head/city@2014-11-27" in found.basis.rules


def test_m02_c2_3_idle_rooms_and_use_area_per_head(site) -> None:
    site.room("901", "18.00")
    site.room("902", "12.00", state="空置")
    site.person("在职一")
    site.person("在职二")
    site.person("离任").state = PersonState.RETIRED
    site.session.flush()
    found = indicators.vacancy(site.manager)
    assert (found.rooms, found.area, found.idle_area, found.heads) == (2, 3000, 1200, 2)
    assert found.rate is not None
    assert found.per_head is not None
    assert (shown(found.rate * 100), shown(found.per_head)) == ("40.00", "9.00")
    assert found.idle[0].label == "市府大院 1号楼 12层 902"
    assert indicators.vacancy(site.context("west", Role.HOUSING_MANAGER, region="420528")).rate is None


def test_m02_c2_4_the_title_rate_is_of_floor_area(site) -> None:
    session = site.session
    area = {"kind": DenominatorKind.FLOOR_AREA, "source": "房产证", "valid_from": date(2020, 1, 1)}
    session.add(Denominator(subject_id=1, value=300_000, **area))
    title = site.begun(site.manager, "title_record", BUREAU, facts_id=site.facts.id, kind="不动产权")
    assert shown(indicators.title_rate(site.manager, TODAY).rate or 0) == "0.00"
    title.state = "registered"
    session.flush()
    found = indicators.title_rate(site.manager, TODAY)
    assert (found.registered, found.total, found.rate) == (300_000, 300_000, 100)


def test_m02_c2_5_internal_rent_by_institution(site) -> None:
    site.room("111", "120.50")
    site.room("112", "10.00", OFFICE)
    site.room("113", "99.00", OFFICE, state="出借")
    found = {one.institution_id: shown(one.rent) for one in indicators.rents(site.manager, TODAY, 12)}
    assert found == {BUREAU: "43380.00", OFFICE: "3600.00"}
