"""Notices leave by e-mail and by robots of groups: together, signed, once; one that is down harms none."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cloud.kit.notices.conftest import CITY, NOW, ZONE, World, tell, us
from sqlalchemy import select, update

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.energy_events import METER_SILENT
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.notices import running, sending  # noqa: F401 - its hearers
from civicwatt_cloud.kit.notices.mail import channel_key, newest_entry, send_all
from civicwatt_cloud.kit.notices.models import Channel, Entry, Kind, Mail, Preference
from civicwatt_cloud.kit.notices.notify import Matter, notify
from civicwatt_cloud.kit.notices.robots import LONGEST_BYTES, sign, speak_in_group
from civicwatt_cloud.kit.outbox.channels import Allow, Channels, Email, Robot
from civicwatt_cloud.kit.outbox.dispatcher import Dispatcher
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_protocols.clock import Clock

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # of this machine
MINUTE_US = 60_000_000
Somebody = Callable[..., int]


class Post:
    """What a mail server took; whoever it refuses."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: str | None = None
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: object, envelope: object, address: str, _: object
    ) -> str:
        if self.refused and address == self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)  # type: ignore[attr-defined]
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: object, _session: object, envelope: object
    ) -> str:
        content = envelope.original_content  # type: ignore[attr-defined]
        self.letters.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[Post]:
    """A real mail server of this machine, which asks for a password."""

    def check(
        _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        is_right = (data.login, data.password) == (b"civicwatt", b"mail-canary-91")  # type: ignore[attr-defined]
        return AuthResult(success=is_right)

    office, loop = Post(), asyncio.new_event_loop()
    asks = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    listening = loop.create_server(lambda: SMTP(office, loop=loop, **asks), "127.0.0.1", 0)
    server = loop.run_until_complete(listening)
    office.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield office
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    server.close()
    loop.run_until_complete(server.wait_closed())
    loop.close()


@pytest.fixture
def email(post: Post, tmp_path: Path) -> Email:
    file = tmp_path / "mail.password"
    file.write_text("mail-canary-91\n")
    file.chmod(0o600)
    facts = {"username": "civicwatt", "password_file": str(file), "security": "none"}
    return Email(host="127.0.0.1", port=post.port, sender="civicwatt@jgsw.example", **facts)  # type: ignore[arg-type]


def prefers(database: Database, account: int, mail: Mail = Mail.EACH, **said: object) -> None:
    facts = {"daily_hour": 8, "quiet_from": 22, "quiet_to": 7, "rests": True} | said
    with database.session() as session:
        sending.begin(session, channel_key(account), newest_entry(session, account))
        row = {"email": f"a{account}@jgsw.example", "mail": mail} | facts
        session.add(Preference(account_id=account, **row))


def say(database: Database, accounts: list[int], *keys: str, at: str = NOW, is_urgent: bool = False) -> None:
    with database.session() as session:
        for key in keys:
            matter = Matter(key, Kind.ENERGY, 2, f"事项 {key}", f"matter {key}", "institutions/2", is_urgent)
            notify(Context(session, PLATFORM, ZONE, us(at)), matter, accounts)


def at(moment: str | int) -> Clock:
    return Clock(us(moment) if isinstance(moment, str) else moment, 1e-9)


def test_k9_what_gathers_is_one_letter_and_none_comes_twice(
    city: Database, somebody: Somebody, post: Post, email: Email
) -> None:
    office, channels = post, Channels(email=email, pages="https://jgsw.example/")
    account, other = (somebody(name, Role.STAFF, institution=2) for name in ("a", "b"))
    say(city, [account], "old")
    prefers(city, account)
    say(city, [account, other], "one", "two")
    for _ in range(2):
        send_all(city, ZONE, at(NOW), channels)
    (letter,) = office.letters
    assert letter["To"] == f"a{account}@jgsw.example"
    assert "2 条通知" in letter["Subject"]
    text = letter.get_content()
    assert "事项 one" in text
    assert "matter two" in text
    assert "old" not in text
    assert "https://jgsw.example/#/institutions/2" in text
    say(city, [account], "three")
    send_all(city, ZONE, at(us(NOW) + 4 * MINUTE_US), channels)
    assert len(office.letters) == 1  # not within five minutes
    send_all(city, ZONE, at(us(NOW) + 5 * MINUTE_US), channels)
    assert "事项 three" in office.letters[1].get_content()
    assert "事项 one" not in office.letters[1].get_content()


def test_k9_what_was_read_needs_no_letter_and_quiet_hours_are_kept(
    city: Database, somebody: Somebody, post: Post, email: Email
) -> None:
    office, channels = post, Channels(email=email)
    account = somebody("a", Role.STAFF, institution=2)
    prefers(city, account)
    say(city, [account], "night", at="2026-11-20 23:00")  # a Friday
    for moment in ("2026-11-20 23:00", "2026-11-21 10:00", "2026-11-22 10:00", "2026-11-23 06:59"):
        send_all(city, ZONE, at(moment), channels)
    assert office.letters == []
    say(city, [account], "fire", at="2026-11-22 10:00", is_urgent=True)
    send_all(city, ZONE, at("2026-11-22 10:01"), channels)
    assert "❗事项 fire" in office.letters[0].get_content()
    say(city, [account], "read before", at="2026-11-22 11:00")
    with city.session() as session:
        session.execute(update(Entry).values(read_us=1))
    send_all(city, ZONE, at("2026-11-23 07:00"), channels)
    assert len(office.letters) == 1


def test_k9_a_daily_digest_is_one_letter(
    city: Database, somebody: Somebody, post: Post, email: Email
) -> None:
    office, channels = post, Channels(email=email)
    account = somebody("a", Role.STAFF, institution=2)
    prefers(city, account, Mail.DAILY)
    for hour in range(9, 18):
        say(city, [account], str(hour), at=f"2026-11-18 {hour:02d}:00")
        send_all(city, ZONE, at(f"2026-11-18 {hour:02d}:30"), channels)
    assert office.letters == []
    send_all(city, ZONE, at("2026-11-19 08:00"), channels)
    assert "9 条通知" in office.letters[0]["Subject"]


def test_k9_a_letter_that_is_sent_again_after_a_crash_is_the_same_letter(
    city: Database,
    somebody: Somebody,
    post: Post,
    email: Email,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The mail server has it, and the process dies before it notes so."""
    office, channels = post, Channels(email=email)
    account = somebody("a", Role.STAFF, institution=2)
    prefers(city, account)
    say(city, [account], "one")
    note = sending._note

    def die(database: Database, key: str, **values: object) -> None:
        if "sent_us" in values:
            raise KeyboardInterrupt
        note(database, key, **values)

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_note", die)
        with pytest.raises(KeyboardInterrupt):
            send_all(city, ZONE, at(NOW), channels)
    say(city, [account], "later")
    send_all(city, ZONE, at(NOW), channels)
    first, again = office.letters
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_content() == again.get_content()


def test_f38_a_mailbox_that_is_refused_stops_no_other(
    city: Database, somebody: Somebody, post: Post, email: Email
) -> None:
    office, channels = post, Channels(email=email)
    wrong, right = (somebody(name, Role.STAFF, institution=2) for name in ("a", "b"))
    for account in (wrong, right):
        prefers(city, account)
    say(city, [wrong, right], "one")
    office.refused = f"a{wrong}@jgsw.example"
    send_all(city, ZONE, at(NOW), channels)
    assert [letter["To"] for letter in office.letters] == [f"a{right}@jgsw.example"]
    with city.reading() as session:
        reason = session.scalar(select(Channel.reason).where(Channel.key == channel_key(wrong))) or ""
    assert "SMTP 550" in reason
    assert "canary" not in reason


def robot(folder: Path, world: World, kind: str, secret: str = "", **said: object) -> tuple[Channels, Robot]:
    url, key = folder / f"{kind}.url", folder / f"{kind}.secret"
    url.write_text(f"http://127.0.0.1:{world.port}/robot/send?access_token=robot-canary")
    key.write_text(secret)
    for file in (url, key):
        file.chmod(0o600)
    one = Robot(name="值班群", kind=kind, url_file=str(url), secret_file=str(key) if secret else "", **said)  # type: ignore[arg-type]
    allow = Allow(hosts=("127.0.0.1",), networks=("127.0.0.0/8",))
    return Channels(robot=(one,), allow=allow), one


def test_k9_a_group_in_wecom_hears_what_concerns_its_node(
    city: Database, world: World, tmp_path: Path
) -> None:
    channels, one = robot(tmp_path, world, "wecom", node="U2", kinds=("energy",))
    say(city, [], "before there was a robot")
    speak_in_group(city, ZONE, at(NOW), channels, one)
    assert world.asked == []
    say(city, [], "one", "two")
    with city.session() as session:
        elsewhere = Matter("three", Kind.ENERGY, 1, "别处", "elsewhere", "institutions/1")
        other = Matter("four", Kind.WAITING, 2, "别事", "another", "x/y/1")
        for matter in (elsewhere, other):
            notify(Context(session, PLATFORM, ZONE, us(NOW)), matter, [])
    speak_in_group(city, ZONE, at(NOW), channels, one)
    (body,) = world.bodies
    assert body["msgtype"] == "text"
    text = body["text"]["content"]
    assert "2 条通知" in text
    assert "事项 two" in text
    assert "别" not in text


def test_k9_a_group_in_dingtalk_is_told_with_a_signature(
    city: Database, world: World, tmp_path: Path
) -> None:
    channels, one = robot(tmp_path, world, "dingtalk", "SECtest")
    speak_in_group(city, ZONE, at(NOW), channels, one)
    say(city, [], "one")
    speak_in_group(city, ZONE, at(NOW), channels, one)
    asked = parse_qs(urlsplit(world.asked[0][0]).query, strict_parsing=True)
    assert asked["access_token"] == ["robot-canary"]
    assert asked["sign"] == [sign("SECtest", asked["timestamp"][0])]
    # by hand: printf '1700000000000\nSECtest' | openssl dgst -sha256 -hmac SECtest -binary | base64
    assert sign("SECtest", "1700000000000") == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g="


def test_f38_a_storm_is_one_message_a_channel_in_five_minutes(
    city: Database,
    somebody: Somebody,
    world: World,
    post: Post,
    email: Email,
    tmp_path: Path,
) -> None:
    """Five hundred gateways are away at once."""
    channels, one = robot(tmp_path, world, "wecom")
    channels = Channels(robot=channels.robot, allow=channels.allow, email=email)
    manager = somebody("a", Role.ENERGY_MANAGER, region=CITY)
    prefers(city, manager, quiet_from=0, quiet_to=0, rests=False)
    speak_in_group(city, ZONE, at(NOW), channels, one)
    reasons = {"reason_zh": "自 08:00 起没有读数", "reason_en": "no readings since 08:00"}
    count = 60 if city.is_postgresql else 500
    same = reasons | {"owner_id": 2, "since_us": 5, "point_ids": []}
    storm = ({"subject": f"gateway/gw-{n}/2", "name": f"网关 gw-{n}", **same} for n in range(count))
    tell(city, *storm, name=METER_SILENT)
    dispatcher = Dispatcher(city, ZONE, at(NOW), events.background())
    dispatcher.hand_on()
    moment_us = us(NOW)
    for _ in range(300 // 5):  # five minutes of rounds
        speak_in_group(city, ZONE, at(moment_us), channels, one)
        send_all(city, ZONE, at(moment_us), channels)
        moment_us += 5_000_000 - 1
    assert len(world.asked) == len(post.letters) == 1
    text = world.bodies[0]["text"]["content"]
    assert f"{count} 条通知" in text
    assert len(text.encode()) <= LONGEST_BYTES
    assert f"gw-{count - 1}" in text
    assert f"{count} 条通知" in post.letters[0]["Subject"]


def test_f38_a_channel_that_is_down_loses_nothing_and_holds_up_nobody(
    city: Database,
    somebody: Somebody,
    world: World,
    post: Post,
    email: Email,
    tmp_path: Path,
) -> None:
    channels, one = robot(tmp_path, world, "dingtalk")
    channels = Channels(robot=channels.robot, allow=channels.allow, email=email)
    account = somebody("a", Role.STAFF, institution=2)
    prefers(city, account)
    speak_in_group(city, ZONE, at(NOW), channels, one)
    world.answer = json.dumps({"errcode": 130101, "errmsg": "send too fast"}).encode()  # no yes, though 200
    say(city, [account], "one")
    for minute in (0, 1, 2, 3):
        speak_in_group(city, ZONE, at(us(NOW) + minute * MINUTE_US), channels, one)
    tried = len(world.asked)
    assert tried == 3  # after 5, 20, 80 s at the earliest
    with city.reading() as session:
        channel = session.get_one(Channel, "robot/值班群")
        assert channel.tries == tried
        assert "130101" in (channel.reason or "")
        assert "canary" not in (channel.reason or "")
    send_all(city, ZONE, at(NOW), channels)
    assert len(post.letters) == 1  # the other channel speaks
    say(city, [account], "two", at="2026-11-18 10:30")
    world.answer, world.status = b'{"errcode": 0}', 200
    for moment in ("2026-11-18 12:00", "2026-11-18 12:01", "2026-11-18 12:05"):
        speak_in_group(city, ZONE, at(moment), channels, one)
    texts = [body["text"]["content"] for body in world.bodies[tried:]]
    assert ["one" in text for text in texts] == [True, False]
    assert ["two" in text for text in texts] == [False, True]
    with city.reading() as session:
        assert session.get_one(Channel, "robot/值班群").reason is None


def test_f38_no_answer_at_all_is_tried_again_too(city: Database, world: World, tmp_path: Path) -> None:
    channels, one = robot(tmp_path, world, "wecom")
    speak_in_group(city, ZONE, at(NOW), channels, one)
    say(city, [], "one")
    Path(one.url_file).write_text("http://127.0.0.1:1/")
    speak_in_group(city, ZONE, at(NOW), channels, one)
    with city.reading() as session:
        assert "CW-K1605" in (session.get_one(Channel, "robot/值班群").reason or "")
    Path(one.url_file).write_text(f"http://127.0.0.1:{world.port}/")
    speak_in_group(city, ZONE, at("2026-11-18 11:00"), channels, one)
    assert len(world.asked) == 1
