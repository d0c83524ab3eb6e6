"""`civicwatt edge add`: devices of a scan, or one more, into the gateway's configuration."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.text import Text

from civicwatt_edge.commands import scanfile
from civicwatt_edge.commands.bind import checked, explain, send
from civicwatt_edge.commands.console import (
    CONFIG,
    AsJson,
    ConfigFile,
    Yes,
    agreed,
    print_json,
    say,
    show,
    write_whole,
)
from civicwatt_edge.commands.identity import cloud_url
from civicwatt_edge.commands.line import Line
from civicwatt_edge.commands.scan import units_of
from civicwatt_edge.commands.target import make
from civicwatt_edge.commands.toml_edit import add_devices
from civicwatt_edge.config import BusConfig, Config, DeviceConfig, load
from civicwatt_protocols.errors import BadValue, ConfigError
from civicwatt_protocols.toml import decode, text_of

DEFAULT_INTERVAL_S = 60
COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def add(
    *,
    scan: Annotated[Path | None, typer.Option("--from", help="扫描结果文件 · scan file")] = None,
    unit: Annotated[
        int | None, typer.Option(min=0, max=255, help="只加一块表：站号 · one meter: its unit")
    ] = None,
    address: Annotated[str, typer.Option(help="只加一块表：表号 · one meter: the number on its plate")] = "",
    ct: Annotated[int | None, typer.Option(min=1, help="该表的电流互感器倍率 · its CT ratio")] = None,
    pt: Annotated[int | None, typer.Option(min=1, help="该表的电压互感器倍率 · its PT ratio")] = None,
    template: Annotated[str, typer.Option(help="该表的模板 · its template")] = "",
    id: Annotated[str, typer.Option(help="该表的编号，默认 M-站号 · its id, M-unit when left out")] = "",
    order: Annotated[str, typer.Option(help="该表的字序 · its word order")] = "",
    bus: Annotated[
        str, typer.Option(help="总线，默认取扫描文件的 · bus; that of the scan file when left out")
    ] = "",
    interval_s: Annotated[
        int, typer.Option(min=1, max=86_400, help="采集间隔秒数 · seconds between readings")
    ] = 60,
    bind: Annotated[
        list[str],
        typer.Option(
            help="单位编码/楼栋编码/分项，可限站号 6,18=… · institution/building/end use, of units 6,18=…"
        ),
    ] = [],  # noqa: B006 - typer's way
    config: ConfigFile = CONFIG,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看差异，不写 · show the difference only")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """把表写入网关配置，注释与次序不变，网关随即采集 · add meters; a running gateway takes them up."""
    text = text_of(config.read_bytes(), str(config))
    bindings = _bindings(bind)
    given = {
        "unit": unit,
        "address": address,
        "template": template,
        "id": id,
        "order": order,
        "ct": ct,
        "pt": pt,
    }
    keys = {key: value for key, value in given.items() if value not in (None, "")}
    found = _one(keys, bus) if scan is None else scanfile.read(scan)
    if scan is not None and bus:
        found = replace(found, bus=Line.of(bus).bus)
    fresh, bad = _fresh(found, load(config), str(scan or "add"))
    bad = [*found.bad, *bad]
    if bad:
        _refuse(bad, as_json=as_json)
    rows = [_row(row.device, _bound(row.device, bindings), interval_s) for row in fresh]
    edited = add_devices(text, _keys(found.bus, load(config)), rows, str(config)) if rows else text
    decode(edited, Config, str(config))  # what is written can be read
    difference = list(difflib.unified_diff(text.splitlines(), edited.splitlines(), str(config), lineterm=""))
    if as_json:
        print_json(_told(config, fresh, found, dry_run=dry_run, difference=difference))
    else:
        show(_coloured(difference))
    if not rows or dry_run:
        say(
            "没有新增 · nothing new" if not rows else f"试运行：{len(rows)} 块表未写入 · dry run, not written"
        )
        return
    if not agreed(f"写入 {config}？· write it?", yes=yes):
        raise typer.Exit(1)
    write_whole(config, edited)
    say(f"✓ 已加入 {len(rows)} 块表 · {len(rows)} meters added to {config}")
    if any(row.get("bind") for row in rows) and cloud_url(load(config)) is not None:
        explain(send(load(config)))


def _bindings(texts: Sequence[str]) -> list[tuple[list[int] | None, str]]:
    """(units or all, binding) of each --bind; a later one counts more."""
    found: list[tuple[list[int] | None, str]] = []
    for text in texts:
        units, some, binding = text.rpartition("=")
        found.append((units_of(units) if some else None, checked(binding)))
    return found[::-1]


def _bound(device: DeviceConfig, bindings: Sequence[tuple[list[int] | None, str]]) -> str:
    """A device's own binding, else the one that options give it."""
    given = (binding for units, binding in bindings if units is None or device.unit in units)
    return device.bind or next(given, "")


