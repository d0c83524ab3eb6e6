"""The module's indicators: what each room, building or person adds to a figure (C2.1, C2.3, C2.4, C2.5)."""

from datetime import date, timedelta

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Sum
from civicwatt_cloud.kit.people import Person, PersonState
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.modules.housing import indicators, repository, rules
from civicwatt_cloud.modules.housing.choices import RoomState
from civicwatt_cloud.modules.housing.estate import READERS
from civicwatt_cloud.modules.housing.models import BuildingFacts, Occupancy, Room
from civicwatt_cloud.modules.housing.rules import Standard


def over_rate(asked: Asked) -> Measured:
    """People with an office, and those of them who are over the standard or left."""
    as_of = _last_day(asked)
    seen = select(Occupancy.person_id).where(Occupancy.owner_id.in_(asked.owners), repository.current(as_of))
    items, used = [], set()
    for held in indicators.by_person(asked.session, as_of, seen).values():
        person, organ = held[0][0].person, held[0][0].organ
        standard = Standard(asked.rules, place_of(organ), as_of)
        try:
            found = indicators.checked(standard, person, [part for _, part in held])
        except NoRule:
            items.append(
                Item(organ.id, "person", person.id, 0, 0, "该级别没有面积标准", "no limit for the rank")
            )
            continue
        used.add(found.rule)
        items.append(Item(organ.id, "person", person.id, int(found.over > 0), 1))
    return Measured(items, tuple(sorted(used - {indicators.KEPT})))


def vacancy_rate(asked: Asked) -> Measured:
    """Use area of all rooms, and of those that are idle, as they stand now."""
    return Measured(
        [
            Item(
                room.owner_id, "room", room.id, room.use_area * (room.state == RoomState.IDLE), room.use_area
            )
            for room in _rooms(asked)
        ]
    )


def area_per_head(asked: Asked) -> Measured:
    """Use area in use, and people in office, as they stand now."""
    people = select(Person).where(
        Person.owner_id.in_(asked.owners),
        Person.state == PersonState.ACTIVE,
        Person.removed_us.is_(None),
    )
    rooms = [
        Item(room.owner_id, "room", room.id, room.use_area, 0)
        for room in _rooms(asked)
        if room.state == RoomState.IN_USE
    ]
    heads = [Item(one.owner_id, "person", one.id, 0, 1) for one in asked.session.scalars(people)]
    return Measured([*rooms, *heads])


def title_rate(asked: Asked) -> Measured:
    """Floor area of buildings, and of those with a registered title."""
    visible = BuildingFacts.owner_id.in_(asked.owners) & BuildingFacts.removed_us.is_(None)
    owners = dict(
        asked.session.execute(select(BuildingFacts.id, BuildingFacts.owner_id).where(visible)).all()
    )
    items = []
    for one, area, is_done in repository.title_areas(asked.session, _last_day(asked), visible):
        if area is None:
            items.append(Item(owners[one], "building_facts", one, 0, 0, "没有建筑面积", "no floor area"))
        else:
            items.append(Item(owners[one], "building_facts", one, area * is_done, area))
    return Measured(items)


def rent(asked: Asked) -> Measured:
    """Internal rent [分] of the rooms that an institution uses itself, for the months of the period."""
    months = (asked.period.end.year - asked.period.start.year) * 12
    months += asked.period.end.month - asked.period.start.month
    owners = asked.session.scalars(select(Institution).where(Institution.id.in_(asked.owners)))
    as_of = _last_day(asked)
    rates = {one.id: Standard(asked.rules, place_of(one), as_of).row("rent.rate") for one in owners}
    items = [
        Item(room.owner_id, "room", room.id, round(rules.rent(room.use_area, rates[room.owner_id], months)))
        for room in _rooms(asked)
        if room.state not in repository.NOT_ITS_OWN
    ]
    return Measured(items, tuple(sorted({rates[one.owner_id].ref for one in items})))


def _rooms(asked: Asked) -> list[Room]:
    query = select(Room).where(Room.owner_id.in_(asked.owners), Room.removed_us.is_(None))
    return list(asked.session.scalars(query.order_by(Room.id)))


def _last_day(asked: Asked) -> date:
    """The last day of the period, or today where it is not over."""
    return min(asked.period.end - timedelta(days=1), date_of(asked.now_us, asked.zone))


INDICATORS = (
    Indicator(
        "housing.over_rate",
        "办公室超标人员占比",
        "people over the standard",
        "%",
        2,
        READERS,
        over_rate,
        factor=100,
        is_better_high=False,
        over=Sum("超标人员", "people over the standard", "人"),
        under=Sum("有办公室人员", "people with an office", "人"),
    ),
    Indicator(
        "housing.vacancy_rate",
        "用房空置率",
        "idle rooms",
        "%",
        2,
        READERS,
        vacancy_rate,
        factor=100,
        is_better_high=False,
        over=Sum("空置面积", "idle area", "m²", "0.01"),
        under=Sum("全部使用面积", "use area of all rooms", "m²", "0.01"),
    ),
    Indicator(
        "housing.area_per_head",
        "人均使用面积",
        "use area per head",
        "m²",
        2,
        READERS,
        area_per_head,
        factor="0.01",
        is_better_high=False,
        over=Sum("在用面积", "area in use", "m²", "0.01"),
        under=Sum("在职人员", "people in office", "人"),
    ),
    Indicator(
        "housing.title_rate",
        "权属登记率",
        "registered titles",
        "%",
        2,
        READERS,
        title_rate,
        factor=100,
        is_better_high=True,
        over=Sum("已登记面积", "area with a title", "m²", "0.01"),
        under=Sum("建筑面积", "floor area", "m²", "0.01"),
    ),
    Indicator(
        "housing.rent",
        "内部租金",
        "internal rent",
        "元",
        2,
        READERS,
        rent,
        is_ratio=False,
        factor="0.01",
        over=Sum("租金", "rent", "元", "0.01"),
    ),
)
