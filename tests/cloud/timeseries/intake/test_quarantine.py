"""What was set aside, seen and replayed by command."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from sqlalchemy import select
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.errors import NoSuchQuarantined, NothingReplays
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock

PointOf = Callable[[FakeGateway, str], int]
Run = Callable[..., Result]
SOON_US = (NOW_HOUR + 30) * HOUR_US


@pytest.fixture
def run(db: Database, tmp_path: Path) -> Run:
    """Runs `civicwatt quarantine …` on the test's database."""
    config = tmp_path / "cloud.toml"
    url = f'database_url = "{db.engine.url.render_as_string(hide_password=False)}"\n'
    config.write_text(f'data_dir = "{tmp_path}"\n' + (url if db.is_postgresql else ""))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(
            build("quarantine"), ["quarantine", *arguments, "--config", str(config), "--json"]
        )

    return invoke


@pytest.fixture
def aside(db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway) -> dict[str, int]:
    """Numbers by code: a reading of the day after tomorrow, garbage, and one that was cut off."""
    garbage = Message("spBv1.0/429900/DDATA/gw-01/M-1", b"\xffgarbage")
    long = Message("spBv1.0/429900/DDATA/gw-01/M-1", bytes(300_000))
    ingest = Ingest(db, store, clock)
    ingest.process([gateway.birth(), gateway.data(1, SOON_US, 12.5, 1.0), garbage, long])
    with db.reading() as session:
        return {row.code: row.id for row in quarantine.listing(session)}


def test_the_list_and_one_of_it(run: Run, aside: dict[str, int]) -> None:
    rows = json.loads(run("list").stdout)
    assert {row["code"]: row["id"] for row in rows} == aside
    assert [row["id"] for row in rows] == sorted(aside.values(), reverse=True)
    assert [row["code"] for row in json.loads(run("list", "--code", "CW-T1002").stdout)] == ["CW-T1002"]
    shown = json.loads(run("show", str(aside["CW-P1300"])).stdout)
    assert bytes.fromhex(shown["payload"]) == b"\xffgarbage"
    assert isinstance(run("show", "999").exception, NoSuchQuarantined)


def test_a_replay_stores_what_can_be_read_by_now_and_says_what_cannot(
    db: Database,
    store: ReadingsStore,
    gateway: FakeGateway,
    point_of: PointOf,
    run: Run,
    aside: dict[str, int],
) -> None:
    later = Ingest(db, store, Clock(SOON_US))
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.02):
            later.replay()

    working = threading.Thread(target=work)
    working.start()
    try:
        first, again = run("replay", "--all"), run("replay", str(aside["CW-T1002"]))
    finally:
        done.set()
        working.join()
    assert first.exit_code == 6
    outcomes = {row["id"]: row["outcome"] for row in json.loads(first.stdout)["replayed"]}
    assert outcomes == {
        aside["CW-T1002"]: "stored",
        aside["CW-P1300"]: "CW-P1300",
        aside["CW-T1005"]: "CW-T1005",
    }
    assert again.exit_code == 0
    energy = point_of(gateway, "import_active_energy")
    found = store.scan([energy], 0, 2**62)
    assert (found.ts_us.tolist(), found.value.tolist()) == ([SOON_US], [12.5])
    with db.reading() as session:
        assert quarantine.count(session) == 3  # a replay sets nothing aside anew
        assert set(session.scalars(select(DirtyRange.point_id))) == {energy}
    assert len(json.loads(run("replay", "--all", "--wait", "0").stdout)["replayed"]) == 2  # the open ones


@pytest.mark.parametrize("command", ["show", "replay"])
def test_a_number_beyond_all_counting_is_a_wrong_use(run: Run, command: str) -> None:
    assert run(command, "9" * 30).exit_code == 2


def test_without_a_worker_the_wish_is_kept(
    db: Database, store: ReadingsStore, run: Run, aside: dict[str, int]
) -> None:
    told = run("replay", str(aside["CW-T1002"]), "--wait", "0")
    assert isinstance(told.exception, NothingReplays)
    assert json.loads(told.stdout) == {"replayed": [{"id": aside["CW-T1002"], "outcome": None}]}
    Ingest(db, store, Clock(SOON_US)).replay()
    with db.reading() as session:
        assert quarantine.outcomes(session, [aside["CW-T1002"]]) == {aside["CW-T1002"]: "stored"}


def test_data_whose_catalogue_never_came_say_so(
    db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway, run: Run
) -> None:
    late = gateway.data(1, NOW_HOUR * HOUR_US, 1.0, 2.0)
    with db.session() as session:
        quarantine.add(session, 1, [quarantine.Entry(late.topic, NoSuchQuarantined(id=0), late.payload)])
    ingest = Ingest(db, store, clock)
    run("replay", "--all", "--wait", "0")
    ingest.replay()
    assert [row["outcome"] for row in json.loads(run("list").stdout)] == ["CW-T1201"]
    ingest.process([gateway.birth()])
    run("replay", "--all", "--wait", "0")
    ingest.replay()
    assert [row["outcome"] for row in json.loads(run("list").stdout)] == ["stored"]
