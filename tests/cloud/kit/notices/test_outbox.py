"""Events reach those who hear later: at least once, in order, whoever fails and whenever we are killed."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from cloud.kit.notices.conftest import NOW, ZONE, World, tell, us
from mosquitto import Mosquitto
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from civicwatt_cloud.kit import events_commands
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.events import Background, Event, Facts
from civicwatt_cloud.kit.outbox import channels, dispatcher
from civicwatt_cloud.kit.outbox.dispatcher import TRIES, Dispatcher, Outside, Told
from civicwatt_cloud.kit.outbox.hearers import outside, signature
from civicwatt_cloud.kit.outbox.models import Delivery
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.clock import Clock

CLOCK = Clock(us(NOW), 1e-9)


def made(database: Database, inside: list[Background], *elsewhere: Outside) -> Dispatcher:
    return Dispatcher(database, ZONE, CLOCK, inside, elsewhere)


def hearer(key: str, heard: list[object], fails: Callable[[Facts], bool] = lambda _: False) -> Background:
    def hear(_context: Context, facts: Facts) -> None:
        if fails(facts):
            raise ValueError("不行")
        heard.append(facts["n"])

    return Background(key, "thing.happened", hear)


def left(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        return [tuple(row) for row in session.execute(select(Delivery.hearer, Delivery.tries))]


def no_more_waiting(database: Database) -> None:
    """The time of the next try has come."""
    with database.session() as session:
        session.execute(update(Delivery).values(next_us=0))


def test_k19_what_is_committed_is_heard_once_and_what_was_undone_is_not(city: Database) -> None:
    heard: list[object] = []
    one = made(city, [hearer("a", heard)])
    tell(city, {"n": 1})
    with city.session() as session:
        session.add(Event(name="thing.happened", facts='{"n": 2}', at_us=0))
        session.flush()
        session.rollback()
    tell(city, {"n": 3}, name="another.thing")
    for _ in range(3):
        one.hand_on()
    assert heard == [1]
    assert left(city) == []


def test_k19_a_hearer_that_fails_stops_neither_the_others_nor_other_owners(city: Database) -> None:
    bad, good = [], []
    fails = {1}
    one = made(city, [hearer("bad", bad, lambda facts: facts["n"] in fails), hearer("good", good)])
    tell(city, *({"n": n, "owner_id": n % 2 + 1} for n in range(6)))  # 1, 3, 5 are of owner 2
    one.hand_on()
    assert (good, bad) == ([0, 1, 2, 3, 4, 5], [0, 2, 4])
    one.hand_on()
    assert bad == [0, 2, 4]  # its time has not come
    fails.clear()
    no_more_waiting(city)
    one.hand_on()
    assert bad == [0, 2, 4, 1, 3, 5]  # in the order of the owner
    assert left(city) == []


def test_k19_what_a_hearer_did_before_it_failed_is_undone(city: Database) -> None:
    def half(context: Context, _facts: Facts) -> None:
        context.session.add(Event(name="made.by.it", facts="{}", at_us=0))
        context.session.flush()
        raise ValueError

    tell(city, {"n": 1})
    made(city, [Background("half", "thing.happened", half)]).hand_on()
    with city.reading() as session:
        assert session.scalars(select(Event.name)).all() == ["thing.happened"]
    assert left(city) == [("half", 1)]


def test_k19_tries_come_ever_more_seldom() -> None:
    waits = [dispatcher.wait_us(n) // 1_000_000 for n in range(1, TRIES)]
    assert waits[:6] == [5, 20, 80, 320, 1280, 3600]
    assert sum(waits) > 6 * 3600


def test_k19_a_dead_letter_is_seen_by_command_with_its_reason_and_tried_again(
    city: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if city.is_postgresql:
        monkeypatch.setenv("CIVICWATT_DATABASE_URL", city.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CIVICWATT_DATA_DIR", str(tmp_path))
    heard: list[object] = []
    fails = {1}
    one = made(city, [hearer("kit.bad", heard, lambda facts: facts["n"] in fails)])
    tell(city, {"n": 1, "owner_id": 1}, {"n": 2, "owner_id": 1})
    for _ in range(TRIES):
        no_more_waiting(city)
        one.hand_on()
    one.hand_on()
    assert heard == [2]  # a dead one is passed
    run = CliRunner()
    shown = run.invoke(events_commands.app, ["list"]).stdout
    assert "thing.happened → kit.bad" in shown
    assert "ValueError: 不行" in shown
    (row,) = json.loads(run.invoke(events_commands.app, ["list", "--json"]).stdout)["events"]
    assert (row["dead"], row["tries"], row["hearer"]) == (True, TRIES, "kit.bad")
    fails.clear()
    assert run.invoke(events_commands.app, ["retry", "999"]).exit_code != 0
    assert run.invoke(events_commands.app, ["retry"]).exit_code == 2
    assert "1" in run.invoke(events_commands.app, ["retry", str(row["id"])]).stdout
    one.hand_on()
    assert heard == [2, 1]
    assert "全部已投递" in run.invoke(events_commands.app, ["list"]).stdout


def test_k19_what_waits_for_nobody_is_said_to(city: Database) -> None:
    tell(city, {"n": 1})
    made(city, [hearer("gone", [], lambda _: True)]).hand_on()
    made(city, []).hand_on()
    with city.reading() as session:
        row = session.scalars(select(Delivery)).one()
    assert row.dead_us
    assert "CW-K1602" in (row.reason or "")


def test_k19_a_webhook_hears_in_order_signed_and_again_after_it_was_away(
    city: Database, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "hook.secret"
    file.write_text("s3cret\n")
    file.chmod(0o600)
    config = tmp_path / "channels.toml"
    config.write_text(
        f'[[webhook]]\nname = "oa"\nurl = "http://127.0.0.1:{world.port}/hook?key=canary"\n'
        f'secret_file = "{file}"\nevents = ["thing.*"]\n'
        '[allow]\nhosts = ["127.0.0.1"]\nnetworks = ["127.0.0.0/8"]\n'
    )
    (hook,) = outside(channels.load(config), Settings(mqtt_host=None))
    heard: list[object] = []
    one = made(city, [hearer("here", heard)], hook)
    tell(city, *({"n": n, "owner_id": 1} for n in range(3)))
    world.status = 503
    one.hand_on()
    one.tell(hook)
    assert heard == [0, 1, 2]  # whatever the other system does
    assert len(world.asked) == 1
    with city.reading() as session:
        reason = session.scalar(select(Delivery.reason).where(Delivery.tries > 0)) or ""
    assert "HTTP 503" in reason
    assert "canary" not in reason
    world.status = 200
    no_more_waiting(city)
    one.tell(hook)
    assert [body["facts"]["n"] for body in world.bodies] == [0, 0, 1, 2]
    assert world.bodies[0]["id"] == world.bodies[1]["id"]  # by which it knows what it was told twice
    _, headers, body = world.asked[-1]
    expected = signature("s3cret", headers["X-CivicWatt-Time"], body)
    assert headers["X-CivicWatt-Signature"] == expected
    assert left(city) == []


def test_k19_a_topic_at_the_broker_hears_of_events(
    mosquitto: Mosquitto, sqlite_template: Path, tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{sqlite_template}")
    settings = Settings(mqtt_port=mosquitto.port)
    found = channels.Channels(mqtt=channels.Mqtt(topic="civicwatt/events", events=("thing.*",)))
    (topic,) = outside(found, settings)
    listening = subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(mosquitto.port)], stdout=subprocess.PIPE, text=True
    )
    assert listening.stdout
    assert listening.stdout.readline() == "ready\n"
    topic.send(Told(7, "thing.happened", 5, {"n": 1}))
    assert json.loads(listening.stdout.readline()) == {
        "id": 7,
        "event": "thing.happened",
        "at_us": 5,
        "facts": {"n": 1},
    }
    assert listening.wait() == 0
    listening.stdout.close()
    database.close()


LISTEN = """
import sys
from paho.mqtt import client as mqtt
one = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
def message(client, data, got):
    print(got.payload.decode(), flush=True)
    client.disconnect()
