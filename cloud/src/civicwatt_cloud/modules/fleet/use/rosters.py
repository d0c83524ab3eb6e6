"""Drivers, and the pools that lend vehicles to several institutions, with who is on duty."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US, day_start_us
from civicwatt_cloud.kit.obligations import Obligation, fulfil, oblige
from civicwatt_cloud.kit.records import sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Job
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.entities import KEEPERS, READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.use import permits
from civicwatt_cloud.modules.fleet.use.errors import NotOfThePool
from civicwatt_cloud.modules.fleet.use.models import Driver, Duty, Pool
from civicwatt_cloud.modules.fleet.use.permits import Ground
from civicwatt_cloud.modules.fleet.use.rules import check_span

DISPATCHERS = KEEPERS | {Role.DISPATCHER}
AHEAD = timedelta(days=31)  # before the first reminder
PUBLISHERS = frozenset({Role.FLEET_MANAGER, Role.DISPATCHER})


def check_duty(session: Session, row: Duty) -> None:
    """A vehicle of the pool, from before to. Errors: SpanReversed, SpanTooLong, NotOfThePool."""
    check_span(row.from_us, row.to_us)
    vehicle = session.get_one(Vehicle, row.vehicle_id)
    if vehicle.pool_id != row.pool_id:
        raise NotOfThePool(plate=vehicle.plate)


def published(step: Step) -> None:
    """Whoever is on duty may drive, sealed or not."""
    row = step.record
    pool = step.session.get_one(Pool, row.pool_id)
    ground = Ground(f"值班表 {pool.name} {row.name}", Span(row.from_us, row.to_us))
    row.permit_id = permits.grant(step.context, row.vehicle_id, ground)


def withdrawn(step: Step) -> None:
    """From now on nobody is on duty."""
    permits.end(step.context, step.record.permit_id, step.now_us)


def licences(context: Context) -> None:
    """A licence that ends soon is an obligation; a renewed one is none any more."""
    today = context.today
    soon = select(Driver).where(Driver.removed_us.is_(None), Driver.licence_until <= today + AHEAD)
    due = {f"fleet/drivers/{one.id}": one for one in context.session.scalars(soon)}
    for key, one in due.items():
        oblige(
            context.session,
            key=key,
            owner_id=one.owner_id,
            roles=DISPATCHERS,
            zh=f"驾驶员{sensitive.called(one, one.name)}的驾驶证 {one.licence_until} 到期",
            en=f"the licence of {sensitive.called(one, one.name)} ends on {one.licence_until}",
            due_us=day_start_us(one.licence_until + timedelta(days=1), context.zone) - SECOND_US,
            subject=key,
        )
    told = select(Obligation.key).where(
        Obligation.key.startswith("fleet/drivers/"), Obligation.is_done.is_(False)
    )
    for key in context.session.scalars(told).all():
        if key not in due:
            fulfil(context.session, key)


JOB = Job("fleet_licences", 3600, licences)  # [s; engineering default]
POOL = Entity(
    "vehicle_pool",
    "pools",
    Pool,
    "用车平台",
    "pool",
    "name",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER}),
    filters=("kind",),
    natural_key=("name",),
)
DRIVER = Entity(
    "driver",
    "drivers",
    Driver,
    "驾驶员",
    "driver",
    "name",
    read=READERS,
    write=DISPATCHERS,
    columns=("number", "name", "employer", "licence", "licence_until", "points"),
    filters=("employer", "licence", "licence_until", "points"),
    searched=("number", "name"),
    natural_key=("number",),
    sees_personal=DISPATCHERS,
)
DUTIES = Workflow(
    states=(
        State("draft", "待发布", "draft", is_editable=True),
        State("on", "已发布", "published"),
        State("off", "已撤销", "withdrawn", is_final=True),
    ),
    transitions=(
        Transition(
            "publish", "发布", "publish", ("draft",), "on", PUBLISHERS, effect=published, by_another=True
        ),
        Transition("withdraw", "撤销", "withdraw", ("draft", "on"), "off", PUBLISHERS, effect=withdrawn),
    ),
)
DUTY = Entity(
    "pool_duty",
    "duties",
    Duty,
    "值班表",
    "duty roster",
    "name",
    read=READERS,
    write=DISPATCHERS,
    columns=("name", "pool_id", "vehicle_id", "driver_id", "from_us", "to_us"),
    filters=("state", "pool_id", "vehicle_id", "driver_id", "from_us"),
    workflow=DUTIES,
    check=check_duty,
)
