"""M02: rooms are allocated, rented, let, disposed of, repaired and registered, each step with its guard."""

from datetime import date

import pytest

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.people import Rank
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.errors import FieldMissing
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.modules.housing import leasing, repository, rules
from civicwatt_cloud.modules.housing.errors import (
    AboveBudget,
    FileMissing,
    IdleRoomFits,
    NothingBudgeted,
    OverApproved,
    PapersMissing,
    RoomTaken,
)

TODAY = date(2026, 7, 1)
BUREAU, OFFICE, COUNTY, WEST = 1, 2, 3, 4


def posts(site, owner: int, count: int) -> None:
    site.add("establishment", owner, rank=Rank.BELOW, posts=count)


def test_m02_w2_1_a_room_changes_hands_when_both_say_so(site) -> None:
    posts(site, OFFICE, 4)  # 36 m² of offices
    site.room("101", "20.00", OFFICE)
    room = site.room("102", "16.00", state="空置")
    unit = site.context("unit", Role.APPROVER, OFFICE)
    said = {"kind": "办公室", "area": "16", "reason": "新增机构"}
    row = site.begun(unit, "allocation", OFFICE, **said)
    site.step(unit, "allocation", row, "submit")
    site.step(site.manager, "allocation", row, "approve", room_id=room.id)
    assert (row.room_id, room.owner_id) == (room.id, BUREAU)
    second = site.begun(unit, "allocation", OFFICE, **said)
    site.step(unit, "allocation", second, "submit")
    with pytest.raises(RoomTaken, match="102"):  # it is spoken for
        site.step(site.manager, "allocation", second, "approve", room_id=room.id)
    guest = site.occupy(room, site.person("客"))[0]
    site.step(site.manager, "allocation", row, "hand_over")
    site.step(unit, "allocation", row, "take_over")
    assert (room.owner_id, room.state, guest.valid_to) == (OFFICE, "in_use", TODAY)
    assert row.state == "effective"


def test_m02_w2_1_nobody_gets_more_than_the_approved_area(site) -> None:
    posts(site, OFFICE, 4)
    site.room("101", "20.00", OFFICE)
    large, busy = site.room("103", "16.01", state="空置"), site.room("104", "9")
    unit = site.context("unit", Role.APPROVER, OFFICE)
    row = site.begun(unit, "allocation", OFFICE, kind="办公室", area="16", reason="换届调整")
    site.step(unit, "allocation", row, "submit")
    with pytest.raises(OverApproved, match=r"20\.00 m².*16\.01 m².*36\.00 m²"):
        site.step(site.manager, "allocation", row, "approve", room_id=large.id)
    with pytest.raises(RoomTaken):
        site.step(site.manager, "allocation", row, "approve", room_id=busy.id)
    county = site.context("county", Role.HOUSING_MANAGER, region="420506")
    with pytest.raises(NotFound):
        registry.writable(county, site.entity("allocation"), row.id, row.rev)


def leased(site, unit) -> object:
    said = {"kind": "办公室", "area": "100", "address": "商务楼3层", "rent": "8000"}
    row = site.begun(unit, "lease_in", OFFICE, **said, starts_on="2026-08-01", ends_on="2027-07-31")
    return site.step(unit, "lease_in", row, "submit")


