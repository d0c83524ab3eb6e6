"""`civicwatt edge drill`: cut the way to the cloud, or kill the gateway, and count what arrives."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from civicwatt_edge.commands import gateway
from civicwatt_edge.commands.console import (
    CONFIG,
    INTERRUPTED,
    AsJson,
    ConfigFile,
    Yes,
    agreed,
    errors,
    print_json,
    say,
    show,
)
from civicwatt_edge.commands.identity import cloud, cloud_url
from civicwatt_edge.config import Config, load
from civicwatt_edge.errors import DrillFailed, DrillRuns, GatewayAway, NotRestarted
from civicwatt_edge.storage.archive import Archive, acked_by_all
from civicwatt_protocols.errors import BadValue

FILE = "drills.jsonl"  # in the data directory: the results, for the hand-over
LOOK_S = 0.25
KILL_WINDOW_S = 3.0  # engineering default: readings before and after the kill that are counted too
RESTART_S = 120.0  # engineering default: who restarts it has done so by then
REOPEN_S = 0.001  # the shortest cut: the uplink is open again at once
MINUTE_US = 60_000_000

ALONE = (
    "注意：网关不是 systemd 服务，可能无人将其重新启动，采集会停在那里\n"
    "mind: the gateway is no service of systemd; maybe nothing restarts it, and nothing is read until you do"
)

Within = Annotated[
    float, typer.Option(min=1, help="最多等待确认的秒数 · seconds to wait for the acknowledgements")
]

app = typer.Typer(
    no_args_is_help=True, help="演练：断网、强杀，核对条数 · drills: cut the network, kill, count"
)


@dataclass(frozen=True)
class Report:
    """What a drill found. counted_by: "cloud", or "outbox" where the cloud's own count was not at hand."""

    kind: str
    at_us: int
    seconds: float  # of the cut, or until the gateway was back
    accepted: int
    stored: int
    doubled: int
    lost: int
    open: int  # not acknowledged in time
    missed: int  # slots that passed while the gateway was down: nothing was read, so nothing could be lost
    drained_s: float
    counted_by: str

    @property
    def passed(self) -> bool:
        """Nothing lost, doubled or left open, of at least one reading."""
        return self.accepted > 0 and not (self.doubled or self.lost or self.open)

    @property
    def text(self) -> str:
        """The line of the report."""
        by = "云端计数 · counted by the cloud" if self.counted_by == "cloud" else "待发箱计数 · by the outbox"
        return (
            f"采集 {self.accepted:,} / 入云 {self.stored:,} / 重复 {self.doubled} / 丢失 {self.lost}（{by}）"
        )


