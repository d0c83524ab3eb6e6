"""The tree of meters 总分表 as people enter it: which meter stands below which, from when to when."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.ledger.errors import NoSuchMeter
from civicwatt_cloud.timeseries.ledger.importing import Fate, take
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.tree.errors import (
    BadClass,
    ParentMissing,
    PlaceDatesWrong,
    TreeCycle,
    TwoParents,
)
from civicwatt_cloud.timeseries.ledger.tree.models import TreeMeter
from civicwatt_cloud.timeseries.ledger.tree.places import in_force, percent_of

SHEET = "总分表"
METER, PARENT, CLASS, FROM, TO = "计量点", "上级计量点", "准确度等级", "启用日期", "停用日期（不含）"
COLUMNS = (METER, PARENT, CLASS, FROM, TO)


def import_tree(session: Session, path: Path, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return enter(session, read_rows(path, SHEET, COLUMNS), who)


def enter(session: Session, rows: Iterable[Row], who: str) -> ImportReport:
    """Enter places in the tree; the same rows again change nothing."""
    return take(rows, _Desk(session, who).enter)


class _Desk:
    """Brings places into the database, against what is there already."""

    def __init__(self, session: Session, who: str) -> None:
        self._session = session
        self._who = who
        self._names = Names(session)
        self._places = list(session.scalars(select(TreeMeter)))

    def enter(self, row: Row) -> Fate:
        """Take one place. Errors: RowProblem."""
        point = self._point(row, METER)
        parent = self._point(row, PARENT) if row[PARENT] else None
        try:
            percent_of(row[CLASS])
        except ValueError as error:
            raise BadClass(row.where(CLASS), text=row[CLASS]) from error
        valid_from, valid_to = day(row, FROM), day(row, TO) if row[TO] else None
        if valid_to is not None and valid_to <= valid_from:
            raise PlaceDatesWrong(row.where(TO), start=valid_from, end=valid_to)
        known = next(
            (one for one in self._places if (one.point_id, one.valid_from) == (point, valid_from)), None
        )
        new = TreeMeter(
            point_id=point,
            parent_id=parent,
            accuracy_class=row[CLASS],
            valid_from=valid_from,
            valid_to=valid_to,
        )
        others = [one for one in self._places if one is not known]
        self._check(row, new, others)
        before, after = _facts(known, self._names), _facts(new, self._names)
        if before == after:
            return Fate(is_new=False, is_changed=False)
        if known is None:
            self._session.add(new)
            self._places.append(new)
        else:
            known.parent_id, known.accuracy_class, known.valid_to = parent, row[CLASS], valid_to
        audit.note(self._session, self._who, Deed("tree_entered", self._names.title(point), before, after))
        return Fate(is_new=known is None, is_changed=known is not None)

    def _point(self, row: Row, title: str) -> int:
        found = self._names.of(row[title])
        if len(found) != 1:
            raise NoSuchMeter(row.where(title), name=row[title], count=len(found))
        return found[0].id

    def _check(self, row: Row, new: TreeMeter, others: Sequence[TreeMeter]) -> None:
        for one in others:
            if one.point_id == new.point_id and _overlap(one, new):
                parent = "—" if one.parent_id is None else self._names.title(one.parent_id)
                raise TwoParents(row.where(FROM), meter=row[METER], parent=parent, start=one.valid_from)
        if new.parent_id is not None and new.parent_id not in {
            one.point_id for one in in_force([*others, new], new.valid_from)
        }:
            raise ParentMissing(row.where(PARENT), parent=row[PARENT], start=new.valid_from)
        places = [*others, new]
        starts = {one.valid_from for one in places if _overlap(one, new)}
        for start in sorted(max(start, new.valid_from) for start in starts):
            if path := _circle(
                new.point_id, {one.point_id: one.parent_id for one in in_force(places, start)}
            ):
                raise TreeCycle(row.where(PARENT), path=" → ".join(self._names.title(one) for one in path))


def _overlap(one: TreeMeter, other: TreeMeter) -> bool:
    return (other.valid_to is None or one.valid_from < other.valid_to) and (
        one.valid_to is None or other.valid_from < one.valid_to
    )


def _circle(point: int, parents: dict[int, int | None]) -> list[int]:
    """The way up from a point back to itself, empty when it ends at a root."""
    path, at = [point], parents.get(point)
    while at is not None and at != point:
        path.append(at)
        at = parents.get(at)
    return [*path, point] if at == point else []


def _facts(place: TreeMeter | None, names: Names) -> dict[str, object] | None:
    if place is None:
        return None
    return {
        "parent": None if place.parent_id is None else names.title(place.parent_id),
        "class": place.accuracy_class,
        "from": place.valid_from.isoformat(),
        "to": None if place.valid_to is None else place.valid_to.isoformat(),
    }
