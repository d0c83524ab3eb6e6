"""S22: calls go to allowed hosts only, at the address that was checked, and follow nobody on."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cloud.kit.notices.conftest import World, serve

from civicwatt_cloud.kit.outbox import calling, channels
from civicwatt_cloud.kit.outbox.calling import Allowed, is_open, post
from civicwatt_cloud.kit.outbox.errors import (
    AddressNotAllowed,
    HostNotAllowed,
    NotAnswered,
    NotTaken,
    SecretUnusable,
)
from civicwatt_protocols.errors import BadValue, UnknownKey
from civicwatt_protocols.toml import decode

OWN = Allowed(frozenset({"127.0.0.1", "oa.example", "localhost"}), (ip_network("127.0.0.1/32"),))


@pytest.fixture
def inner() -> Iterator[World]:
    """A machine inside, that nobody outside may reach through us."""
    yield from serve("127.0.0.2")


def test_s22_an_allowed_host_is_told(world: World) -> None:
    assert post(f"http://127.0.0.1:{world.port}/a?b=c", b"{}", {"X-A": "1"}, OWN) == world.answer
    path, headers, body = world.asked[0]
    assert (path, headers["X-A"], body) == ("/a?b=c", "1", b"{}")
    assert headers["Host"] == f"127.0.0.1:{world.port}"


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        "https://oa.example.evil.example/",
        "https://oa.example@evil.example/",
        "https://evil@oa.example/",
        "ftp://oa.example/",
        "file:///etc/passwd",
        "//oa.example/",
        "https://oa.example:99999/",
        "https://oa.example/\r\nHost: evil",
        "https://oa.example/ a",
        "https://[oa.example/",
        "",
    ],
)
def test_s22_other_hosts_and_crooked_addresses_are_refused_before_a_look_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    with pytest.raises(HostNotAllowed):
        post(url, b"", {}, OWN)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_s22_private_and_reserved_addresses_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_open(ip_address(address))
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [row])
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(AddressNotAllowed):
        post("https://oa.example/", b"", {}, Allowed(frozenset({"oa.example"})))


def test_s22_of_several_addresses_all_must_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(AddressNotAllowed, match=r"10\.0\.0\.1"):
        post("https://oa.example/", b"", {}, Allowed(frozenset({"oa.example"})))


def test_s22_numbers_that_are_addresses_are_seen_through() -> None:
    for host in ("2130706433", "0x7f.1", "127.1"):
        with pytest.raises((AddressNotAllowed, NotAnswered)):
            post(f"https://{host}/", b"", {}, Allowed(frozenset({host})))


def test_s22_a_redirect_is_not_followed(world: World, inner: World) -> None:
    for status in (301, 302, 303, 307, 308):
        world.status, world.headers = status, {"Location": f"http://127.0.0.2:{inner.port}/"}
        with pytest.raises(NotTaken, match=str(status)):
            post(f"http://127.0.0.1:{world.port}/", b"{}", {}, OWN)
    assert inner.asked == []


def test_s22_a_name_that_is_bound_anew_after_the_check_gains_nothing(
    world: World, inner: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is allowed, each later one leads inside."""
    looked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        looked.append(host)
        address = ("127.0.0.1", world.port) if len(looked) == 1 else ("127.0.0.2", inner.port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    def connect(address: tuple[str, int], _: float) -> socket.socket:
        """As create_connection, which would look a number up, too: here look-ups are counted."""
        opened = socket.socket(socket.AF_INET)
        opened.connect(address)
        return opened

    monkeypatch.setattr(calling.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(calling.socket, "create_connection", connect)
    post(f"http://oa.example:{world.port}/", b"{}", {}, OWN)
    assert looked == ["oa.example"]  # once
    assert (len(world.asked), inner.asked) == (1, [])
    assert world.asked[0][1]["Host"] == f"oa.example:{world.port}"
    with pytest.raises(AddressNotAllowed):
        post(f"http://oa.example:{world.port}/", b"{}", {}, OWN)


def test_s22_unencrypted_calls_stay_in_ones_own_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [row])
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with pytest.raises(HostNotAllowed):
        post("http://oa.example/", b"", {}, OWN)


def test_s22_an_endless_answer_is_cut_off(world: World) -> None:
    world.answer = b"x" * (calling.LARGEST * 3)
    assert len(post(f"http://127.0.0.1:{world.port}/", b"{}", {}, OWN)) == calling.LARGEST


def channels_file(folder: Path, **changes: str) -> Path:
    secret = folder / "robot.url"
    if not secret.exists():
        secret.write_text("https://oapi.dingtalk.com/robot/send?access_token=canary-7431")
        secret.chmod(0o600)
    text = {
        "hosts": '["oapi.dingtalk.com"]',
        "networks": "[]",
        "kind": '"dingtalk"',
        "security": '"none"',
        "host": '"127.0.0.1"',
        "extra": "",
    } | changes
    path = folder / "channels.toml"
    path.write_text(
        f"[email]\nhost = {text['host']}\nsecurity = {text['security']}\n"
        f'sender = "a@b.example"\n{text["extra"]}\n'
        f'[[robot]]\nname = "群"\nkind = {text["kind"]}\nurl_file = "{secret}"\n'
        f"[allow]\nhosts = {text['hosts']}\nnetworks = {text['networks']}\n"
    )
    return path


def test_s22_a_file_of_channels_is_checked_at_the_start(tmp_path: Path) -> None:
    assert channels.load(None) == channels.Channels()
    assert channels.load(channels_file(tmp_path)).allowed.hosts == {"oapi.dingtalk.com"}
    with pytest.raises(HostNotAllowed):
        channels.load(channels_file(tmp_path, hosts="[]"))
    for changes, error in (
        ({"networks": '["10.0.0.1/8"]'}, BadValue),
        ({"kind": '"slack"'}, BadValue),
        ({"host": '"smtp.example"'}, BadValue),
        ({"extra": "what = 1"}, UnknownKey),
        ({"extra": 'password_file = "/nowhere"'}, SecretUnusable),
    ):
        with pytest.raises(error):
            channels.load(channels_file(tmp_path, **changes))
    with pytest.raises(BadValue):
        channels.load(tmp_path / "absent.toml")


def test_the_example_of_the_page_is_a_file_of_channels() -> None:
    page = (Path(__file__).parents[4] / "docs/operations/notices.md").read_text()
    text = page.partition("```toml\n")[2].partition("```")[0]
    found = decode(text, channels.Channels, "notices.md")
    assert [one.kind for one in found.robot] == ["wecom", "dingtalk"]
    assert {one.url.split("/")[2] for one in found.webhook} <= found.allowed.hosts


def test_s24_a_secret_that_others_may_read_is_refused_and_none_is_repeated(tmp_path: Path) -> None:
    path = channels_file(tmp_path)
    for mode in (0o640, 0o604, 0o620):
        (tmp_path / "robot.url").chmod(mode)
        with pytest.raises(SecretUnusable) as caught:
            channels.load(path)
        assert "canary" not in str(caught.value)
    (tmp_path / "robot.url").chmod(0o600)
    assert "canary" not in repr(channels.load(path))
    with pytest.raises(HostNotAllowed) as refused:
        channels.load(channels_file(tmp_path, hosts='["other.example"]'))
    assert "canary" not in str(refused.value)