@app.command("offline")
def offline(
    seconds: Annotated[
        str, typer.Argument(metavar="TIME", help="断网时长，如 3m、90s · for how long")
    ] = "3m",
    *,
    within: Within = 600,
    config: ConfigFile = CONFIG,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """断开上行一段时间，再核对采集与入云 · cut the uplink for a while, then count what arrives."""
    length_s, settings = span_of(seconds), load(config)
    _refuse_a_second(settings)
    _long_enough(settings, seconds)
    if not agreed(f"断开上行 {seconds}？采集照常 · cut the uplink for {seconds}? Polling goes on", yes=yes):
        raise typer.Exit(1)
    began_us = _now_us(settings)
    _refuse_a_second(settings)
    try:
        first = gateway.ask(settings, "offline", seconds=length_s)["last_seq"] + 1
        _wait(
            f"断网 {seconds} · offline",
            length_s,
            lambda: _offline_s(settings) == 0 and _last(settings) >= first,
        )
    except KeyboardInterrupt:
        gateway.ask(settings, "offline", seconds=REOPEN_S)
        say("演练中止，上行已恢复；没有核对 · drill stopped, the uplink is open again; nothing was counted")
        raise typer.Exit(INTERRUPTED) from None
    _finish(settings, "offline", length_s, first, began_us, within=within, as_json=as_json)


@app.command("kill")
def kill(
    *,
    within: Within = 600,
    config: ConfigFile = CONFIG,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """强杀网关进程，由服务拉起，再核对 · kill -9 the gateway, let its service restart it, count."""
    settings = load(config)
    before = gateway.ask(settings, "status")
    question = f"强杀网关进程 {before['pid']}？· kill -9 the gateway, pid {before['pid']}?"
    if not is_service(before["pid"]):
        say(ALONE)
    if not agreed(question, yes=yes):
        raise typer.Exit(1)
    began_us, first = _now_us(settings), before["last_seq"] + 1
    _wait("采集 · collecting", KILL_WINDOW_S, lambda: _last(settings) > before["last_seq"])
    os.kill(before["pid"], signal.SIGKILL)
    died_s = time.monotonic()
    patience_s = min(within, RESTART_S)
    if not _wait(
        "等待拉起 · waiting for the restart",
        patience_s,
        lambda: _runs_anew(settings, before["pid"]),
        at_once=True,
    ):
        raise NotRestarted(settings.gateway.data, pid=before["pid"], seconds=round(patience_s), config=config)
    down_s = time.monotonic() - died_s
    again = _last(settings)
    _wait("采集 · collecting", KILL_WINDOW_S, lambda: _last(settings) > again)
    _finish(settings, "kill", down_s, first, began_us, within=within, as_json=as_json)


def span_of(text: str) -> float:
    """Read 90s, 3m, 2h as seconds. Raises BadValue."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text)
    if not found:
        raise BadValue("TIME", key="TIME", detail=f"{text}: 90s, 3m, 2h")
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[found[2]]


def is_service(pid: int) -> bool:
    """Whether systemd started this process as a service of its own: then it may start it again."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
        group = Path(f"/proc/{pid}/cgroup").read_text("utf-8").strip()
        parent = re.search(r"^PPid:\s*(\d+)$", status, re.MULTILINE)
        starter = Path(f"/proc/{parent[1]}/comm").read_text("utf-8").strip() if parent else ""
    except OSError:
        return False
    return starter == "systemd" and group.endswith(".service")


def results(config: Config) -> list[dict[str, Any]]:
    """The drills that were run on this data directory, oldest first."""
    path = Path(config.gateway.data) / FILE
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _finish(
    settings: Config, kind: str, seconds: float, first: int, began_us: int, *, within: float, as_json: bool
) -> None:
    """Wait for the acknowledgements of everything accepted since the beginning, count, report."""
    last, began_s, data = _last(settings), time.monotonic(), Path(settings.gateway.data)
    _wait("等待云端确认 · waiting for the cloud", within, lambda: _acked(data, first, last), at_once=True)
    drained_s = time.monotonic() - began_s
    report = count(settings, kind, seconds, (first, last), (began_us, drained_s))
    with (data / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(report) | {"passed": report.passed}) + "\n")
    if as_json:
        print_json(asdict(report) | {"passed": report.passed})
    else:
        show(report.text)
        cut = "停机 · down" if kind == "kill" else "断网 · offline"
        late = f"恢复后 {drained_s:.1f} s 内全部确认 · all acknowledged" if not report.open else ""
        gap = f"停机期间未采 {report.missed} 个时隙 · slots missed while down；" if report.missed else ""
        say(f"{cut} {seconds:.1f} s；{gap}{late}")
    if not report.passed:
        raise DrillFailed(str(data), lost=report.lost, doubled=report.doubled, open=report.open)


def count(
    settings: Config, kind: str, seconds: float, window: tuple[int, int], when: tuple[int, float]
) -> Report:
    """Compare the numbers given in the window with what is kept and acknowledged, and the cloud's count."""
    (first, last), (began_us, drained_s) = window, when
    archive = Archive(Path(settings.gateway.data))
    kept = [
        one.record
        for one in archive.records((began_us - MINUTE_US, 2**63))
        if first <= one.record.seq <= last
    ]
    accepted = last - first + 1
    slots = {(record.device, record.slot_us) for record in kept}
    acked = sum(record.seq in archive.acked for record in kept)
    report: dict[str, Any] = {
        "kind": kind,
        "at_us": began_us,
        "seconds": round(seconds, 1),
        "accepted": accepted,
        "stored": acked,
        "doubled": len(kept) - len(slots),
        "lost": accepted - len(kept),
        "open": len(kept) - acked,
        "missed": missed(settings, slots),
        "drained_s": round(drained_s, 1),
        "counted_by": "outbox",
    }
    if cloud_url(settings) is not None:
        told = cloud(settings).call(
            "GET", f"/api/v1/gateway/received?epoch={archive.epoch}&from={first}&to={last}"
        )
        missing = sum(high - low + 1 for low, high in told["missing"])
        report |= {"stored": told["stored"], "lost": missing, "counted_by": "cloud"}
        report["doubled"] += max(told["stored"] + missing - accepted, 0)
    return Report(**report)


def missed(settings: Config, slots: Collection[tuple[str, int]]) -> int:
    """Slots of the devices' grids between their first and last one here that are not among them."""
    count = 0
    for device in (one for bus in settings.bus for one in bus.device):
        step_us = device.interval_s * 1_000_000
        grid = [slot_us for name, slot_us in slots if name == device.id and slot_us % step_us == 0]
        if grid:
            count += (max(grid) - min(grid)) // step_us + 1 - len(grid)
    return count


def _long_enough(settings: Config, text: str) -> None:
    """Raise BadValue for a cut in which no meter need be read."""
    intervals = [device.interval_s for bus in settings.bus for device in bus.device]
    if not intervals:
        raise BadValue(
            "edge drill", key="[[bus.device]]", detail="没有表计，无可核对 · no meter, nothing to count"
        )
    if span_of(text) < min(intervals):
        detail = (
            f"{text} 短于采集周期 {min(intervals)} s，期间可能无读数，请用更长的时间"
            f" · shorter than the polling interval of {min(intervals)} s: maybe nothing is read; take longer"
        )
        raise BadValue("edge drill offline", key="TIME", detail=detail)


def _refuse_a_second(settings: Config) -> None:
    if left_s := _offline_s(settings):
        raise DrillRuns(settings.gateway.data, seconds=round(left_s))


def _offline_s(settings: Config) -> float:
    return float(gateway.ask(settings, "status")["offline_s"])


def _acked(data: Path, first: int, last: int) -> bool:
    return acked_by_all(data).covers(first, last)


def _last(settings: Config) -> int:
    return int(gateway.ask(settings, "status")["last_seq"])


def _now_us(settings: Config) -> int:
    return int(gateway.ask(settings, "status")["now_us"])


def _runs_anew(settings: Config, pid: int) -> bool:
    try:
        return bool(gateway.ask(settings, "status")["pid"] != pid)
    except GatewayAway:
        return False


def _wait(title: str, seconds: float, over: Callable[[], bool], *, at_once: bool = False) -> bool:
    """Show the time running; until it is over, then for the condition, or at once for the condition alone.

    Whether the condition came true; the first kind of wait does not end before.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    began_s = time.monotonic()
    with Progress(*columns, console=errors(), transient=True) as progress:
        task = progress.add_task(title, total=seconds)
        while True:
            past_s = time.monotonic() - began_s
            progress.update(task, completed=min(past_s, seconds))
            if (at_once or past_s >= seconds) and over():
                return True
            if at_once and past_s >= seconds:
                return False
            time.sleep(LOOK_S)
