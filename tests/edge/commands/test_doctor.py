"""What the doctor says of a port where something else answers, and of a folder that cannot be made."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from civicwatt_edge.commands import checks
from civicwatt_edge.config import Broker, BusConfig, DeviceConfig, load
from civicwatt_protocols.errors import CivicWattError

Port = Callable[[bytes], int]


@pytest.fixture
def port() -> Iterator[Port]:
    """Makes ports that give every connection the same answer to its first bytes, and hang up."""
    with ExitStack() as servers:

        def serve(answer: bytes) -> int:
            server = servers.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_answer, args=(server, answer), daemon=True).start()
            return int(server.getsockname()[1])

        yield serve


def _answer(server: socket.socket, answer: bytes) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            if client.recv(4096):
                client.sendall(answer)


def bus(port: int, *units: int) -> BusConfig:
    devices = tuple(
        DeviceConfig(id=f"M-{unit}", template="simulated/water_counter", unit=unit) for unit in units
    )
    return BusConfig(name="b0", url=f"tcp://127.0.0.1:{port}", timeout_ms=100, device=devices)


WEB = b"HTTP/1.0 400 Bad Request\r\n\r\n"


def wrong(finding: checks.Finding) -> CivicWattError:
    assert finding.error is not None
    return finding.error


@pytest.mark.parametrize(
    ("answer", "word"),
    [(WEB, "not in MQTT"), (b"", "not in MQTT"), (b"\x20\x02\x00\x05", "return code 5")],
)
def test_a_port_that_does_not_let_us_in_by_mqtt_is_no_broker(port: Port, answer: bytes, word: str) -> None:
    (finding,) = checks.upstream(Broker(port=port(answer)))
    error = wrong(finding)
    assert error.code == "CW-E2062"
    assert word in error.message("en")


@pytest.mark.parametrize("answer", [b"", b"\x15\x03\x03\x00\x02\x02\x46"])
def test_before_enrolment_a_broker_may_want_tls(port: Port, answer: bytes) -> None:
    (finding,) = checks.upstream(Broker(port=port(answer)), enrolled=False)
    assert finding.error is None
    assert "注册后再查" in finding.detail


def test_before_enrolment_a_web_server_is_no_broker_either(port: Port) -> None:
    (finding,) = checks.upstream(Broker(port=port(WEB)), enrolled=False)
    assert wrong(finding).code == "CW-E2062"


def test_a_broker_answers_in_mqtt(mosquitto) -> None:
    (finding,) = checks.upstream(Broker(port=mosquitto.port))
    assert finding.error is None
    assert "MQTT 应答正常" in finding.detail


def test_a_web_server_is_no_bus(port: Port) -> None:
    error = wrong(checks.bus(bus(port(WEB), 1, 2)))
    assert (error.code, error.facts["units"]) == ("CW-E2063", "M-1, M-2")


async def test_one_silent_meter_does_not_make_a_bus_silent(meter) -> None:
    meter.silent.add(1)
    finding = await asyncio.to_thread(checks.bus, bus(meter.port, 1, 2))
    assert finding.error is None
    assert "M-2 有应答" in finding.detail


def test_without_a_device_the_doctor_says_that_it_has_asked_nobody(port: Port) -> None:
    finding = checks.bus(bus(port(WEB)))
    assert finding.error is None
    assert "未验证协议" in finding.detail


def test_a_data_directory_that_cannot_be_made_is_told_as_such(edge, tmp_path) -> None:
    given = ("--id", "g", "--division", "429900", "--broker", "h", "--bus", "h:1", "--data", "/proc/nix")
    edge("init", "--yes", *given)
    (finding,) = checks.storage(load(tmp_path / "edge.toml"))
    error = wrong(finding)
    assert (error.code, error.where) == ("CW-C1004", "/proc/nix")
    assert "cannot be made in /proc" in error.message("en")


def test_looking_leaves_nothing_behind(edge, tmp_path) -> None:
    given = ("--id", "g", "--division", "429900", "--broker", "h", "--bus", "h:1", "--data", "data")
    edge("init", "--yes", *given)
    list(checks.storage(load(tmp_path / "edge.toml")))
    assert [one.name for one in tmp_path.iterdir()] == ["edge.toml"]
