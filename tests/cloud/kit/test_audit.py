"""S09, S10: the chain by either hash, its anchors, and what the command says of a chain that was touched."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Audit, AuditHead, Deed
from civicwatt_cloud.kit.audit_commands import app
from civicwatt_cloud.kit.crypto import PROVIDERS, Family
from civicwatt_cloud.kit.db import Database

run = CliRunner().invoke


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database of the settings, with two deeds by each family of algorithms."""
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path))
    for family in ("intl", "gm"):
        database = Database.at(tmp_path / "civicwatt.sqlite", family)  # type: ignore[arg-type]
        database.upgrade()
        for number in range(2):
            with database.session() as session:
                audit.note(session, "command", Deed("tested", f"{family}/{number}", None, {"n": number}))
    return database


def touched(database: Database, change: Callable[[Session], None]) -> None:
    """Do what only the database's owner can: without its triggers."""
    with database.session() as session:
        for deed in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{deed}"))
        change(session)


def verdict(*more: str) -> tuple[int, object]:
    result = run(app, ["verify", "--json", *more])
    return result.exit_code, json.loads(result.stdout)["bad"]


def written_anew(session: Session) -> None:
    """The second row says something else, and every hash from it on is right again."""
    row = session.get_one(Audit, 2)
    row.who = "account/nobody"
    before = session.get_one(Audit, 1).hash
    for one in session.scalars(select(Audit).where(Audit.id > 1).order_by(Audit.id)):
        one.hash = before = PROVIDERS["intl"].named_digest(audit.content(before, one))
    session.get_one(AuditHead, 1).hash = before


@pytest.mark.parametrize("family", ["intl", "gm"])
def test_s10_the_chain_goes_on_when_the_algorithms_change(database: Database, family: Family) -> None:
    with database.reading() as session:
        names = [hashed.partition(":")[0] for hashed in session.scalars(select(Audit.hash))]
    assert names == ["sha256", "sha256", "sm3", "sm3"]
    assert verdict() == (0, None)


@pytest.mark.parametrize(
    ("change", "bad"),
    [
        (update(Audit).where(Audit.id == 2).values(after='{"n": 7}'), {"row": 2, "reason": "changed"}),
        (update(Audit).where(Audit.id == 3).values(hash="sm3:00"), {"row": 3, "reason": "changed"}),
        (delete(Audit).where(Audit.id == 2), {"row": 2, "reason": "missing"}),
        (delete(Audit).where(Audit.id == 4), {"row": 4, "reason": "missing"}),
    ],
    ids=["edited", "algorithm", "deleted", "last"],
)
def test_s09_the_command_names_the_first_bad_row_and_exits_1(
    database: Database, change: object, bad: object
) -> None:
    touched(database, lambda session: session.execute(change))  # type: ignore[call-overload]
    assert verdict() == (1, bad)


def test_s09_the_command_names_the_first_of_two_rows_that_changed_places(database: Database) -> None:
    def swap(session: Session) -> None:
        for old, new in ((2, 9), (3, 2), (9, 3)):
            session.execute(update(Audit).where(Audit.id == old).values(id=new))

    touched(database, swap)
    assert verdict() == (1, {"row": 2, "reason": "changed"})


def test_s09_a_chain_that_was_written_anew_is_found_by_its_anchor(database: Database, tmp_path: Path) -> None:
    away = tmp_path / "away"
    assert run(app, ["anchor", "--to", str(away)]).exit_code == 0
    assert verdict("--anchors", str(away)) == (0, None)
    touched(database, written_anew)
    assert verdict() == (0, None)
    assert verdict("--anchors", str(away)) == (1, {"row": 4, "reason": "anchor"})
    touched(database, lambda session: session.execute(delete(Audit).where(Audit.id > 2)))
    said = run(app, ["verify", "--anchors", str(away)])
    assert said.exit_code == 1
    assert "第 3 条 · row 3" in said.stdout


def test_s09_an_anchor_that_was_changed_or_signed_by_another_is_refused(
    database: Database, tmp_path: Path
) -> None:
    away, other = tmp_path / "away", tmp_path / "other"
    run(app, ["anchor", "--to", str(away)])
    (tmp_path / "audit.key").unlink()
    run(app, ["anchor", "--to", str(other)])
    foreign = run(app, ["verify", "--anchors", str(other), "--key", str(away / "audit-key.pub.pem")])
    assert getattr(foreign.exception, "code", None) == "CW-K1321"
    [path] = away.glob("audit-*.json")
    path.write_text(path.read_text().replace('"row": 4', '"row": 3'))
    changed = run(app, ["verify", "--anchors", str(away)])
    assert getattr(changed.exception, "code", None) == "CW-K1321"
