"""Routes beyond the registry: what machines say, gates, credentials, the store of parts."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.records.schemas import Numbered
from civicwatt_cloud.kit.records.values import decimal, parse
from civicwatt_cloud.modules.upkeep import gate, intake, parts
from civicwatt_cloud.modules.upkeep.choices import Answer, CredentialKind, Direction, MoveKind
from civicwatt_cloud.modules.upkeep.entities import GATE, MACHINES
from civicwatt_cloud.modules.upkeep.equipment_entities import PART
from civicwatt_cloud.modules.upkeep.equipment_models import PartMove
from civicwatt_cloud.modules.upkeep.errors import WrongOrder
from civicwatt_cloud.modules.upkeep.gate_models import Credential

router = APIRouter(prefix="/api/v1/upkeep", tags=["报修与安全"], responses=PROBLEMS)
STRICT = ConfigDict(extra="forbid")
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Instant = Annotated[str, Field(max_length=40, description="时间如 2026-11-21T09:30")]


class AlarmIn(BaseModel):
    """What a fire panel says; the same alarm number again is the same alarm."""

    model_config = STRICT
    owner_id: Id
    panel: Text = Field(min_length=1, max_length=40)
    alarm: Text = Field(min_length=1, max_length=40)
    place: Text | None = Field(None, max_length=40, description="点位编号")
    detail: Text | None = Field(None, max_length=1000)


class AlarmOut(BaseModel):
    """The ticket that it is."""

    id: int
    number: str
    state: str


class GateIn(BaseModel):
    """What was shown at a gate."""

    model_config = STRICT
    place_id: Id
    key: str = Field(min_length=1, max_length=200)
    direction: Direction


class GateOut(BaseModel):
    """Whether it opens, and why not."""

    id: int
    opens: bool
    answer: Answer
    reason: str
    reason_en: str


class CredentialIn(BaseModel):
    """A card, plate or QR code of a person for a time, or of a visitor for the visit."""

    model_config = STRICT
    kind: CredentialKind
    key: str | None = Field(None, max_length=60, description="卡号或车牌；二维码不填")
    person_id: Id | None = None
    visitor_id: Id | None = None
    from_us: Instant | None = None
    until_us: Instant | None = None
    opens_gate: bool = True
    opens_canteen: bool = False
    opens_parking: bool = False

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.person_id is None) == (self.visitor_id is None):
            raise ValueError("either a person or a visitor")
        return self


class CredentialIssued(BaseModel):
    """What was issued; the key is told this once."""

    id: int
    rev: int
    key: str


class BlockedOut(BaseModel):
    """A blocked credential."""

    id: int
    rev: int


class MoveIn(Numbered):
    """Parts in or out."""

    kind: Literal["in", "out"]
    qty: int = Field(ge=1, le=1_000_000)
    amount: Decimal = Field(Decimal(0), ge=0, max_digits=12, decimal_places=2, description="元")
    source_document: Text = Field(min_length=1, max_length=200)
    ticket_id: Id | None = None


class ReversalIn(Numbered):
    """Why a line is taken back."""

    source_document: Text = Field(min_length=1, max_length=200)


class MoveOut(BaseModel):
    """A line of the store's ledger."""

    id: int
    at: str
    kind: MoveKind
    qty: int
    amount: str
    source_document: str
    ticket_id: int | None
    corrects_id: int | None


@router.post("/alarms", operation_id="sound_alarm", summary="火灾报警接入", status_code=201)
def alarm(request: Request, said: AlarmIn, actor: Annotated[Actor, Depends(Requires(MACHINES))]) -> AlarmOut:
    """An urgent ticket, at once."""
    with writing(request, actor) as context:
        ticket = intake.sound(context, intake.Alarm(**said.model_dump()))
        return AlarmOut(id=ticket.id, number=ticket.number, state=ticket.state)


