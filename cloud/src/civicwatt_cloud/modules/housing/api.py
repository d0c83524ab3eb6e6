"""Routes beyond the registry: indicators, the list of risks, floor plans."""

from calendar import monthrange
from datetime import date
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from civicwatt_cloud.kit.access import Requires, today
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.housing import indicators, leasing, plans, repository, schemas, vacating
from civicwatt_cloud.modules.housing.choices import RoomKind
from civicwatt_cloud.modules.housing.estate import MANAGER, READERS
from civicwatt_cloud.modules.housing.rules import Attached, shown
from civicwatt_cloud.modules.housing.schemas import CountedFrom

router = APIRouter(prefix="/api/v1/housing", tags=["办公用房"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Day = Annotated[date | None, Query(ge=date(1950, 1, 1), le=date(2099, 12, 31))]
OneUnit = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Month = Annotated[str, Query(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]


@router.get("/over-standard", operation_id="get_housing_over_standard", summary="办公室超标清单")
def over_standard(
    request: Request, actor: Reader, as_of: Day = None, institution_id: OneUnit = None
) -> schemas.OverStandardOut:
    """Who has more than the standard allows, and who left and still has an office."""
    day = as_of or today(request)
    with reading(request, actor) as context:
        found = indicators.over_standard(context, day, institution_id)
    units = [
        schemas.UnitOver(institution_id=one, over=shown(over)) for one, over in sorted(found.units.items())
    ]
    people = [schemas.OverOut.of(one) for one in found.people]
    return schemas.OverStandardOut(
        as_of=str(day), people=people, units=units, basis=CountedFrom.of(found.basis)
    )


@router.post(
    "/over-standard/tasks",
    operation_id="open_housing_over_standard_tasks",
    summary="对超标用房下达腾退任务",
    status_code=201,
)
def open_tasks(
    request: Request, actor: Annotated[Actor, Depends(Requires(MANAGER))], institution_id: OneUnit = None
) -> schemas.TasksOpened:
    """A task for each person who is over; those that are open already stay as they are."""
    with writing(request, actor) as context:
        return schemas.TasksOpened(ids=vacating.open_over_standard(context, today(request), institution_id))


@router.get("/vacancy", operation_id="get_housing_vacancy", summary="空置用房与人均面积")
def vacancy(request: Request, actor: Reader, institution_id: OneUnit = None) -> schemas.VacancyOut:
    """The idle stock, its rate, and the use area in use per head."""
    with reading(request, actor) as context:
        found = indicators.vacancy(context, institution_id)
    return schemas.VacancyOut(
        rooms=found.rooms,
        area=shown(found.area),
        idle=[schemas.IdleRoom.of(one) for one in found.idle],
        idle_area=shown(found.idle_area),
        rate=None if found.rate is None else shown(found.rate * 100),
        per_head=None if found.per_head is None else shown(found.per_head),
        heads=found.heads,
        basis=CountedFrom.of(found.basis),
    )


@router.get("/title-rate", operation_id="get_housing_title_rate", summary="权属登记率")
def title_rate(request: Request, actor: Reader, as_of: Day = None) -> schemas.TitleRateOut:
    """The floor area with a registered title beside all of it."""
    day = as_of or today(request)
    with reading(request, actor) as context:
        found = indicators.title_rate(context, day)
    return schemas.TitleRateOut(
        as_of=str(day),
        registered=shown(found.registered),
        total=shown(found.total),
        rate=None if found.rate is None else shown(found.rate * 100),
        basis=CountedFrom.of(found.basis),
    )


@router.get("/unit-check", operation_id="get_housing_unit_check", summary="单位用房核定")
def unit_check(
    request: Request,
    actor: Reader,
    asked: Annotated[schemas.UnitAsked, Query()],
) -> schemas.UnitCheckOut:
    """What an institution has by kind of room beside what the standard allows its posts."""
    day = asked.as_of or today(request)
    served = Attached(asked.diners, asked.cars, asked.bicycles, asked.e_bikes, asked.guards)
    with reading(request, actor) as context:
        found = indicators.unit_check(
            context, asked.institution_id, day, served, is_high_rise=asked.is_high_rise
        )
    approved = found.approved
    kinds = (
        (RoomKind.OFFICE, approved.offices),
        (RoomKind.SERVICE, approved.service),
        (RoomKind.EQUIPMENT, approved.equipment),
    )
    return schemas.UnitCheckOut(
        institution_id=found.institution.id,
        institution=found.institution.name,
        as_of=str(day),
        staff=sum(found.posts.values()),
        kinds=[
            schemas.KindCheck(
                kind=kind,
                used=shown(found.used[kind]),
                approved=shown(most),
                over=shown(max(found.used[kind] - most, Fraction())),
            )
            for kind, most in kinds
        ],
        base=shown(approved.base),
        gross=shown(approved.gross),
        attached=shown(approved.attached),
        total=shown(approved.total),
        basis=CountedFrom.of(found.basis),
    )


@router.get("/rent", operation_id="get_housing_rent", summary="内部租金")
def rent(
    request: Request, actor: Reader, months: Annotated[int, Query(ge=1, le=120)], as_of: Day = None
) -> list[schemas.RentOut]:
    """Each institution's internal rent for the area it uses now, at the rate of a day."""
    with reading(request, actor) as context:
        found = indicators.rents(context, as_of or today(request), months)
        names = repository.names_of(context.session, [one.institution_id for one in found])
    return [
        schemas.RentOut(
            institution_id=one.institution_id,
            institution=names[one.institution_id],
            area=shown(one.area),
            rent=shown(one.rent),
            rule=one.rule,
        )
        for one in found
    ]


@router.get("/risks", operation_id="get_housing_risks", summary="租入用房例外批准月报")
def risks(request: Request, actor: Reader, month: Month) -> list[schemas.RiskOut]:
    """Leases that a month approved although an idle room fitted, with the reasons."""
    year, number = (int(one) for one in month.split("-"))
    first, last = date(year, number, 1), date(year, number, monthrange(year, number)[1])
    with reading(request, actor) as context:
        visible = registry.visible(leasing.LEASE_IN, actor)
        rows = repository.exceptions(context.session, first, last, visible)
        names = repository.names_of(context.session, {one.owner_id for one in rows})
        return [schemas.RiskOut.of(one, names[one.owner_id]) for one in rows]


@router.get(
    "/leases-in/{record_id}/idle-rooms", operation_id="list_housing_idle_rooms", summary="可替代租用的空置房"
)
def idle_rooms(request: Request, record_id: RecordId, actor: Reader) -> list[schemas.IdleRoom]:
    """The idle rooms that make a lease needless, whoever has them."""
    with reading(request, actor) as context:
        lease = registry.get(context, leasing.LEASE_IN, record_id)
        return [schemas.IdleRoom.of(one) for one in leasing.fitting(context.session, lease)]


@router.get("/floors/{record_id}/plan", operation_id="get_housing_plan", summary="楼层平面图")
def plan(request: Request, record_id: RecordId, actor: Reader) -> schemas.PlanOut:
    """A floor's newest picture and its rooms: where they are drawn, who is in them, who is over."""
    with reading(request, actor) as context:
        return plans.plan_of(context, record_id, today(request))


@router.get("/yards/{record_id}/book", operation_id="get_housing_book", summary="院落图册")
def book(request: Request, record_id: RecordId, actor: Reader) -> schemas.BookOut:
    """A yard's buildings and floors, with what is on each."""
    with reading(request, actor) as context:
        return plans.book_of(context, record_id)
