"""腾退: a room is put in order by a day: somebody left, institutions merged, it is too large (W2.2).

The handlers act in the transaction of what they hear of: nobody retires without the task being there.
"""

from datetime import date

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.calendar import rolled
from civicwatt_cloud.kit.deadlines import due_on as due_us
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.forms import filled
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.housing import indicators, repository, rules
from civicwatt_cloud.modules.housing.case_models import VacateTask
from civicwatt_cloud.modules.housing.choices import RoomState, VacateCause, VacateMethod
from civicwatt_cloud.modules.housing.errors import StillOver
from civicwatt_cloud.modules.housing.estate import (
    MANAGER,
    READERS,
    UNIT,
    change_room,
    end_occupancy,
    standard_of,
)
from civicwatt_cloud.modules.housing.models import Room
from civicwatt_cloud.modules.housing.papers import require

EMPTIES = {VacateMethod.VACATE, VacateMethod.EXCHANGE}  # the others leave the person in the room
PHOTO = "photo"


def open_task(
    context: Context,
    owner_id: int,
    cause: VacateCause,
    on_day: date,
    *,
    room_id: int | None = None,
    person_id: int | None = None,
    note: str | None = None,
) -> VacateTask:
    """The task of that cause, due when the rule's months are over; one that is open already stays.

    Source: rule row housing.vacate.months; 民法典, 第二百零二条、第二百零三条. Errors: NoRule.
    """
    there = repository.open_task(context.session, owner_id, cause, room_id, person_id)
    if there is not None:
        return there
    session, standard = context.session, standard_of(context.session, owner_id, on_day)
    due_on = rolled(rules.after_months(on_day, int(standard.figure("vacate.months"))))
    values = {
        "cause": cause,
        "room_id": room_id,
        "person_id": person_id,
        "opened_on": on_day,
        "due_on": due_on,
        "note": note,
    }
    task: VacateTask = registry.add(context, VACATE_TASK, owner_id, values)
    steps.begin(context._replace(actor=PLATFORM), VACATE_TASK, task)
    oblige(
        session,
        key=key_of(task),
        owner_id=owner_id,
        roles=UNIT,
        zh=f"办公用房腾退：{cause.zh}",
        en=f"rooms to be put in order: {cause.en}",
        due_us=due_us(due_on, context.zone, standard.rules, place=standard.place),
        subject=f"housing/vacate-tasks/{task.id}",
        superiors=MANAGER,
    )
    return task


def key_of(task: VacateTask) -> str:
    """What the obligation of a task is known by."""
    return f"housing/vacate-task/{task.id}"


def open_over_standard(context: Context, today: date, institution_id: int | None) -> list[int]:
    """A task for everybody in scope who is over the standard, on the largest of his rooms.

    Errors: NotFound.
    """
    if institution_id is not None:
        scope_of(context.actor, MANAGER).institution(context.session, institution_id)
    found = indicators.over_standard(context, today, institution_id).people
    return [
        open_task(
            context,
            one.organ.id,
            VacateCause.OVER_STANDARD,
            today,
            room_id=max(one.rooms, key=lambda room: room.use_area).id,
            person_id=one.person.id,
            note=f"超标 {rules.shown(one.found.over)} m²",
        ).id
        for one in found
        if one.found.limit  # who left has a task of his own
    ]


@events.on("person.left")
def person_left(context: Context, facts: events.Facts) -> None:
    """Whoever leaves is to give up every room he is in."""
    day, person_id = date.fromisoformat(str(facts["on_day"])), int(str(facts["person_id"]))
    for held in repository.offices_of(context.session, person_id, day):
        cause = VacateCause(str(facts["kind"]))
        open_task(context, held.owner_id, cause, day, room_id=held.room_id, person_id=person_id)


@events.on("org_change.take_effect")
def institution_merged(context: Context, facts: events.Facts) -> None:
    """Whoever took an institution up puts the rooms of both in order."""
    found, rooms = repository.rooms_passed_on(context.session, int(str(facts["owner_id"])))
    if found is not None and rooms:
        note = f"并入 {rooms} 间用房，{found.document}"
        open_task(context, found.into_id, VacateCause.MERGED, found.on_day, note=note)


def plan(step: Step) -> None:
    """How the unit means to do it."""
    step.record.method = step.said["method"]
    step.record.note = step.said.get("note") or step.record.note


def carry_out(step: Step) -> None:
    """The person leaves the room where the method says so; a room without anybody is idle."""
    task, session = step.record, step.session
    if task.room_id is None or task.method not in EMPTIES:
        return
    room = session.get_one(Room, task.room_id)
    for one in repository.occupants(session, room.id, step.today):
        if task.person_id in {None, one.person_id}:
            end_occupancy(step.context, one, step.today)
    if not repository.occupants(session, room.id, step.today):
        change_room(step.context, room, "room_vacated", state=RoomState.IDLE)


def has_photo(step: Step) -> None:
    """The room was photographed. Errors: FileMissing."""
    if step.record.room_id is not None:
        require(step, VACATE_TASK, PHOTO, "整改后照片")


def close(step: Step) -> None:
    """A smaller room is entered as such; who was over the standard is no longer. Errors: StillOver."""
    task, session = step.record, step.session
    task.new_area = step.said["new_area"]
    if task.method == VacateMethod.REDUCE and task.room_id is not None:
        change_room(step.context, session.get_one(Room, task.room_id), "room_reduced", use_area=task.new_area)
    if task.cause == VacateCause.OVER_STANDARD and task.person_id is not None:
        left = indicators.person_checked(session, session.get_one(Person, task.person_id), step.today)
        if left.over:
            raise StillOver(over=rules.shown(left.over))
    fulfil(session, key_of(task))


FIELDS = fields_of(VacateTask)
FLOW = Workflow(
    states=(
        State("open", "待整改", "open"),
        State("planned", "已定方案", "planned"),
        State("done", "已整改", "done"),
        State("closed", "已销号", "closed", is_final=True),
    ),
    transitions=(
        Transition(
            "plan",
            "定方案",
            "plan",
            ("open",),
            "planned",
            UNIT,
            form={"method": FIELDS["method"], "note": FIELDS["note"]},
            required=frozenset({"method"}),
            effect=plan,
        ),
        Transition("carry_out", "完成整改", "carry out", ("planned",), "done", UNIT, effect=carry_out),
        Transition("send_back", "退回整改", "send back", ("done",), "open", MANAGER, level=Level.CITY),
        Transition(
            "verify",
            "核验销号",
            "verify",
            ("done",),
            "closed",
            MANAGER,
            level=Level.CITY,
            guard=has_photo,
            effect=close,
            by_another=True,
            **filled(FIELDS, "new_area"),
        ),
    ),
)
VACATE_TASK = Entity(
    "vacate_task",
    "vacate-tasks",
    VacateTask,
    "腾退任务",
    "vacate task",
    "cause",
    read=READERS,
    filters=("state", "cause", "due_on", "room_id", "person_id"),
    workflow=FLOW,
    has_files=True,
)
