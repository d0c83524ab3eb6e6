"""The looks of `civicwatt edge doctor`; each gives a finding and never raises."""

import asyncio
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from civicwatt_edge import machine_time
from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.commands import bind, gateway
from civicwatt_edge.commands.identity import cloud_url
from civicwatt_edge.commands.status import span
from civicwatt_edge.config import Broker, BusConfig, Config
from civicwatt_edge.delivery import tls
from civicwatt_edge.errors import (
    ClockWrong,
    GatewayAway,
    NobodyAnswers,
    OutboxCorrupt,
    SpaceLow,
    Unreachable,
)
from civicwatt_edge.polling.device import reason_of
from civicwatt_edge.polling.questions import questions
from civicwatt_protocols import templates
from civicwatt_protocols.errors import CivicWattError, FileUnusable
from civicwatt_protocols.uplink import GapReason

# Engineering defaults.
WAIT_S = 3.0
TLS_ALERT = b"\x15"  # RFC 8446, clause 5.1
ASKED = 3  # devices of a bus, before it is believed that nobody answers
LEAST_FREE = 256 << 20  # bytes: what the outbox may need in seven days without a cloud
TOLERANCE_S = 30  # a clock that is off by less does no harm
AHEAD_S = 120  # of the newest slot, before the clock is believed to be slow


@dataclass(frozen=True, slots=True)
class Finding:
    """One look: what was found, or the error that says what is wrong."""

    zh: str
    en: str
    detail: str
    error: CivicWattError | None = None

    def told(self) -> dict[str, Any]:
        """For programs."""
        error = None if self.error is None else self.error.as_dict()
        return {
            "check": self.en,
            "check_zh": self.zh,
            "ok": error is None,
            "detail": self.detail,
            "error": error,
        }


def storage(config: Config) -> Iterator[Finding]:
    """Data directory, free space, and the outbox's file."""
    directory = Path(config.gateway.data)
    names = ("数据目录", "data directory")
    place = next(one for one in (directory, *directory.parents) if one.exists())
    try:
        TemporaryDirectory(dir=place).cleanup()
    except OSError as error:
        detail = error.strerror if place == directory else f"cannot be made in {place}: {error.strerror}"
        yield Finding(*names, str(directory), FileUnusable(str(directory), detail=detail))
        return
    free, wanted = shutil.disk_usage(place).free, config.gateway.quota_bytes or LEAST_FREE
    low = SpaceLow(str(directory), free=_mega(free), wanted=_mega(wanted)) if free < wanted else None
    yield Finding(*names, f"{directory}, {_mega(free)} 可用 free", low)
    path = directory / "outbox.db"
    names = ("待发箱", "outbox")
    if not path.exists():
        yield Finding(*names, "首次运行时建立 · made at the first run")
        return
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
        database.close()
    except sqlite3.Error as error:
        verdict = str(error)
    damaged = None if verdict == "ok" else OutboxCorrupt(str(path), detail=verdict)
    yield Finding(*names, f"{path}, {_mega(path.stat().st_size)}", damaged)


def clock(config: Config, clock_from: str, now_s: float | None = None) -> Finding:
    """The machine's clock, against the release, the newest slot and, where it answers, the cloud."""
    now_s = time.time() if now_s is None else now_s
    names = ("时钟", "clock")
    shown = time.strftime("%Y-%m-%d %H:%M:%S %z", time.localtime(now_s))
    try:
        url = clock_from or cloud_url(config)
    except CivicWattError as error:
        return Finding(*names, shown, error)
    there_s = None if url is None else _date_of(url)
    off_s = 0.0 if there_s is None else now_s - there_s
    least_s = max(machine_time.RELEASED_S, _newest_slot_s(config) - AHEAD_S)
    if there_s is None and now_s < least_s:
        off_s = now_s - least_s
    if abs(off_s) > TOLERANCE_S:
        size = span(abs(off_s))
        zh, en = (f"慢 {size}", f"slow by {size}") if off_s < 0 else (f"快 {size}", f"fast by {size}")
        return Finding(*names, shown, ClockWrong(detail=en, detail_zh=zh))
    compared = (
        "未与外部时间比较 · not compared with another clock" if there_s is None else f"与 {url} 相符 · agrees"
    )
    return Finding(*names, f"{shown}, {compared}")


def bindings(config: Config) -> Iterator[Finding]:
    """A binding that no cloud can take; where all are in order there is nothing to tell."""
    try:
        bind.check_all(config)
    except CivicWattError as error:
        yield Finding("绑定", "bindings", "", error)


def upstream(broker: Broker, *, enrolled: bool = True) -> Iterator[Finding]:
    """The way to a broker; one that wants TLS hangs up on a gateway that has no certificate yet.

    Over TLS not a word of MQTT: who connects is who the certificate names, and that would end the running
    gateway's own session.
    """
    names = ("上行", "uplink")
    place = f"{broker.host}:{broker.port}"
    try:
        with socket.create_connection((broker.host, broker.port), WAIT_S) as plain:
            if broker.tls is not None:
                with tls.context(broker.tls).wrap_socket(plain, server_hostname=broker.host):
                    told = "TLS 握手成功，未验证 MQTT · TLS is in order; MQTT not checked"
            else:
                told = _greeted(plain, enrolled=enrolled)
        yield Finding(*names, f"{place} {told}")
    except CivicWattError as error:
        yield Finding(*names, place, error)
    except OSError as error:
        yield Finding(*names, place, tls.reason(error) or Unreachable(place, detail=error))
    if broker.tls is not None:
        yield _certificate(Path(broker.tls.cert))