def test_m02_6_nobody_rents_while_an_idle_room_fits(site) -> None:
    site.room("201", "120.00", state="空置")
    site.room("202", "99.99", state="空置")
    site.room("203", "120.00", WEST, state="空置", kind="服务用房")
    unit = site.context("unit", Role.APPROVER, OFFICE)
    row = leased(site, unit)
    with pytest.raises(FileMissing, match="批准文件"):
        site.step(site.manager, "lease_in", row, "approve", approval="荆政函〔2026〕8号")
    site.file("lease_in", row, "approval")
    with pytest.raises(IdleRoomFits, match=r"1 间.*市府大院 1号楼 12层 201（120\.00 m²）"):
        site.step(site.manager, "lease_in", row, "approve", approval="荆政函〔2026〕8号")
    with pytest.raises(FieldMissing, match="理由"):
        site.step(site.manager, "lease_in", row, "override", approval="荆政函〔2026〕8号")
    county = site.context("county", Role.HOUSING_MANAGER, region="420506")
    assert [one.room.number for one in leasing.fitting(site.session, row)] == ["201"]
    reason = "须临近政务大厅"
    site.step(site.manager, "lease_in", row, "override", approval="荆政函〔2026〕8号", override_reason=reason)
    visible = registry.visible(leasing.LEASE_IN, site.manager.actor)
    july = repository.exceptions(site.session, date(2026, 7, 1), date(2026, 7, 31), visible)
    assert [(one.id, one.override_reason) for one in july] == [(row.id, reason)]
    foreign = registry.visible(leasing.LEASE_IN, county.actor)
    assert not repository.exceptions(site.session, date(2026, 7, 1), date(2026, 7, 31), foreign)
    assert not repository.exceptions(site.session, date(2026, 8, 1), date(2026, 8, 31), visible)


def test_m02_w2_3_a_lease_is_approved_signed_and_ends_with_a_task(site) -> None:
    unit = site.context("unit", Role.APPROVER, OFFICE)
    row = leased(site, unit)
    site.file("lease_in", row, "approval")
    site.step(site.manager, "lease_in", row, "approve", approval="荆政函〔2026〕8号")
    site.step(unit, "lease_in", row, "sign", contract="HT-2026-1")
    leasing.end_due(site.manager)
    assert row.state == "in_force"
    leasing.end_due(site.manager._replace(now_us=site.manager.now_us + 396 * DAY_US))  # 2027-08-01
    assert row.state == "ended"
    task = repository.open_task(site.session, OFFICE, "lease_ended", None, None)
    assert task is not None
    assert task.due_on == date(2027, 9, 1)


def test_m02_a_room_that_is_let_comes_back(site) -> None:
    room, busy = site.room("301", "40", state="空置"), site.room("302", "9")
    said = {"kind": "出租", "tenant": "某公司", "contract": "ZL-1", "rent": "1200", "starts_on": "2026-07-01"}
    said |= {"ends_on": "2026-12-31"}
    with pytest.raises(RoomTaken, match="302"):
        site.begun(site.manager, "lease_out", BUREAU, room_id=busy.id, **said)
    row = site.begun(site.manager, "lease_out", BUREAU, room_id=room.id, **said)
    assert room.state == "leased_out"
    assert repository.used_area(site.session, BUREAU)["office"] == 900
    site.step(site.manager, "lease_out", row, "end")
    task = repository.open_task(site.session, BUREAU, "lease_ended", room.id, None)
    unit = site.context("unit", Role.APPROVER, BUREAU)
    site.step(unit, "vacate_task", task, "plan", method="腾退")
    site.step(unit, "vacate_task", task, "carry_out")
    assert room.state == "idle"


def test_m02_w2_4_a_disposal_has_everybodys_word(site) -> None:
    room = site.room("401", "30")
    site.occupy(room, site.person("还在"))
    unit = site.context("unit", Role.APPROVER, BUREAU)
    finance = site.context("finance", Role.FINANCE)
    with pytest.raises(FieldMissing, match="转换后用途"):
        site.begun(unit, "disposal", BUREAU, kind="转换用途", room_id=room.id, reason="闲置")
    row = site.begun(unit, "disposal", BUREAU, kind="拍卖", room_id=room.id, reason="闲置")
    for context, event, said in (
        (unit, "submit", {}),
        (site.manager, "review", {}),
        (finance, "opine", {}),
        (site.manager, "approve", {"approval": "荆政函〔2026〕9号"}),
        (site.manager, "value", {"valuation": "500000"}),
    ):
        site.step(context, "disposal", row, event, **said)
    with pytest.raises(RoomTaken, match="401"):
        site.step(unit, "disposal", row, "execute")
    for one in repository.occupants(site.session, room.id, TODAY):
        one.valid_to = TODAY
    site.session.flush()
    site.step(unit, "disposal", row, "execute")
    assert room.removed_us == site.manager.now_us
    site.step(site.manager, "disposal", row, "pay", income="512000.50", voucher="JK-1")
    site.step(site.manager, "disposal", row, "archive")
    assert (row.state, row.income, row.valuation) == ("archived", 51_200_050, 50_000_000)


