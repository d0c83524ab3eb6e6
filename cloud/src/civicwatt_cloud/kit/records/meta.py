"""What the pages are made from: the modules, entities and fields that an actor may see."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records.entity import Entity, Module, Report
from civicwatt_cloud.kit.records.fields import Field, fields_of, is_required
from civicwatt_cloud.kit.records.sensitive import SENSITIVITY
from civicwatt_cloud.kit.roles import EVERYBODY, title
from civicwatt_cloud.kit.workflow.spec import Transition, Workflow

router = APIRouter(prefix="/api/v1", tags=["页面"], responses=problems(401))


class Named(BaseModel):
    """Something with a key and its titles."""

    key: str
    zh: str
    en: str


class FieldMeta(Named):
    """A field as lists and forms need it; numbers are decimal strings with at most `digits` decimals."""

    kind: str
    unit: str
    digits: int
    length: int
    choices: list[Named]
    target: str  # module/path of the other entity
    required: bool
    computed: bool
    ordinal: bool  # a number without separators of thousands


class StateMeta(Named):
    """Where a record can stand."""

    final: bool
    editable: bool


class TransitionMeta(Named):
    """A step, where it leaves from and leads to, who takes it, and its form."""

    sources: list[str]
    target: str
    roles: list[Named]
    level: str  # of the administration at which the role must be held; empty: any
    is_applicants: bool
    form: list[FieldMeta]


class ReportMeta(Named):
    """A workbook beyond the registry; its key is its path below the module's or the record's."""

    asks_year: bool


class EntityMeta(Named):
    """A kind of record."""

    path: str
    title: str
    columns: list[str]
    filters: list[str]
    fields: list[FieldMeta]
    states: list[StateMeta]
    transitions: list[TransitionMeta]
    can_write: bool
    can_work: bool  # writes such records, or takes a step of theirs
    has_files: bool
    reports: list[ReportMeta]


class SectionMeta(BaseModel):
    """Kinds of records that stand together in the menu of the module."""

    zh: str
    en: str
    paths: list[str]


class ModuleMeta(Named):
    """A module with what the actor may see of it."""

    entities: list[EntityMeta]
    reports: list[ReportMeta]
    sections: list[SectionMeta]


def meta_of(modules: tuple[Module, ...], actor: Actor) -> list[ModuleMeta]:
    """The modules of which the actor may see something."""
    paths = {
        one.model.__tablename__: f"{module.key}/{one.path}" for module in modules for one in module.entities
    }
    found = []
    for module in modules:
        seen = [_entity(one, actor, paths) for one in module.entities if actor.roles & one.read]
        if seen:
            titles = {"key": module.key, "zh": module.zh, "en": module.en}
            reports = _reports(module.reports, actor)
            found.append(
                ModuleMeta(**titles, entities=seen, sections=_sections(module, actor), reports=reports)
            )
    return found


def _sections(module: Module, actor: Actor) -> list[SectionMeta]:
    found = (
        SectionMeta(
            zh=one.zh, en=one.en, paths=[each.path for each in one.entities if actor.roles & each.read]
        )
        for one in module.sections
    )
    return [one for one in found if one.paths]


def _entity(entity: Entity, actor: Actor, paths: dict[str, str]) -> EntityMeta:
    fields = fields_of(entity.model)
    return EntityMeta(
        key=entity.key,
        zh=entity.zh,
        en=entity.en,
        path=entity.path,
        title=entity.title,
        columns=list(entity.columns or tuple(fields)[:6]),
        filters=list(entity.filters),
        fields=[
            *(_field(name, one, paths, is_required(entity.model, name)) for name, one in fields.items()),
            _field("sensitivity", SENSITIVITY, paths, required=False),
        ],
        states=_states(entity.workflow),
        transitions=_transitions(entity.workflow, paths),
        can_write=bool(actor.roles & entity.write),
        can_work=bool(actor.roles & entity.workers),
        has_files=entity.has_files,
        reports=_reports(entity.reports, actor),
    )


def _reports(reports: tuple[Report, ...], actor: Actor) -> list[ReportMeta]:
    return [
        ReportMeta(key=one.path, zh=one.zh, en=one.en, asks_year=one.asks_year)
        for one in reports
        if actor.roles & one.read
    ]


def _field(name: str, field: Field, paths: dict[str, str], required: bool) -> FieldMeta:
    choices = [Named(key=one.value, zh=one.zh, en=one.en) for one in field.choices or ()]
    return FieldMeta(
        key=name,
        zh=field.zh,
        en=field.en,
        kind=field.kind,
        unit=field.unit,
        digits=field.digits,
        length=field.length,
        choices=choices,
        target=paths.get(field.target, field.target),
        required=required,
        computed=field.is_computed,
        ordinal=field.is_ordinal,
    )


def _states(flow: Workflow | None) -> list[StateMeta]:
    return [
        StateMeta(key=one.key, zh=one.zh, en=one.en, final=one.is_final, editable=one.is_editable)
        for one in (flow.states if flow else ())
    ]


def _transitions(flow: Workflow | None, paths: dict[str, str]) -> list[TransitionMeta]:
    return [_transition(one, paths) for one in (flow.transitions if flow else ())]


def _transition(arrow: Transition, paths: dict[str, str]) -> TransitionMeta:
    return TransitionMeta(
        key=arrow.event,
        zh=arrow.zh,
        en=arrow.en,
        sources=list(arrow.sources),
        target=arrow.target,
        roles=[Named(key=one, zh=title(one, "zh"), en=title(one, "en")) for one in sorted(arrow.roles)],
        level=arrow.level or "",
        is_applicants=arrow.is_applicants,
        form=[_field(name, one, paths, name in arrow.required) for name, one in arrow.form.items()],
    )


@router.get("/meta", operation_id="get_meta", summary="可见的模块、对象与字段")
def meta(
    request: Request, actor: Annotated[Actor, Depends(Requires(EVERYBODY, is_activity=False))]
) -> list[ModuleMeta]:
    """What the pages are made from."""
    modules: tuple[Any, ...] = request.app.state.modules
    return meta_of(modules, actor)
