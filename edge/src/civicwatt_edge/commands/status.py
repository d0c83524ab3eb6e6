"""`civicwatt edge status`: how the running gateway fares, device by device."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table

from civicwatt_edge.commands import gateway
from civicwatt_edge.commands.console import (
    CONFIG,
    PARTLY,
    AsJson,
    ConfigFile,
    print_json,
    results,
    say,
    screen,
)
from civicwatt_edge.commands.identity import cloud_url
from civicwatt_edge.config import Config, DeviceConfig, load
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.uplink import GapReason

LIVE_S = 1.0
COLUMNS = (
    "设备 device",
    "模板 template",
    "距今 age",
    "失败 failed",
    "断路 breaker",
    "原因 reason",
    "读数 counter",
)
TROUBLES = ("断路 breaker", "原因 reason")
WAITING = "等待首次抄读 · waiting for the first reading"
MAIN_MEASURES = [key for key, measure in MEASURES.items() if measure.is_counter]


def status(
    *,
    config: ConfigFile = CONFIG,
    live: Annotated[bool, typer.Option("--live", help="每秒刷新，Ctrl-C 结束 · look every second")] = False,
    times: Annotated[
        int, typer.Option(min=0, help="--live 看几次，0 为不限 · looks of --live, 0: no end")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """运行中的网关：表计、待发箱、上行 · the running gateway: devices, outbox, uplink."""
    settings = load(config)
    told = gateway.ask(settings, "status")
    if as_json:
        print_json(told)
    else:
        with screen() as shown, suppress(KeyboardInterrupt):
            shown(picture(told, waiting(settings, told)))
            seen = 1
            while live and (not times or seen < times):
                time.sleep(LIVE_S)
                told = gateway.ask(settings, "status")
                shown(picture(told, waiting(settings, told)))
                seen += 1
        _where_to_look(settings)
    if any(device["reason"] for device in told["devices"]):
        raise typer.Exit(PARTLY)


def waiting(settings: Config, told: Mapping[str, Any]) -> list[DeviceConfig]:
    """The devices of the configuration that were not read yet since the gateway's start."""
    read = {device["device"] for device in told["devices"]}
    return [device for bus in settings.bus for device in bus.device if device.id not in read]


def picture(told: Mapping[str, Any], unread: Sequence[DeviceConfig]) -> RenderableType:
    """What a status looks like: lines and a table, without the columns of troubles where there are none."""
    box = told["outbox"]
    lag = f"待确认 {box['waiting']} 条 · unacked，滞后 {span(box['lag_s'])}"
    head = (
        f"网关 {told['gateway']} · 版本 {told['version']} · 已运行 {span(told['running_s'])}"
        f"\n{_uplinks(told)}"
        f"\n已收 {told['last_seq']} 条 · accepted，{lag}"
        f"\n占用 {box['used'] / 1e6:.1f} MB，配额 {box['quota'] / 1e6:.0f} MB · used, quota"
    )
    if box["error"] or box["lost"] or box["dropped"]:
        head += f"\n✗ 待发箱 {box['error']} 丢失 {box['lost'] + box['dropped']} 条 · outbox: records lost"
    rows = [_row(device) for device in told["devices"]]
    rows += [(device.id, device.template, "—", "—", "", "", WAITING) for device in unread]
    filled = [
        place for place, title in enumerate(COLUMNS) if title not in TROUBLES or any(r[place] for r in rows)
    ]
    table = Table(*(COLUMNS[place] for place in filled), box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(row[place] for place in filled))
    return Group(head, table)


def counter(values: Mapping[str, float | None]) -> str:
    """The main counter's value with its unit."""
    for key in MAIN_MEASURES:
        value = values.get(key)
        if value is not None:
            return f"{value:g} {MEASURES[key].unit}" if value < 1e5 else f"{value:.1f} {MEASURES[key].unit}"
    return ""


def span(seconds: float) -> str:
    """A time as people say it: 12 s, 5 min, 3 h, 2 d."""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _row(device: Mapping[str, Any]) -> tuple[str, ...]:
    reason = device["reason"]
    return (
        device["device"],
        device["template"],
        "—" if device["age_s"] is None else span(device["age_s"]),
        f"{device['failed']:.1%}",
        "断开 open" if device["breaker"] == "open" else "",
        GapReason(reason).zh if reason else "",
        counter(device["values"]),
    )


def _uplinks(told: Mapping[str, Any]) -> str:
    if told["offline_s"]:
        return f"上行演练中，{span(told['offline_s'])} 后恢复 · uplink cut by a drill"
    return "；".join(
        f"上行 {one['name']} 已连接 · connected"
        if one["connected"]
        else f"上行 {one['name']} 断开 · down：{one['reason']}"
        for one in told["upstreams"]
    )


def _where_to_look(settings: Config) -> None:
    """The cloud's address, as a code to scan where a person looks at a terminal."""
    url = cloud_url(settings)
    if url is None:
        return
    say(f"云端 · cloud: {url}")
    if results().is_terminal:
        import segno  # noqa: PLC0415 - only who looks needs it

        segno.make(url).terminal(compact=True)
