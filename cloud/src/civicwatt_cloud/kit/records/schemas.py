"""The wire's models of an entity, made from its fields: so the OpenAPI document tells each of them."""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field as Described
from civicwatt_cloud.kit.records.fields import Kind, fields_of, is_required
from civicwatt_cloud.kit.records.sensitive import SENSITIVITY

STRICT = ConfigDict(extra="forbid")
_SAID: dict[Kind, Any] = {
    Kind.TEXT: str,
    Kind.NOTE: str,
    Kind.NUMBER: str | int,
    Kind.DATE: str,
    Kind.MOMENT: str,
    Kind.CHECK: bool,
    Kind.CHOICE: str,
    Kind.REFERENCE: int,
}


class Numbered(BaseModel):
    """Which revision of a record a write has seen."""

    model_config = STRICT
    rev: int = Field(ge=1, le=2**31 - 1, description="所见版本 · the revision that was seen")


def new_of(entity: Entity) -> type[BaseModel]:
    """What a new record is made from."""
    owner: Any = (int, Field(ge=1, le=2**31 - 1, description="所属单位 · the institution that owns it"))
    said = {name: _field(one, needed=is_required(entity.model, name)) for name, one in _written(entity)}
    return create_model(f"{_name(entity)}New", __config__=STRICT, owner_id=owner, **said)


def change_of(entity: Entity) -> type[BaseModel]:
    """What a change says: the fields that become different."""
    said = {name: _field(one, needed=False) for name, one in _written(entity)}
    return create_model(f"{_name(entity)}Change", __base__=Numbered, **said)


@cache
def out_of(entity: Entity) -> type[BaseModel]:
    """A record as it is shown."""
    kept: dict[str, Any] = {
        "id": (int, ...),
        "owner_id": (int, ...),
        "sensitivity": (str, ...),
        "rev": (int, ...),
    }
    if entity.workflow:
        kept["state"] = (str, ...)
    kept |= {name: (Any, Field(title=one.zh)) for name, one in fields_of(entity.model).items()}
    return create_model(f"{_name(entity)}Out", **kept)


@cache
def filters_of(entity: Entity) -> type[BaseModel]:
    """What a list is asked for: a value of a field, or `from..to`."""
    text = (str | None, Field(None, max_length=200))
    asked: dict[str, Any] = dict.fromkeys(entity.filters, text)
    asked["owner_id"] = (int | None, Field(None, ge=1, le=2**31 - 1))
    asked |= {"q": text, "order": text}
    asked["offset"] = (int, Field(0, ge=0, le=10_000_000))
    asked["limit"] = (int, Field(50, ge=1, le=500))
    return create_model(f"{_name(entity)}Filters", __config__=STRICT, **asked)


def form_of(name: str, form: Any, required: frozenset[str]) -> type[BaseModel]:
    """What a step of a workflow says besides the revision."""
    said = {key: _field(one, needed=key in required) for key, one in form.items()}
    return create_model(name, __base__=Numbered, **said)


def _written(entity: Entity) -> list[tuple[str, Described]]:
    written = [(name, one) for name, one in fields_of(entity.model).items() if not one.is_computed]
    return [*written, ("sensitivity", SENSITIVITY)]


def _field(described: Described, *, needed: bool) -> Any:
    type_ = _SAID[described.kind]
    limits: dict[str, Any] = {"title": described.zh, "description": described.en}
    if described.kind is Kind.REFERENCE:
        limits |= {"ge": 1, "le": 2**31 - 1}
    return (type_, Field(..., **limits)) if needed else (type_ | None, Field(None, **limits))


def _name(entity: Entity) -> str:
    return "".join(part.capitalize() for part in entity.key.split("_"))
