"""`civicwatt cloud migrate` says from where to where, and does it once."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from socket import socket

import pytest
from click.testing import Result

from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.errors import DatabaseAway, DataBusy, SchemaNewer
from civicwatt_cloud.kit.schema import schema_at
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations.errors import SchemaBehind


def test_an_empty_place_comes_to_the_newest_and_stays_there(
    settings: Settings, config: Path, civicwatt: Callable[..., Result]
) -> None:
    head = schema_at(None).head
    looked = civicwatt("migrate", "--check", "--config", config, "--json")
    assert isinstance(looked.exception, SchemaBehind)
    assert json.loads(looked.stdout)["done"] is False
    assert not settings.database_path.exists()
    told = json.loads(civicwatt("migrate", "--config", config, "--json").stdout)
    assert (told["from"], told["to"], told["done"]) == (None, head, True)
    assert [step["revision"] for step in told["steps"]][-1] == head
    again = civicwatt("migrate", "--check", "--config", config, "--json")
    assert (again.exit_code, json.loads(again.stdout)["steps"]) == (0, [])


def test_it_does_not_migrate_under_a_running_cloud(
    settings: Settings, config: Path, civicwatt: Callable[..., Result]
) -> None:
    settings.data_dir.mkdir()
    with alone(settings.data_dir):
        assert isinstance(civicwatt("migrate", "--config", config).exception, DataBusy)


def test_a_newer_schema_is_named_and_left_alone(
    cloud: Settings, config: Path, civicwatt: Callable[..., Result]
) -> None:
    with closing(sqlite3.connect(cloud.database_path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    done = civicwatt("migrate", "--config", config)
    assert isinstance(done.exception, SchemaNewer)
    assert "9999" in str(done.exception)


def test_a_database_that_does_not_answer_is_named(
    settings: Settings,
    tmp_path: Path,
    config: Path,
    civicwatt: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.data_dir.mkdir()
    with closing(socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        url = f"postgresql://civicwatt:s3cret@127.0.0.1:{nobody.getsockname()[1]}/civicwatt"
        monkeypatch.setenv("CIVICWATT_DATABASE_URL", url)
        (tmp_path / "key").write_text("k" * 32)
        (tmp_path / "key").chmod(0o600)
        backup = ("backup", tmp_path / "to", "--key-file", tmp_path / "key")
        for words in (("migrate", "--check"), ("migrate",), backup):
            done = civicwatt(*words, "--config", config)
            assert isinstance(done.exception, DatabaseAway)
            assert "s3cret" not in f"{done.exception}{done.output}"


def test_every_migration_has_a_title() -> None:
    steps = schema_at(None).pending
    assert [step.revision for step in steps] == sorted(step.revision for step in steps)
    assert all(step.title for step in steps)


@pytest.mark.parametrize("command", [("serve",), ("gateway-code", "gw-01")])
def test_the_former_version_opens_no_newer_database(
    cloud: Settings, config: Path, civicwatt: Callable[..., Result], command: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(cloud.database_path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    done = civicwatt(*command, "--config", config)
    assert isinstance(done.exception, SchemaNewer)
