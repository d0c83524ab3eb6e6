"""What the module keeps: its entities, who reads and writes them, and the workflow of a change."""

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.people import Person, PersonEvent, Post
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import BUSINESS, Role
from civicwatt_cloud.kit.workflow.spec import State, Transition, Workflow
from civicwatt_cloud.modules.org.models import Liaison, OrgChange, Profile
from civicwatt_cloud.modules.org.service import MANAGER, answers_for_both, day_has_come, take_effect

CLERK = frozenset({Role.LIAISON, Role.APPROVER})
EVERYONE = BUSINESS - {Role.DISCIPLINE, Role.AUDITOR}

CHANGE = Workflow(
    states=(
        State("draft", "草稿", "draft", is_editable=True),
        State("review", "待审批", "in review"),
        State("approved", "已批准", "approved"),
        State("active", "已生效", "in effect", is_final=True),
        State("rejected", "已退回", "rejected", is_final=True),
    ),
    transitions=(
        Transition("submit", "提交", "submit", ("draft",), "review", MANAGER | CLERK, is_applicants=True),
        Transition(
            "approve",
            "批准",
            "approve",
            ("review",),
            "approved",
            MANAGER,
            level=Level.CITY,
            guard=answers_for_both,
            by_another=True,
        ),
        Transition("reject", "退回", "reject", ("review",), "rejected", MANAGER, by_another=True),
        Transition(
            "take_effect",
            "生效",
            "take effect",
            ("approved",),
            "active",
            MANAGER,
            guard=day_has_come,
            effect=take_effect,
        ),
    ),
)

PROFILE = Entity(
    "profile",
    "profiles",
    Profile,
    "机构信息",
    "organ",
    "organ_kind",
    read=EVERYONE,
    write=MANAGER,
    filters=("organ_kind", "is_key_energy_unit"),
)
PERSON = Entity(
    "person",
    "people",
    Person,
    "人员",
    "person",
    "name",
    read=EVERYONE,
    write=MANAGER | {Role.LIAISON},
    columns=("number", "name", "rank", "title", "phone", "state"),
    filters=("rank", "state"),
    searched=("name", "number"),
    natural_key=("number",),
    sees_personal=MANAGER | {Role.LIAISON},
)
POST = Entity(
    "post",
    "posts",
    Post,
    "岗位",
    "post",
    "title",
    read=EVERYONE,
    write=MANAGER | {Role.LIAISON},
    natural_key=("number",),
)
EVENT = Entity(
    "person_event",
    "person-events",
    PersonEvent,
    "任免事项",
    "personnel event",
    "kind",
    read=EVERYONE,
    filters=("person_id", "kind", "on_day"),
)
LIAISON = Entity(
    "liaison",
    "liaisons",
    Liaison,
    "联络员",
    "liaison",
    "matter",
    read=EVERYONE,
    write=MANAGER | {Role.LIAISON},
    natural_key=("matter",),
)
ORG_CHANGE = Entity(
    "org_change",
    "changes",
    OrgChange,
    "机构变更",
    "change of the organisation",
    "kind",
    read=MANAGER | CLERK,
    write=MANAGER | CLERK,
    filters=("state", "on_day"),
    workflow=CHANGE,
)
