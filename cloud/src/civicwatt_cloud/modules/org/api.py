"""Routes beyond the registry: what happens to people."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.people import PersonEventKind
from civicwatt_cloud.kit.records.api import PROBLEMS, RecordId, writing
from civicwatt_cloud.modules.org import people
from civicwatt_cloud.modules.org.entities import EVENT, PERSON

router = APIRouter(prefix="/api/v1/org", tags=["机构人员"], responses=PROBLEMS)


class PersonEventIn(BaseModel):
    """An appointment, a transfer, a retirement …"""

    model_config = ConfigDict(extra="forbid")

    kind: PersonEventKind
    on_day: date = Field(ge=date(1900, 1, 1), le=date(2099, 12, 31))
    document: str | None = Field(None, max_length=200)
    post_id: int | None = Field(None, ge=1, le=2**31 - 1)


class PersonEventOut(BaseModel):
    """The event that was noted."""

    id: int


@router.post(
    "/people/{record_id}/events", operation_id="note_person_event", summary="任免调退登记", status_code=201
)
def note_event(
    request: Request,
    record_id: RecordId,
    said: PersonEventIn,
    actor: Annotated[Actor, Depends(Requires(PERSON.write))],
) -> PersonEventOut:
    """Note it; posts, grants and what follows in other modules change in the same transaction."""
    happened = people.Said(said.kind, said.on_day, said.document, said.post_id)
    with writing(request, actor) as context:
        return PersonEventOut(
            id=people.happen(context, people.Entities(PERSON, EVENT), record_id, happened).id
        )