def _one(keys: dict[str, Any], bus: str) -> scanfile.ScanFile:
    """The one meter that options describe, as if a scan had found it."""
    place = keys.get("address", keys.get("unit"))
    if place is None or "template" not in keys or not bus:
        raise BadValue("add", key="--from", detail="or --bus, --template and --unit or --address")
    device = make(str(keys.get("id", f"M-{place:0>2}")), keys)
    return scanfile.ScanFile(Line.of(bus).bus, (scanfile.Row(0, device),), ())


def _fresh(
    found: scanfile.ScanFile, config: Config, origin: str
) -> tuple[list[scanfile.Row], list[ConfigError]]:
    """The rows that the configuration has not, and those that contradict it; adding twice changes nothing."""
    devices = {device.id.lower(): device for bus in config.bus for device in bus.device}
    here = (device for bus in config.bus if bus.url == found.bus.url for device in bus.device)
    taken = {device.place: device.id for device in here}
    fresh: list[scanfile.Row] = []
    bad: list[ConfigError] = []
    for row in found.rows:
        device, place = row.device, f"{origin}:{row.line}"
        there = devices.get(device.id.lower())
        same = there is not None and there.template == device.template
        if same and taken.get(device.place) == device.id:
            continue
        if there is not None:
            bad.append(BadValue(place, key="id", detail=f"{device.id} is configured already"))
        elif device.place in taken:
            detail = f"{device.place} is {taken[device.place]}"
            bad.append(BadValue(place, key="address" if device.address else "unit", detail=detail))
        else:
            taken[device.place] = device.id
            fresh.append(row)
    return fresh, bad


def _refuse(bad: Sequence[ConfigError], *, as_json: bool) -> NoReturn:
    """Say every bad line; nothing is written."""
    if as_json:
        print_json({"added": [], "problems": [error.as_dict() for error in bad]})
    for error in bad:
        say(f"{error}\n{error.text('en')}")
    say(f"{len(bad)} 行有误，未写入 · bad lines, nothing written")
    raise typer.Exit(ConfigError.exit_code)


def _row(device: DeviceConfig, bind: str, interval_s: int) -> dict[str, object]:
    """The keys of a device that differ from their defaults."""
    given = msgspec.structs.replace(
        device,
        bind=bind,
        interval_s=interval_s if device.interval_s == DEFAULT_INTERVAL_S else device.interval_s,
    )
    told = msgspec.to_builtins(given)
    defaults = {one.encode_name: one.default for one in msgspec.structs.fields(DeviceConfig)}
    place = "address" if device.address else "unit"
    return {key: value for key, value in told.items() if key == place or value != defaults[key]}


def _keys(bus: BusConfig, config: Config) -> dict[str, object]:
    """A bus as the configuration writes it, with the first free name."""
    names = {one.name for one in config.bus}
    name = next(f"b{number}" for number in count() if f"b{number}" not in names)
    return {"name": name, **Line(bus).keys}


def _told(
    config: Path,
    fresh: Sequence[scanfile.Row],
    found: scanfile.ScanFile,
    *,
    dry_run: bool,
    difference: Sequence[str],
) -> dict[str, object]:
    added = [row.device.id for row in fresh]
    return {
        "config": str(config),
        "added": added,
        "unchanged": len(found.rows) - len(added),
        "written": bool(added) and not dry_run,
        "difference": list(difference),
        "problems": [],
    }


def _coloured(difference: Sequence[str]) -> Text:
    lines = [Text(line + "\n", style=COLOURS.get(line[:1], "")) for line in difference]
    return Text("").join(lines)
