"""`civicwatt cloud doctor`: each part in one row, what is wrong with its cause and what to do."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric import ec
from mosquitto import Mosquitto

from civicwatt.demo.processes import Process, free_port
from civicwatt.demo.processes import civicwatt as command
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.authority import Authority, pem, write_private
from civicwatt_cloud.operations import checks, ways
from civicwatt_cloud.operations.backup import STAMP
from civicwatt_cloud.operations.checks import Level

Doctor = Callable[[], tuple[int, dict[str, dict[str, Any]]]]


@pytest.fixture
def doctor(config: Path, civicwatt: Callable[..., Result]) -> Doctor:
    """Its exit code, and its rows by part."""

    def look() -> tuple[int, dict[str, dict[str, Any]]]:
        done = civicwatt("doctor", "--config", config, "--json")
        return done.exit_code, {row["part"]: row for row in json.loads(done.stdout)["rows"]}

    return look


class Usage(NamedTuple):
    """As shutil gives it."""

    total: int
    used: int
    free: int


def test_an_installation_that_does_not_run_is_told_so_part_by_part(cloud: Settings, doctor: Doctor) -> None:
    code, rows = doctor()
    assert code == 4  # the broker is all that fails
    assert rows["broker"]["level"] == "fail"
    assert rows["broker"]["error"]["code"] == "CW-O1031"
    assert rows["server"]["level"] == "warn"
    assert "civicwatt cloud serve" in rows["server"]["error"]["remedy_en"]
    assert rows["database"]["detail"].startswith("sqlite 3.")
    assert rows["schema"]["level"] == "ok"
    assert rows["readings store"]["detail"].startswith("duckdb")
    assert rows["gateways"]["detail"].startswith("1/1")
    assert rows["ledger"]["detail"].startswith("0 ")
    assert rows["backup"]["level"] == "warn"
    assert "签发机构 authority" in rows["certificate"]["detail"]


def test_a_fresh_place_has_nothing_wrong_but_what_is_not_there(settings: Settings, doctor: Doctor) -> None:
    code, rows = doctor()
    assert code == 4
    assert "首次运行" in rows["database"]["detail"]
    assert "首次运行" in rows["readings store"]["detail"]
    assert not settings.data_dir.exists()


def test_every_row_of_trouble_says_cause_and_remedy_in_both_languages(
    cloud: Settings, doctor: Doctor, config: Path, civicwatt: Callable[..., Result]
) -> None:
    _, rows = doctor()
    shown = civicwatt("doctor", "--config", config).stdout
    for row in rows.values():
        assert (row["error"] is None) is (row["level"] == "ok")
        if row["error"]:
            for part in ("code", "message", "message_en", "remedy", "remedy_en"):
                assert row["error"][part] in shown.replace("\n", "")


@pytest.mark.parametrize(("free", "level"), [(10 << 30, "ok"), (1 << 30, "warn"), (1 << 20, "fail")])
def test_room_on_the_disk(
    cloud: Settings, doctor: Doctor, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    code, rows = doctor()
    assert rows["disk"]["level"] == level
    assert code == (1 if level == "fail" else 4)


def test_a_clock_before_the_release_or_the_newest_message_is_slow(
    cloud: Settings, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "RELEASED_S", time.time() + 3600)
    _, rows = doctor()
    assert (rows["clock"]["level"], rows["clock"]["error"]["code"]) == ("fail", "CW-O1037")


def test_backups_are_asked_for_by_age(cloud: Settings, doctor: Doctor) -> None:
    for days, level in ((0, "ok"), (1, "ok"), (5, "warn")):
        at = datetime.now(UTC) - timedelta(days=days, minutes=1)
        (cloud.data_dir / STAMP).write_text(json.dumps({"at": at.isoformat()}))
        assert doctor()[1]["backup"]["level"] == level
    (cloud.data_dir / STAMP).write_text("not ours")
    assert doctor()[1]["backup"]["level"] == "warn"


@pytest.mark.parametrize(
    ("left", "level"),
    [
        (timedelta(days=90), Level.OK),
        (timedelta(days=10), Level.WARN),
        (timedelta(minutes=-1), Level.FAIL),
    ],
)
def test_certificates_end_with_a_warning_before(tmp_path: Path, left: timedelta, level: Level) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    made = Authority.present(tmp_path / "authority").for_hosts(key, ["x"], left)
    for name in ("ca", "cert", "key"):
        write_private(tmp_path / name, pem(made).encode())
    files = {f"mqtt_{name}": tmp_path / name for name in ("ca", "cert", "key")}
    *_, ingest, trusted = checks.certificates(Settings(data_dir=tmp_path, **files))
    assert (ingest.level, trusted.level) == (level, level)


def test_a_file_that_is_no_certificate_fails(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("nothing")
    files = {f"mqtt_{name}": tmp_path / name for name in ("ca", "cert", "key")}
    assert {row.level for row in checks.certificates(Settings(data_dir=tmp_path, **files))} == {Level.FAIL}


@pytest.fixture
def served(settings: Settings, config: Path, mosquitto: Mosquitto, tmp_path: Path) -> Iterator[Process]:
    """A real cloud beside a real broker."""
    port = free_port()
    config.write_text(f'data_dir = "{settings.data_dir}"\nmqtt_port = {mosquitto.port}\nhttp_port = {port}\n')
    process = Process("cloud", command("cloud", "serve", "--config", str(config)), tmp_path / "cloud.log")
    process.start()
    yield process
    process.stop()


def test_a_running_cloud_is_all_in_order(served: Process, doctor: Doctor) -> None:
    deadline = time.monotonic() + 90
    rows: dict[str, dict[str, Any]] = {}
    while rows.get("ingest", {}).get("level") != "ok":
        assert time.monotonic() < deadline, served.log_file.read_text()
        code, rows = doctor()
    assert code == 0
    assert {part for part, row in rows.items() if row["level"] != "ok"} <= {"backup", "clock", "disk"}
    assert rows["readings store"]["detail"].startswith("duckdb")
    assert "MQTT" in rows["broker"]["detail"]


@pytest.mark.parametrize(
    ("database", "readings", "hosts"),
    [
        (None, None, []),
        ("postgresql://u@127.0.0.1/d", "influxdb://127.0.0.1:8086/r", []),
        ("postgresql://u@/d?host=/run/postgresql", "victoria://localhost:8428", []),
        ("postgresql://u@db.example/d", None, ["db.example"]),
        ("postgresql://u@db.example/d?sslmode=require", None, ["db.example"]),
        ("postgresql://u@db.example/d?sslmode=verify-full", "influxdb2://o:t@ts.example:8086/r?tls=true", []),
        (None, "influxdb2://o:t@ts.example:8086/r", ["ts.example:8086"]),
    ],
)
def test_ways_to_other_machines_are_to_be_in_tls(
    tmp_path: Path, database: str | None, readings: str | None, hosts: list[str]
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database, readings_url=readings)
    rows = list(ways.in_the_clear(settings))
    assert [row.detail for row in rows] == hosts
    assert {row.level for row in rows} <= {Level.WARN}
