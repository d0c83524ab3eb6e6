"""The schema of the administration's database: where it is, and what the newest one is."""

from pathlib import Path
from typing import NamedTuple

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection

import civicwatt_cloud
from civicwatt_cloud.kit.errors import SchemaNewer

MIGRATIONS = Path(civicwatt_cloud.__file__).parent / "migrations"


class Step(NamedTuple):
    """One migration."""

    revision: str
    title: str


class Schema(NamedTuple):
    """Where a database stands; `current` is None while it has no tables."""

    current: str | None
    head: str
    pending: tuple[Step, ...]  # in the order in which they run


def schema_of(connection: Connection) -> Schema:
    """The schema of the database behind a connection. Errors: SchemaNewer."""
    return schema_at(MigrationContext.configure(connection).get_current_revision())


def schema_at(current: str | None) -> Schema:
    """What lies between a revision and the newest one. Errors: SchemaNewer."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    head = scripts.get_current_head() or ""
    try:
        steps = [
            Step(one.revision, one.doc or "") for one in scripts.iterate_revisions(head, current or "base")
        ]
    except (CommandError, RevisionError) as error:  # a revision that this version does not know
        raise SchemaNewer(current=current, head=head) from error
    return Schema(current, head, tuple(reversed(steps)))