one.on_subscribe = lambda *_: print("ready", flush=True)
one.on_connect = lambda *_: one.subscribe("civicwatt/#", 1)
one.on_message = message
one.connect("127.0.0.1", int(sys.argv[1]))
one.loop_forever()
"""


def test_k19_killed_between_any_two_steps_nothing_is_lost_and_nothing_keyed_doubled(
    city: Database, world: World, tmp_path: Path
) -> None:
    """A real process is killed before and after every commit, until one has none left."""
    file = tmp_path / "secret"
    file.write_text("s3cret")
    file.chmod(0o600)
    count = 3
    tell(city, *({"n": n, "owner_id": n % 2 + 1} for n in range(count)))
    url = city.engine.url.render_as_string(hide_password=False)
    script = Path(__file__).with_name("killed.py")
    done = subprocess.run(
        [sys.executable, str(script), url, str(world.port), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 2 * (
        1 + 1 + count
    )  # a commit spreads, one is of those here, one each elsewhere
    with city.reading() as session:
        kept = session.scalars(select(Event.facts).where(Event.name == "heard").order_by(Event.id)).all()
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    assert sorted(json.loads(one)["n"] for one in kept) == list(
        range(count)
    )  # in one transaction: exactly once
    told: dict[int, list[int]] = defaultdict(list)
    for body in world.bodies:
        owner, n = body["facts"]["owner_id"], body["facts"]["n"]
        if n not in told[owner]:
            told[owner].append(n)
    assert told == {1: list(range(0, count, 2)), 2: list(range(1, count, 2))}
    assert len(world.asked) == 2 * count  # each was told again, with the same id
    assert len({body["id"] for body in world.bodies}) == count