def test_m02_w2_5_a_repair_costs_what_the_price_table_says(site) -> None:
    unit = site.context("unit", Role.APPROVER, BUREAU)
    finance = site.context("finance", Role.FINANCE)
    item = site.add(
        "repair_price", number="J-1", name="内墙涂料", unit="m²", price="23.45", source="荆机管〔2026〕1号"
    )
    pool = [
        site.add("repair_expert", number=f"Z-{one}", name=f"专家{one}", subject="结构").number
        for one in range(9)
    ]
    facts = {"name": "12层粉刷", "kind": "日常维修", "facts_id": site.facts.id, "reason": "脱落"}
    row = site.begun(unit, "repair_project", BUREAU, **facts)
    with pytest.raises(NothingBudgeted):
        site.step(unit, "repair_project", row, "submit")
    line = site.add_as(unit, "repair_line", project_id=row.id, item_id=item.id, quantity="100.5")
    assert (line.price, line.amount) == (2345, 235_672)  # 2356.725: half to even
    site.step(unit, "repair_project", row, "submit")
    item.price = 9999
    site.step(site.manager, "repair_project", row, "review")
    assert row.experts == "、".join(rules.drawn(row.draw_seed, pool, 3))
    site.step(site.manager, "repair_project", row, "approve")
    with pytest.raises(AboveBudget, match=r"2356\.73"):
        site.step(finance, "repair_project", row, "audit_budget", audited_budget="2356.73")
    site.step(finance, "repair_project", row, "audit_budget", audited_budget="2300")
    for event, said in (("procure", {"supplier": "某建设"}), ("construct", {}), ("accept", {})):
        site.step(unit, "repair_project", row, event, **said)
    site.step(finance, "repair_project", row, "audit_price", final_price="2250.00")
    site.step(site.manager, "repair_project", row, "archive")
    assert (row.budget, row.audited_budget, row.final_price) == (235_672, 230_000, 225_000)


def test_m02_w2_6_a_title_is_registered_when_all_papers_are_at_hand(site) -> None:
    row = site.begun(
        site.manager, "title_record", BUREAU, facts_id=site.facts.id, kind="不动产权", has_survey=True
    )
    site.step(site.manager, "title_record", row, "apply")
    said = {"certificate": "鄂(2026)荆襄市不动产权第1号", "archive_number": "A-1"}
    with pytest.raises(PapersMissing, match="土地来源材料、规划许可、竣工验收"):
        site.step(site.manager, "title_record", row, "register", **said)
    ticked = {"has_land_papers": True, "has_planning_permit": True, "has_completion": True}
    registry.change(site.manager, site.entity("title_record"), row.id, row.rev, ticked)
    site.step(site.manager, "title_record", row, "register", **said)
    assert (row.state, row.archive_number) == ("registered", "A-1")


def test_who_applied_does_not_decide(site) -> None:
    both = site.context("both", Role.HOUSING_MANAGER)
    unit = site.context("both2", Role.APPROVER, OFFICE)
    mixed = both._replace(
        actor=type(both.actor)(unit.actor.account_id, "both2", "", both.actor.grants + unit.actor.grants)
    )
    row = site.begun(
        unit,
        "lease_in",
        OFFICE,
        kind="办公室",
        area="10",
        address="x",
        rent="1",
        starts_on="2026-08-01",
        ends_on="2026-09-01",
    )
    site.step(unit, "lease_in", row, "submit")
    with pytest.raises(OwnStep):
        site.step(mixed, "lease_in", row, "approve", approval="x")
