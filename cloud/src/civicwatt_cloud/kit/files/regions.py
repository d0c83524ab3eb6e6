"""Parts of a picture that show records: rooms on a floor plan, as polygons in shares of its sides."""

import json
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.files.attachments import Entities, is_visible, workable
from civicwatt_cloud.kit.files.errors import BadRegion
from civicwatt_cloud.kit.files.models import Attachment, PictureRegion
from civicwatt_cloud.kit.records.context import Context

MOST_CORNERS = 200  # of one region [engineering default]
SMALLEST = 1e-6  # of the picture's area: less is a slip of the hand [engineering default]

Point = tuple[float, float]


class Region(NamedTuple):
    """A record and its corners, 0…1 from the upper left."""

    entity: str
    record_id: int
    points: tuple[Point, ...]


def draw(context: Context, entities: Entities, picture: Attachment, drawn: Sequence[Region]) -> None:
    """Let a picture show these records and no others; what the actor may not see of it stays.

    Errors: BadRegion, NotFound, NotPermitted.
    """
    for number, one in enumerate(drawn, 1):
        _check(context, entities, one, number)
    named = [(one.entity, one.record_id) for one in drawn]
    for number, name in enumerate(named, 1):
        if name in named[: number - 1]:
            raise BadRegion(number=number, what="drawn twice", what_zh="同一对象重复勾画")
    workable(context, entities[picture.entity], picture.record_id)
    there = regions(context.session, picture)
    seen = [one for one in there if is_visible(context, entities, one.entity, one.record_id)]
    _replace(context, picture, seen, drawn)


def draw_one(context: Context, entities: Entities, picture: Attachment, drawn: Region) -> None:
    """Let a picture show one record there; what else it shows stays.

    Errors: BadRegion, NotFound, NotPermitted.
    """
    _check(context, entities, drawn, 1)
    workable(context, entities[picture.entity], picture.record_id)
    _replace(context, picture, _of(context, picture, drawn.entity, drawn.record_id), [drawn])


def erase(context: Context, entities: Entities, picture: Attachment, entity: str, record_id: int) -> None:
    """A picture shows a record no longer. Errors: NotFound, NotPermitted."""
    if not is_visible(context, entities, entity, record_id):
        raise NotFound(f"{entity}/{record_id}")
    workable(context, entities[picture.entity], picture.record_id)
    _replace(context, picture, _of(context, picture, entity, record_id), [])


def _check(context: Context, entities: Entities, one: Region, number: int) -> None:
    if what := fault(one.points):
        raise BadRegion(number=number, what=what[1], what_zh=what[0])
    if not is_visible(context, entities, one.entity, one.record_id):
        raise NotFound(f"{one.entity}/{one.record_id}")


def _of(context: Context, picture: Attachment, entity: str, record_id: int) -> list[Region]:
    there = regions(context.session, picture)
    return [one for one in there if (one.entity, one.record_id) == (entity, record_id)]


def _replace(
    context: Context, picture: Attachment, before: Sequence[Region], after: Sequence[Region]
) -> None:
    """Some regions of a picture give way to others, written down."""
    session = context.session
    for one in before:
        session.execute(
            delete(PictureRegion).where(
                PictureRegion.attachment_id == picture.id,
                PictureRegion.entity == one.entity,
                PictureRegion.record_id == one.record_id,
            )
        )
    for one in after:
        points = json.dumps(one.points)
        session.add(
            PictureRegion(attachment_id=picture.id, entity=one.entity, record_id=one.record_id, points=points)
        )
    session.flush()
    told = [{"picture": picture.id, "regions": [one._asdict() for one in some]} for some in (before, after)]
    subject = f"{picture.entity}/{picture.record_id}"
    audit.note(session, context.actor.who, audit.Deed("picture_drawn", subject, *told))


def regions(session: Session, picture: Attachment) -> list[Region]:
    """What a picture shows."""
    query = select(PictureRegion).where(PictureRegion.attachment_id == picture.id).order_by(PictureRegion.id)
    return [_region(one) for one in session.scalars(query)]


def fault(points: Sequence[Point]) -> tuple[str, str] | None:
    """Why these corners make no area, in Chinese and English; None: they do."""
    if not 3 <= len(points) <= MOST_CORNERS:
        return f"应有 3 至 {MOST_CORNERS} 个顶点", f"3 to {MOST_CORNERS} corners"
    if not all(0 <= at <= 1 for point in points for at in point):
        return "坐标应在 0 与 1 之间", "coordinates are 0 to 1"
    sides = list(zip(points, [*points[1:], points[0]], strict=True))
    crossings = combinations(enumerate(sides), 2)
    last = len(sides) - 1
    if any(_cross(*a, *b) for (i, a), (j, b) in crossings if j - i != 1 and (i, j) != (0, last)):
        return "边线相交", "sides cross"
    if abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in sides)) / 2 < SMALLEST:
        return "面积为零", "no area"
    return None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two sides that share no corner meet."""
    turns = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _region(row: PictureRegion) -> Region:
    points = tuple((float(x), float(y)) for x, y in json.loads(row.points))
    return Region(row.entity, row.record_id, points)