def bus(one: BusConfig) -> Finding:
    """Whether a bus can be used: a meter answers on the port, or the serial device is ours.

    A serial port has one user at a time, the running gateway: there no meter is asked.
    """
    names = ("总线", "bus")
    where = one.where
    if where.is_serial:
        if not os.access(where.path, os.R_OK | os.W_OK):
            exists = Path(where.path).exists()
            detail = f"sudo usermod -aG dialout {_user()}" if exists else "no such device"
            return Finding(*names, one.url, FileUnusable(where.path, detail=detail))
        return Finding(*names, f"{one.url} 串口可用，未问表计 · the port is usable; no meter asked")
    try:
        socket.create_connection((where.host, where.port), WAIT_S).close()
    except OSError as error:
        return Finding(*names, one.url, Unreachable(one.url, detail=error))
    if not one.device:
        return Finding(*names, f"{one.url} 端口可达，未验证协议 · the port answers; protocol not checked")
    answering = asyncio.run(_answering(one))
    if answering is None:
        asked = ", ".join(device.id for device in one.device[:ASKED])
        return Finding(*names, one.url, NobodyAnswers(one.url, units=asked))
    return Finding(*names, f"{one.url} {answering} 有应答 · answers")


def running(config: Config) -> Finding:
    """Whether a gateway runs on this data directory."""
    names = ("网关", "gateway")
    try:
        told = gateway.ask(config, "status")
    except GatewayAway:
        return Finding(*names, "未运行 · not running")
    return Finding(*names, f"{told['gateway']} {span(told['running_s'])}, pid {told['pid']}")


def _greeted(broker: socket.socket, *, enrolled: bool) -> str:
    """CONNECT with a client id of the broker's choice, CONNACK, DISCONNECT. Errors: OSError.

    Source: MQTT 3.1.1, clauses 3.1, 3.2 and 3.14.
    """
    broker.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x05\x00\x00")
    try:
        with broker.makefile("rb") as answers:
            answer = answers.read(4)
    except ConnectionResetError:
        answer = b""
    if not enrolled and answer[:1] in {b"", TLS_ALERT}:
        zh, en = (
            "端口可达，未验证协议：可能要求 TLS，注册后再查",
            "the port answers, maybe in TLS; look again once enrolled",
        )
        return f"{zh} · {en}"
    if not answer.startswith(b"\x20\x02") or len(answer) < 4:
        raise OSError("the port answers, but not in MQTT")
    if answer[3]:
        raise OSError(f"the broker refuses: CONNACK return code {answer[3]}")
    broker.sendall(b"\xe0\x00")
    return "MQTT 应答正常 · MQTT answers"


async def _answering(one: BusConfig) -> str | None:
    """The first of some devices that answers its first question; a refusal is an answer too."""
    line: Any = open_bus(one)
    try:
        for device in one.device[:ASKED]:
            template = templates.load(device.template)
            first, *_ = questions(device, {name: place for place, name in enumerate(template.measures)})
            try:
                await first.ask(line)
            except CivicWattError as error:
                if reason_of(error) is not GapReason.REFUSED:
                    continue
            return device.id
    finally:
        line.close()
    return None


def _certificate(path: Path) -> Finding:
    names = ("证书", "certificate")
    try:
        ends_s = tls.validity(path).ends_s
    except CivicWattError as error:
        return Finding(*names, str(path), error)
    days = (ends_s - time.time()) / 86_400
    warned = "，即将到期 · ends soon" if days <= tls.WARN_DAYS[0] else ""
    return Finding(*names, f"{tls.day(ends_s)} 止，还有 {days:.0f} 天 · days left{warned}")


def _date_of(url: str) -> float | None:
    """What a web server says the time is, UTC seconds; None where it cannot be asked."""
    if not url.startswith(("http://", "https://")):
        return None
    try:
        with urlopen(Request(url, method="HEAD"), timeout=WAIT_S) as answer:  # noqa: S310 - http or https, see above
            said = answer.headers["Date"]
    except HTTPError as error:
        said = error.headers["Date"]
    except (OSError, ValueError):
        return None
    try:
        return parsedate_to_datetime(said).timestamp()
    except (TypeError, ValueError):
        return None


def _newest_slot_s(config: Config) -> float:
    path = Path(config.gateway.data) / "outbox.db"
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            (newest,) = database.execute("SELECT max(slot_us) FROM record").fetchone()
        database.close()
    except sqlite3.Error:
        return 0.0
    return (newest or 0) / 1_000_000


def _user() -> str:
    return os.environ.get("SUDO_USER") or os.environ.get("USER") or "civicwatt"


def _mega(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"
