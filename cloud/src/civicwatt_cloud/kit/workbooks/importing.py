"""Rows of a workbook become records, found again by their natural key; a repeat changes nothing.

Good rows are kept and bad ones told by their cell, as in the directory's import. A dry run does the same and
takes it back.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import String, cast, select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.directory_problems import DuplicateRow
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.errors import BadField, FieldMissing, titles_of
from civicwatt_cloud.kit.records.fields import Kind, is_required
from civicwatt_cloud.kit.records.sensitive import MASK, is_guarded
from civicwatt_cloud.kit.records.values import parse
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.kit.workbooks.columns import (
    EXAMPLE,
    OWNER,
    OWNER_NAME,
    STATE,
    Column,
    Targets,
    columns_of,
    key_of,
    named_by,
    required_titles,
)
from civicwatt_cloud.kit.workbooks.errors import (
    AmbiguousReference,
    UnknownColumn,
    UnknownOwner,
    UnknownReference,
    WithoutKey,
)
from civicwatt_cloud.kit.workbooks.template import sheet_title
from civicwatt_cloud.kit.workflow import steps

AT_ONCE = 500  # rows whose records are looked for together
MOST_ROWS = 100_000  # of a file: they are one transaction, for which all others wait [engineering default]

Report = Callable[[int, int], None]  # rows done, of how many
Key = tuple[object, ...]


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    IDENTICAL = "identical"
    BAD = "bad"


class Judged(NamedTuple):
    """A row of the file and what becomes of it."""

    row: int
    verdict: Verdict
    problem: CloudError | None = None


@dataclass(slots=True)
class Outcome:
    """What an import did, or would do."""

    rows: list[Judged] = field(default_factory=list)

    def count(self, verdict: Verdict) -> int:
        """How many rows have it."""
        return sum(one.verdict is verdict for one in self.rows)

    @property
    def problems(self) -> list[CloudError]:
        """What is wrong with the bad rows."""
        return [one.problem for one in self.rows if one.problem]


class _Said(NamedTuple):
    """What a row says: texts for the registry, and the same as the database keeps it."""

    row: Row
    owner_id: int
    texts: dict[str, object]
    values: dict[str, object]
    key: Key


def import_file(
    context: Context,
    entity: Entity,
    targets: Targets,
    path: Path,
    *,
    dry_run: bool,
    report: Report = lambda _done, _of: None,
) -> Outcome:
    """Bring a file's rows in; one audit row for each record that is new or changed.

    Errors: UnreadableTable, MissingColumn, UnknownColumn, TableTooLong, NotPermitted; those of a row are in
    the outcome.
    """
    found = read_rows(path, sheet_title(entity), required_titles(entity), most=MOST_ROWS)
    rows = [one for one in found if one[OWNER] != EXAMPLE]
    _check_titles(entity, found)
    trial = context.session.begin_nested()
    outcome = _Importer(context, entity, targets, rows).run(report)
    if dry_run:
        trial.rollback()
    else:
        trial.commit()
    return outcome


def _check_titles(entity: Entity, rows: Sequence[Row]) -> None:
    known = {OWNER, OWNER_NAME, STATE, *(one.title for one in columns_of(entity))}
    titles = [title for title in (rows[0].letters if rows else ()) if title not in known]
    if titles:
        raise UnknownColumn(rows[0].where(titles[0]), titles="、".join(titles))


class _Importer:
    """One file against what is there."""

    def __init__(self, context: Context, entity: Entity, targets: Targets, rows: list[Row]) -> None:
        self._context, self._entity, self._rows = context, entity, rows
        given = rows[0].letters if rows else {}
        self._columns = [
            one for one in columns_of(entity) if one.title in given and not one.field.is_computed
        ]
        self._titles = {one.name: one.title for one in columns_of(entity)}
        self._key = [name for name in key_of(entity) if name in {one.name for one in self._columns}]
        self._owners = self._owner_ids()
        self._others = {
            one.name: self._reference_ids(one, targets)
            for one in self._columns
            if one.field.kind is Kind.REFERENCE
        }
        self._seen: dict[Key, int] = {}

    def run(self, report: Report) -> Outcome:
        outcome = Outcome()
        for part in _parts(self._rows):
            said = [self._judged(row) for row in part]
            there = self._there([one for one in said if isinstance(one, _Said)])
            for row, one in zip(part, said, strict=True):
                outcome.rows.append(
                    self._kept(one, there.get(one.key))
                    if isinstance(one, _Said)
                    else Judged(row.number, Verdict.BAD, one)
                )
            report(len(outcome.rows), len(self._rows))
        return outcome

    def _judged(self, row: Row) -> _Said | CloudError:
        try:
            return self._said(row)
        except CloudError as error:
            return error

    def _said(self, row: Row) -> _Said:
        """What a row says. Errors, each with its cell: UnknownOwner, BadField, FieldMissing, WithoutKey …"""
        owner_id = self._owners.get(row[OWNER])
        if owner_id is None:
            raise UnknownOwner(row.where(OWNER), said=row[OWNER])
        texts: dict[str, object] = {}
        values: dict[str, object] = {}
        for one in self._columns:
            text = row[one.title]
            if is_guarded(one.field) and text == MASK:
                continue  # an export that hid it
            value = self._value(one, row)
            if value is None and self._is_left_to_default(one, row):
                continue
            values[one.name] = value
            texts[one.name] = value if one.field.kind is Kind.REFERENCE else text
        key = (owner_id, *(values.get(name) for name in self._key))
        if self._entity.natural_key and all(one is None for one in key[1:]) and self._key:
            title = self._titles[self._key[0]]
            raise WithoutKey(row.where(title), title_zh=title, title=self._key[0])
        if (first := self._seen.setdefault(key, row.number)) != row.number:
            raise DuplicateRow(row.where(self._titles[self._key[0]] if self._key else OWNER), first=first)
        return _Said(row, owner_id, texts, values, key)

    def _value(self, column: Column, row: Row) -> object:
        text, where = row[column.title], row.where(column.title)
        if column.field.kind is not Kind.REFERENCE:
            try:
                return parse(column.field, text, self._context.zone)
            except BadField as error:
                error.where = where
                raise
        if not text:
            return None
        ids = self._others[column.name].get(text, [])
        if len(ids) == 1:
            return ids[0]
        refusal = AmbiguousReference if ids else UnknownReference
        raise refusal(where, title_zh=column.field.zh, title=column.field.en, said=text[:80])

    def _is_left_to_default(self, column: Column, row: Row) -> bool:
        """Whether an empty cell says nothing. Errors: FieldMissing, where it must say something."""
        if is_required(self._entity.model, column.name):
            raise FieldMissing(row.where(column.title), **titles_of([column.field]))
        return not self._entity.model.__table__.c[column.name].nullable

    def _kept(self, said: _Said, known: Any) -> Judged:
        """Write what differs. A row that a rule refuses is undone alone."""
        number, entity, session = said.row.number, self._entity, self._context.session
        changes = {
            name: text
            for name, text in said.texts.items()
            if known is None or said.values[name] != getattr(known, name)
        }
        if known is not None and not changes:
            return Judged(number, Verdict.IDENTICAL)
        try:
            with session.begin_nested():
                if known is None:
                    made = registry.create(self._context, entity, said.owner_id, changes)
                    if entity.workflow:
                        steps.begin(self._context, entity, made)
                else:
                    registry.change(self._context, entity, known.id, known.rev, changes)
        except CloudError as error:
            title = self._titles.get(error.where.partition(",")[0])
            error.where = said.row.where(title or (self._titles[self._key[0]] if self._key else OWNER))
            return Judged(number, Verdict.BAD, error)
        return Judged(number, Verdict.CHANGED if known is not None else Verdict.NEW)

    def _there(self, said: list[_Said]) -> dict[Key, Any]:
        """The records that these rows name."""
        model = self._entity.model
        query = select(model).where(
            registry.visible(self._entity, self._context.actor),
            model.owner_id.in_({one.owner_id for one in said}),
        )
        if self._key:
            column = getattr(model, self._key[0])
            firsts = {one.values.get(self._key[0]) for one in said}
            query = query.where(column.in_(firsts - {None}) | column.is_(None))
        return {
            (row.owner_id, *(getattr(row, name) for name in self._key)): row
            for row in self._context.session.scalars(query)
        }

    def _owner_ids(self) -> dict[str, int]:
        """The institutions of the file in which the actor may write."""
        scope = scope_of(self._context.actor, self._entity.write)
        found: dict[str, int] = {}
        for codes in _parts(sorted({row[OWNER] for row in self._rows})):
            query = select(Institution.code, Institution.id).where(
                Institution.code.in_(codes), scope.visible()
            )
            found |= dict(self._context.session.execute(query).all())
        return found

    def _reference_ids(self, column: Column, targets: Targets) -> dict[str, list[int]]:
        """The records in scope that the cells of a column name."""
        table, name = named_by(column.field, targets)
        scope = scope_of(self._context.actor, self._context.actor.roles)
        found: dict[str, list[int]] = {}
        for texts in _parts(sorted({row[column.title] for row in self._rows} - {""})):
            named = name if isinstance(name.type, String) else cast(name, String)
            query = select(table.c.id, named).where(named.in_(texts))
            if "owner_id" in table.c:
                query = query.where(table.c.owner_id.in_(scope.institution_ids()))
            if "removed_us" in table.c:
                query = query.where(table.c.removed_us.is_(None))
            for number, text in self._context.session.execute(query):
                found.setdefault(str(text), []).append(number)
        return found


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
