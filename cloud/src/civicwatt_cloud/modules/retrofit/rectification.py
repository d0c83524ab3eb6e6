"""节能整改意见书: what an institution must put right, until when, its answer, and the check.

Source: 公共机构节能条例 第四十一条, from secondary sources.
"""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit import deadlines, obligations
from civicwatt_cloud.kit.directory import Institution, Level
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.retrofit.entities import READERS
from civicwatt_cloud.modules.retrofit.errors import DueTooEarly

ISSUER = frozenset({Role.ENERGY_MANAGER, Role.SUPERVISOR})
UNIT = frozenset({Role.LIAISON})
SERIES = "ZG"  # 整改


class Rectification(Record):
    """A notice to an institution."""

    __tablename__ = "rectification_notice"

    number: Mapped[str] = fields.text("文书编号", "number", length=40, is_computed=True)
    title: Mapped[str] = fields.text("标题", "title", length=120)
    findings: Mapped[str] = fields.note("存在问题", "what is wrong")
    demanded: Mapped[str] = fields.note("整改要求", "what is to be put right")
    due_on: Mapped[date] = fields.day("整改期限", "until")
    answer: Mapped[str | None] = fields.note("整改报告", "answer", is_computed=True)
    checked: Mapped[str | None] = fields.note("复查意见", "check", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


def numbered(context: Context, row: Rectification) -> None:
    """A new notice has its number."""
    owner = context.session.get_one(Institution, row.owner_id)
    row.number = node_number(context.session, SERIES, context.today.year, owner.code)


def issued(step: Step) -> None:
    """The institution answers by close of business of the last day. Errors: DueTooEarly."""
    keep_form(step)
    row, session = step.record, step.session
    if row.due_on <= step.today:
        raise DueTooEarly(day=row.due_on)
    owner = session.get_one(Institution, row.owner_id)
    obligations.oblige(
        session,
        key=_key(row),
        owner_id=row.owner_id,
        roles=UNIT,
        zh=f"节能整改：{row.title}",
        en=f"energy rectification: {row.title}",
        due_us=deadlines.due_on(row.due_on, step.context.zone, rules_of(session), place=place_of(owner)),
        subject=f"retrofit/{NOTICE.path}/{row.id}",
    )


def answered(step: Step) -> None:
    """The answer is there: nobody is reminded any more."""
    keep_form(step)
    obligations.fulfil(step.session, _key(step.record))


def _key(row: Rectification) -> str:
    return f"retrofit/rectification/{row.id}"


_FIELDS = fields_of(Rectification)
STEPS = Workflow(
    states=(
        State("draft", "起草", "draft", is_editable=True),
        State("issued", "已下达", "issued"),
        State("answered", "已答复，待复查", "answered"),
        State("closed", "已销号", "closed", is_final=True),
    ),
    transitions=(
        Transition("issue", "下达", "issue", ("draft",), "issued", ISSUER, Level.COUNTY, effect=issued),
        Transition(
            "answer", "报送整改报告", "answer", ("issued",), "answered", UNIT,
            **filled(_FIELDS, "answer"), effect=answered,
        ),
        Transition(
            "return", "复查不合格", "not put right", ("answered",), "issued", ISSUER, Level.COUNTY,
            **filled(_FIELDS, "checked", "due_on"), effect=issued,
        ),
        Transition(
            "close", "复查合格", "put right", ("answered",), "closed", ISSUER, Level.COUNTY,
            **filled(_FIELDS, "checked"), effect=keep_form,
        ),
    ),
)  # fmt: skip

NOTICE = Entity(
    "rectification_notice",
    "rectifications",
    Rectification,
    "节能整改意见书",
    "rectification notice",
    "title",
    read=READERS,
    write=ISSUER,
    columns=("number", "title", "due_on", "answer", "checked"),
    filters=("state", "due_on"),
    searched=("title", "number"),
    workflow=STEPS,
    complete=numbered,
    has_files=True,
)
