"""Files of records: who may see what a record says may see its files, who works on it adds and takes away."""

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.files.checks import accepted
from civicwatt_cloud.kit.files.errors import FileInfected
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.kit.scope import scope_of

log = structlog.get_logger()

SCAN_S = 60  # how long the scanner may take [engineering default]
Entities = Mapping[str, Entity]  # by key


class Kept(NamedTuple):
    """A file that was checked and whose content is stored."""

    name: str
    media_type: str
    sha256: str
    size: int


def keep(store: Store, name: str, data: bytes, scan: str = "") -> Kept:
    """Check and store a file, before any transaction: this takes time. Errors: as accepted; FileInfected.

    `scan` is a command that is given the file's path and ends with 0 when it is clean.
    """
    file = accepted(name, data)
    if scan and not _is_clean(scan, file.data):
        raise FileInfected(file.name)
    return Kept(file.name, file.media_type, store.put(file.data), len(file.data))


def attach(context: Context, entity: Entity, record_id: int, file: Kept, kind: str) -> Attachment:
    """Give a record a file; the same content again is the same attachment. Errors: NotFound, NotPermitted."""
    row = workable(context, entity, record_id)
    session = context.session
    if session.get(File, file.sha256) is None:
        session.add(
            File(sha256=file.sha256, media_type=file.media_type, size=file.size, stored_us=real_now_us())
        )
        session.flush()
    for one in attachments(session, entity, record_id):
        if (one.sha256, one.name, one.kind) == (file.sha256, file.name, kind):
            return one
    made = Attachment(
        sha256=file.sha256,
        name=file.name,
        entity=entity.key,
        record_id=record_id,
        kind=kind,
        owner_id=row.owner_id,
        who=context.actor.who,
        at_us=context.now_us,
    )
    session.add(made)
    session.flush()
    _note(context, "file_attached", made, None, _told(made))
    return made


def detach(context: Context, entity: Entity, record_id: int, attachment_id: int) -> None:
    """Take a file from a record; its content stays. Errors: NotFound, NotPermitted."""
    workable(context, entity, record_id)
    found = [one for one in attachments(context.session, entity, record_id) if one.id == attachment_id]
    if not found:
        raise NotFound()
    found[0].removed_us = context.now_us
    _note(context, "file_removed", found[0], _told(found[0]), None)


def attachments(session: Session, entity: Entity, record_id: int, kind: str = "") -> Sequence[Attachment]:
    """The files of a record, of one kind where one is named; the first one first."""
    query = select(Attachment).where(
        Attachment.entity == entity.key, Attachment.record_id == record_id, Attachment.removed_us.is_(None)
    )
    return session.scalars(
        (query.where(Attachment.kind == kind) if kind else query).order_by(Attachment.id)
    ).all()


def with_content(context: Context, entities: Entities, sha256: str) -> tuple[Attachment, File]:
    """An attachment of that content that the actor may see. Errors: NotFound, alike for foreign."""
    query = (
        select(Attachment, File)
        .join(File)
        .where(Attachment.sha256 == sha256, Attachment.removed_us.is_(None))
    )
    for attachment, file in context.session.execute(query.order_by(Attachment.id)):
        if is_visible(context, entities, attachment.entity, attachment.record_id):
            return attachment, file
    raise NotFound()


def attachment(context: Context, entities: Entities, attachment_id: int) -> Attachment:
    """The attachment. Errors: NotFound, alike for absent and foreign."""
    found = context.session.get(Attachment, attachment_id)
    if (
        found is None
        or found.removed_us is not None
        or not is_visible(context, entities, found.entity, found.record_id)
    ):
        raise NotFound()
    return found


def is_visible(context: Context, entities: Entities, key: str, record_id: int) -> bool:
    """Whether the actor may see a record, and more of it than that it is there."""
    entity = entities.get(key)
    if entity is None:
        return False
    model = entity.model
    query = select(model).where(model.id == record_id, registry.visible(entity, context.actor))
    return bool(registry.open_to(context, entity, context.session.scalars(query).all()))


def workable(context: Context, entity: Entity, record_id: int) -> Record:
    """The record, for one who works on it. Errors: NotFound, NotPermitted."""
    row: Record = registry.get(context, entity, record_id)
    if not scope_of(context.actor, entity.workers).has(context.session, row.owner_id):
        raise NotPermitted()
    return row


def _told(one: Attachment) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "kind": one.kind, "sha256": one.sha256}


def _note(
    context: Context,
    what: str,
    one: Attachment,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> None:
    deed = audit.Deed(what, f"{one.entity}/{one.record_id}", before, after)
    audit.note(context.session, context.actor.who, deed)


def _is_clean(scan: str, data: bytes) -> bool:
    with NamedTemporaryFile(prefix="civicwatt-") as file:
        file.write(data)
        file.flush()
        try:
            command = [*shlex.split(scan), file.name]
            done = subprocess.run(command, capture_output=True, timeout=SCAN_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            log.exception("scan_failed")
            return False
    return done.returncode == 0
