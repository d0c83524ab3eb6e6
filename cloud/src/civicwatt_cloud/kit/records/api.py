"""The routes that every entity has: list, record, new, change, removal, steps, history, workbook."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, create_model

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import bulk, registry, schemas, sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module, Roles
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.records.routing import router_of
from civicwatt_cloud.kit.records.schemas import Numbered
from civicwatt_cloud.kit.workflow import countersigns, steps
from civicwatt_cloud.kit.workflow.models import WorkflowStep
from civicwatt_cloud.kit.workflow.opinions import ANSWERED, ASKED, open_among
from civicwatt_cloud.kit.workflow.spec import Transition
from civicwatt_cloud.kit.workflow.steps import Wanted

RecordId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Revision = Annotated[int, Query(ge=1, le=2**31 - 1)]


def asked_of(filters: Any) -> Asked:
    """The filters of a request as the registry takes them."""
    said = filters.model_dump(exclude_none=True)
    q, order = said.pop("q", ""), said.pop("order", "")
    return Asked(
        {k: v for k, v in said.items() if k not in {"offset", "limit", "format"}},
        q,
        order,
        filters.offset,
        filters.limit,
    )


class StepTaken(BaseModel):
    """A step that was taken, and by whom; `countersign` and `countersigned` ask and answer."""

    event: str
    source: str
    target: str
    by: str | None
    asked: str | None  # who is asked for an opinion
    at: str
    said: dict[str, Any]


class AskedOut(BaseModel):
    """Who is asked for an opinion, which is not given yet."""

    name: str
    by: str | None
    is_me: bool
    question: str


class Person(BaseModel):
    """Somebody who may be asked for an opinion."""

    id: int
    name: str


class CountersignIn(BaseModel):
    """Whose opinion is asked for, and on what."""

    model_config = ConfigDict(extra="forbid")

    account_id: int = Field(ge=1, le=2**31 - 1)
    question: str = Field(min_length=1, max_length=countersigns.LONGEST)


class CountersignedIn(BaseModel):
    """An opinion."""

    model_config = ConfigDict(extra="forbid")

    agrees: bool
    opinion: str = Field("", max_length=countersigns.LONGEST)


class StepsOut(BaseModel):
    """How a record came to where it stands, and what the actor can do next."""

    possible: list[str]
    can_ask: bool  # somebody else's opinion, before deciding
    asked: AskedOut | None
    taken: list[StepTaken]


class Listed(BaseModel):
    """One page of a list."""

    total: int
    rows: list[dict[str, Any]]


class SeenIn(BaseModel):
    """A record at the revision that was seen."""

    model_config = ConfigDict(extra="forbid")

    id: int = Field(ge=1, le=2**31 - 1)
    rev: int = Field(ge=1, le=2**31 - 1)


class BulkDone(BaseModel):
    """For how many records it was done."""

    done: int


@contextmanager
def reading(request: Request, actor: Actor) -> Iterator[Context]:
    """One consistent view for a request that only reads."""
    state = request.app.state
    with state.database.reading() as session:
        yield Context(session, actor, state.zone, state.clock.now_us())
        looked = session.info.get(sensitive.LOOKED)
    if looked:
        with state.database.session() as session:
            sensitive.note(session, actor, looked)


@contextmanager
def writing(request: Request, actor: Actor) -> Iterator[Context]:
    """The one transaction of a request that writes."""
    state = request.app.state
    with state.database.session() as session:
        yield Context(session, actor, state.zone, state.clock.now_us())


def routes(module: Module) -> APIRouter:
    """The routes of all entities of a module."""
    router = router_of(module)
    for entity in module.entities:
        _reading_routes(router, module, entity)
        if entity.write:
            _writing_routes(router, module, entity)
        if entity.workers:
            _bulk_route(router, module, entity)
        if entity.workflow:
            _steps_route(router, module, entity)
            for arrow in {one.event: one for one in entity.workflow.transitions}.values():
                _step_route(router, module, entity, arrow)
            if countersigns.has_any(entity):
                _countersign_routes(router, module, entity)
    return router


def _reading_routes(router: APIRouter, module: Module, entity: Entity) -> None:
    filters, out, name = schemas.filters_of(entity), schemas.out_of(entity), f"{module.key}_{entity.key}"
    reader = Depends(Requires(entity.read))

    @router.get(f"/{entity.path}", operation_id=f"list_{name}", summary=f"{entity.zh}一览")
    def listing(
        request: Request,
        asked: Annotated[filters, Query()],  # type: ignore[valid-type]
        actor: Actor = reader,
    ) -> Listed:
        """One page of what the actor may see."""
        with reading(request, actor) as context:
            page = registry.listing(context, entity, asked_of(asked))
            return Listed(total=page.total, rows=registry.shown_all(context, entity, page.rows))

    @router.get(
        f"/{entity.path}/{{record_id}}", operation_id=f"get_{name}", summary=entity.zh, response_model=out
    )
    def record(request: Request, record_id: RecordId, actor: Actor = reader) -> Any:
        """One record."""
        with reading(request, actor) as context:
            return registry.shown(context, entity, registry.get(context, entity, record_id))


def _writing_routes(router: APIRouter, module: Module, entity: Entity) -> None:
    new, change, out = schemas.new_of(entity), schemas.change_of(entity), schemas.out_of(entity)
    name, writer = f"{module.key}_{entity.key}", Depends(Requires(entity.write))

    @router.post(
        f"/{entity.path}",
        operation_id=f"create_{name}",
        summary=f"新增{entity.zh}",
        status_code=201,
        response_model=out,
    )
    def create(request: Request, said: new, actor: Actor = writer) -> Any:  # type: ignore[valid-type]
        """A new record of an institution in scope."""
        values = said.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        with writing(request, actor) as context:
            row = registry.create(context, entity, values.pop("owner_id"), values)
            if entity.workflow:
                steps.begin(context, entity, row)
            return registry.shown(context, entity, row)

    @router.patch(
        f"/{entity.path}/{{record_id}}",
        operation_id=f"change_{name}",
        summary=f"修改{entity.zh}",
        response_model=out,
    )
    def changed(request: Request, record_id: RecordId, said: change, actor: Actor = writer) -> Any:  # type: ignore[valid-type]
        """Change the fields that are named."""
        values = said.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        with writing(request, actor) as context:
            row = registry.change(context, entity, record_id, values.pop("rev"), values)
            return registry.shown(context, entity, row)

    @router.delete(
        f"/{entity.path}/{{record_id}}",
        operation_id=f"remove_{name}",
        summary=f"删除{entity.zh}",
        status_code=204,
    )
    def remove(request: Request, record_id: RecordId, rev: Revision, actor: Actor = writer) -> None:
        """Take the record away; its history stays."""
        with writing(request, actor) as context:
            registry.remove(context, entity, record_id, rev)


def _bulk_route(router: APIRouter, module: Module, entity: Entity) -> None:
    arrows = entity.workflow.transitions if entity.workflow else ()
    names = (*((bulk.REMOVE,) if entity.write else ()), *dict.fromkeys(one.event for one in arrows))
    events: Any = Literal[names]
    many: Any = create_model(
        "".join(part.capitalize() for part in f"{entity.key}_bulk".split("_")),
        __config__=ConfigDict(extra="forbid"),
        event=(events, ...),
        records=(list[SeenIn], Field(min_length=1, max_length=bulk.MOST)),
        said=(dict[str, str | int | bool | None], Field(default_factory=dict, max_length=50)),
    )
    worker = Depends(Requires(entity.workers))

    @router.post(
        f"/{entity.path}/bulk",
        operation_id=f"bulk_{module.key}_{entity.key}",
        summary=f"{entity.zh}：批量办理",
    )
    def act(request: Request, said: many, actor: Actor = worker) -> BulkDone:
        """One deed for many records: all of them, or none."""
        seen = [bulk.Seen(one.id, one.rev) for one in said.records]
        with writing(request, actor) as context:
            bulk.act(context, entity, said.event, seen, said.said)
        return BulkDone(done=len(seen))


def _steps_route(router: APIRouter, module: Module, entity: Entity) -> None:
    reader = Depends(Requires(entity.read))

    @router.get(
        f"/{entity.path}/{{record_id}}/steps",
        operation_id=f"get_{module.key}_{entity.key}_steps",
        summary=f"{entity.zh}：流程",
    )
    def flow(request: Request, record_id: RecordId, actor: Actor = reader) -> StepsOut:
        """The steps taken, and those that the actor can take."""
        with reading(request, actor) as context:
            row = registry.get(context, entity, record_id)
            is_open = bool(registry.open_to(context, entity, [row]))
            taken = steps.taken(context, entity, record_id)
            names = steps.names(context, taken)
            return StepsOut(
                possible=[one.event for one in steps.possible(context, entity, row)],
                can_ask=countersigns.may_ask(context, entity, row),
                asked=_asked(context, taken, names, is_open=is_open),
                taken=[
                    StepTaken(
                        event=one.event,
                        source=one.source,
                        target=one.target,
                        by=names.get(one.account_id or 0),
                        asked=names.get(one.asked_id or 0),
                        at=iso(one.at_us, context.zone),
                        said=json.loads(one.said) if is_open else {},
                    )
                    for one in taken
                ],
            )


def _asked(
    context: Context, taken: Sequence[WorkflowStep], names: Mapping[int, str], *, is_open: bool
) -> AskedOut | None:
    row = open_among(context.session, taken)
    if row is None or row.asked_id is None:
        return None
    return AskedOut(
        name=names[row.asked_id],
        by=names.get(row.account_id or 0),
        is_me=row.asked_id == context.actor.account_id,
        question=json.loads(row.said)["question"] if is_open else "",
    )


def _countersign_routes(router: APIRouter, module: Module, entity: Entity) -> None:
    arrows = entity.workflow.transitions if entity.workflow else ()
    deciding = frozenset(role for one in arrows if one.by_another for role in one.roles)
    decider, reader = Depends(Requires(deciding)), Depends(Requires(entity.read))
    base, name = f"/{entity.path}/{{record_id}}", f"{module.key}_{entity.key}"

    @router.get(
        f"{base}/countersigners",
        operation_id=f"get_{name}_countersigners",
        summary=f"{entity.zh}：可加签人员",
    )
    def people(request: Request, record_id: RecordId, actor: Actor = decider) -> list[Person]:
        """Whom the actor may ask for an opinion now."""
        with reading(request, actor) as context:
            found = countersigns.askable(context, entity, record_id)
            return [Person(id=one.id, name=one.display_name) for one in found]

    @router.post(
        f"{base}/{ASKED}",
        operation_id=f"{ASKED}_{name}",
        summary=f"{entity.zh}：加签",
        response_model=schemas.out_of(entity),
    )
    def ask(request: Request, record_id: RecordId, said: CountersignIn, actor: Actor = decider) -> Any:
        """Ask somebody for an opinion; nobody decides before it is there."""
        with writing(request, actor) as context:
            row = countersigns.ask(context, entity, record_id, said.account_id, said.question)
            return registry.shown(context, entity, row)

    @router.post(
        f"{base}/{ANSWERED}",
        operation_id=f"{ANSWERED}_{name}",
        summary=f"{entity.zh}：会签",
        response_model=schemas.out_of(entity),
    )
    def answer(request: Request, record_id: RecordId, said: CountersignedIn, actor: Actor = reader) -> Any:
        """Give the opinion that is asked of the actor."""
        with writing(request, actor) as context:
            row = countersigns.answer(context, entity, record_id, agrees=said.agrees, opinion=said.opinion)
            return registry.shown(context, entity, row)


def roles_of(entity: Entity, event: str) -> Roles:
    """Who may take a step, from wherever it leaves."""
    arrows = entity.workflow.transitions if entity.workflow else ()
    return frozenset(role for one in arrows if one.event == event for role in one.roles)


def _step_route(router: APIRouter, module: Module, entity: Entity, arrow: Transition) -> None:
    title = "".join(part.capitalize() for part in f"{entity.key}_{arrow.event}".split("_"))
    form = schemas.form_of(title, arrow.form, arrow.required) if arrow.form else Numbered
    roles = roles_of(entity, arrow.event)

    taker = Depends(Requires(roles))

    @router.post(
        f"/{entity.path}/{{record_id}}/{arrow.event}",
        operation_id=f"{arrow.event}_{module.key}_{entity.key}",
        summary=f"{entity.zh}：{arrow.zh}",
        response_model=schemas.out_of(entity),
    )
    def step(
        request: Request,
        record_id: RecordId,
        said: form,  # type: ignore[valid-type]
        actor: Actor = taker,
    ) -> Any:
        """Take the step."""
        values = said.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        with writing(request, actor) as context:
            row = steps.take(context, entity, record_id, Wanted(values.pop("rev"), arrow.event, values))
            return registry.shown(context, entity, row)