@router.post("/gate", operation_id="ask_gate", summary="门禁核验")
def ask_gate(
    request: Request, said: GateIn, actor: Annotated[Actor, Depends(Requires(GATE | MACHINES))]
) -> GateOut:
    """What the gate answers; the question is kept either way."""
    with writing(request, actor) as context:
        event = gate.present(context, said.place_id, said.key, said.direction)
        answer = Answer(event.answer)
        opens = answer is Answer.OPENED
        return GateOut(id=event.id, opens=opens, answer=answer, reason=answer.zh, reason_en=answer.en)


@router.post("/credentials", operation_id="issue_credential", summary="发放通行凭证", status_code=201)
def issue(
    request: Request, said: CredentialIn, actor: Annotated[Actor, Depends(Requires(GATE))]
) -> CredentialIssued:
    """One identity for gate, canteen and parking."""
    opens = said.model_dump(include={"opens_gate", "opens_canteen", "opens_parking"})
    with writing(request, actor) as context:
        span_us = _span_us(context, said)
        wish = gate.Wish(said.kind, said.key, said.person_id, said.visitor_id, span_us, opens)
        issued = gate.issue(context, wish)
        return CredentialIssued(id=issued.credential.id, rev=issued.credential.rev, key=issued.key)


@router.post("/credentials/{record_id}/block", operation_id="block_credential", summary="挂失通行凭证")
def block(
    request: Request, record_id: RecordId, said: Numbered, actor: Annotated[Actor, Depends(Requires(GATE))]
) -> BlockedOut:
    """It was lost."""
    with writing(request, actor) as context:
        credential = gate.block(context, record_id, said.rev)
        return BlockedOut(id=credential.id, rev=credential.rev)


@router.post("/parts/{record_id}/moves", operation_id="move_part", summary="配件出入库", status_code=201)
def move(
    request: Request,
    record_id: RecordId,
    said: MoveIn,
    actor: Annotated[Actor, Depends(Requires(PART.write))],
) -> MoveOut:
    """A line of the store's ledger."""
    moved = parts.Moved(
        MoveKind(said.kind), said.qty, int(said.amount * 100), said.source_document, said.ticket_id
    )
    with writing(request, actor) as context:
        return _line(context, parts.move(context, record_id, said.rev, moved))


@router.post(
    "/parts/{record_id}/moves/{move_id}/reverse",
    operation_id="reverse_part_move",
    summary="冲正出入库记录",
    status_code=201,
)
def reverse(
    request: Request,
    record_id: RecordId,
    move_id: RecordId,
    said: ReversalIn,
    actor: Annotated[Actor, Depends(Requires(PART.write))],
) -> MoveOut:
    """Another line that takes one back."""
    with writing(request, actor) as context:
        return _line(context, parts.reverse(context, record_id, said.rev, move_id, said.source_document))


@router.get("/parts/{record_id}/moves", operation_id="list_part_moves", summary="配件出入库记录")
def moves(
    request: Request, record_id: RecordId, actor: Annotated[Actor, Depends(Requires(PART.read))]
) -> list[MoveOut]:
    """The lines of a part."""
    with reading(request, actor) as context:
        return [_line(context, line) for line in parts.moves(context, record_id)]


def _span_us(context: Context, said: CredentialIn) -> tuple[int, int] | None:
    """From when to when. Errors: BadField, WrongOrder."""
    if said.from_us is None or said.until_us is None:
        return None
    fields = fields_of(Credential)
    span = [
        int(str(parse(fields[name], one, context.zone)))
        for name, one in {"from_us": said.from_us, "until_us": said.until_us}.items()
    ]
    if span[0] >= span[1]:
        raise WrongOrder()
    return span[0], span[1]


def _line(context: Context, line: PartMove) -> MoveOut:
    return MoveOut(
        id=line.id,
        at=iso(line.at_us, context.zone),
        kind=MoveKind(line.kind),
        qty=line.qty,
        amount=decimal(line.amount, 2),
        source_document=line.source_document,
        ticket_id=line.ticket_id,
        corrects_id=line.corrects_id,
    )
