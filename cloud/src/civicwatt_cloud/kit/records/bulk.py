"""One deed for many records: all of them, or none."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from civicwatt_cloud.kit.errors import CloudError, NotPermitted
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted

MOST = 500  # records at once [engineering default]
REMOVE = "remove"


class Seen(NamedTuple):
    """A record at the revision that was seen."""

    id: int
    rev: int


def act(
    context: Context, entity: Entity, event: str, seen: Sequence[Seen], said: Mapping[str, object]
) -> None:
    """Remove these records or take one step of each; what one refuses undoes all, and names it.

    Errors: those of registry.remove and steps.take, with the record as `where`.
    """
    for one in seen:
        try:
            _act(context, entity, event, one, said)
        except CloudError as error:
            error.where = f"{entity.key}/{one.id}"
            raise


def _act(context: Context, entity: Entity, event: str, one: Seen, said: Mapping[str, object]) -> None:
    if event != REMOVE:
        steps.take(context, entity, one.id, Wanted(one.rev, event, said))
        return
    if not context.actor.roles & entity.write:
        raise NotPermitted()
    registry.remove(context, entity, one.id, one.rev)
