"""Records of the use of vehicles as far as an actor may see them: who only knows of them gets none."""

from collections.abc import Sequence
from typing import Any

from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.registry import Context


def open_to(context: Context, entity: Entity, rows: Sequence[Any]) -> list[Any]:
    """Those of which the actor may see more than that they are there."""
    hidden = sensitive.masked(context.session, context.actor, entity, rows)
    return [row for row, names in zip(rows, hidden, strict=True) if entity.title not in names]


def get(context: Context, entity: Entity, record_id: int) -> Any:
    """The record. Errors: NotPermitted; NotFound, also for one of which the actor may see nothing."""
    row = registry.get(context, entity, record_id)
    if not open_to(context, entity, [row]):
        raise NotFound()
    return row
