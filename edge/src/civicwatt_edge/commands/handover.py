"""`civicwatt edge handover`: the hand-over sheet of an installed gateway, one HTML page to print and sign."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer

from civicwatt_edge.commands import bind, drill, gateway
from civicwatt_edge.commands.console import CONFIG, AsJson, ConfigFile, print_json, say, write_whole
from civicwatt_edge.commands.identity import cloud_url
from civicwatt_edge.commands.status import counter, span
from civicwatt_edge.config import Config, DeviceConfig, load
from civicwatt_edge.errors import NotEnrolled
from civicwatt_protocols import templates
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.uplink import GapReason

ZONE = timezone(timedelta(hours=8))  # the sheet is read in China
READING = 5  # the place of the reading in a line of the meter list
DRILLS = {"offline": "断网演练 · uplink cut", "kill": "强杀演练 · kill -9"}


def handover(
    *,
    out: Annotated[Path, typer.Option(help="写到哪里 · where to write it")] = Path("handover.html"),
    site: Annotated[str, typer.Option(help="项目或楼栋名称 · name of the site")] = "",
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
) -> None:
    """写出交付单：表计、读数、演练、校验值、签字栏 · write the hand-over sheet, to print and sign."""
    settings = load(config)
    told = gateway.ask(settings, "status")
    facts = _facts(settings, config, told, site)
    page = files("civicwatt_edge.commands").joinpath("handover.html").read_text("utf-8")
    write_whole(out, Template(page).substitute(facts), keep_old=True)
    if as_json:
        print_json({"file": str(out), "config_sha256": facts["config_hash"], "epoch": told["epoch"]})
    say(f"✓ 交付单 · hand-over sheet: {out}；请用浏览器打印 · print it from a browser")


def _facts(settings: Config, path: Path, told: Mapping[str, Any], site: str) -> dict[str, str]:
    """What the page shows, as HTML."""
    known = {device["device"]: device for device in told["devices"]}
    rows = [(bus.name, device, known.get(device.id)) for bus in settings.bus for device in bus.device]
    answering = sum(one is not None and one["age_s"] is not None and not one["reason"] for _, _, one in rows)
    failed = [one["failed"] for _, _, one in rows if one is not None]
    complete = 1 - sum(failed) / len(failed) if failed else 0.0
    box = told["outbox"]
    taken = _bound(settings)
    return {
        "gateway": escape(told["gateway"]),
        "site": escape(site) or "　",
        "division": escape(settings.gateway.division),
        "written": datetime.now(UTC).astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "cloud": escape(cloud_url(settings) or "未注册 · not enrolled"),
        "buses": escape("；".join(f"{bus.name} {bus.url}" for bus in settings.bus)),
        "uplink": _uplinks(told),
        "version": escape(told["version"]),
        "meters": str(len(rows)),
        "answering": str(answering),
        "silent": str(len(rows) - answering),
        "complete": f"{complete:.1%}",
        "accepted": f"{told['last_seq']:,}",
        "waiting": f"{box['waiting']:,}",
        "lost": f"{box['lost'] + box['dropped']:,}",
        "rows": "\n".join(_meter(*row, taken) for row in rows),
        "drills": "\n".join(_drills(settings)),
        "photos": "\n".join(_photo(device) for _, device, _ in rows),
        "config_hash": hashlib.sha256(path.read_bytes()).hexdigest(),
        "epoch": escape(told["epoch"]),
        "templates": "\n".join(_templates({device.template for _, device, _ in rows})),
    }


def _bound(settings: Config) -> set[str] | None:
    """The devices that the cloud has bound as the configuration says; None where it cannot be asked."""
    try:
        return set(bind.send(settings, dry_run=True)["unchanged"])
    except NotEnrolled:
        return set()
    except CivicWattError:
        return None


def _binding(device: DeviceConfig, taken: set[str] | None) -> str:
    """Where it hangs, and whether the cloud knows that."""
    if not device.bind or (taken is not None and device.id in taken):
        return device.bind
    return f"{device.bind}（{'未核实 · not verified' if taken is None else '未绑定 · not bound'}）"


def _meter(bus: str, device: DeviceConfig, told: Mapping[str, Any] | None, taken: set[str] | None) -> str:
    """One line of the meter list."""
    state, reading = "未采集 · not polled", ""
    if told is not None:
        reading = counter(told["values"])
        reason = told["reason"]
        state = f"✗ {GapReason(reason).zh} · {GapReason(reason).en}" if reason else f"✓ {span(told['age_s'])}"
    cells = (
        device.id,
        device.name,
        templates.load(device.template).title_zh,
        f"{bus} / {device.address or device.unit}" + (f" / {device.order}" if device.order else ""),
        _binding(device, taken),
        reading,
        state,
    )
    mark = "" if state.startswith("✓") else ' class="bad"'
    shown = [f"<td>{escape(cell)}</td>" for cell in cells]
    shown[READING] = shown[READING].replace("<td>", '<td class="number">')
    return f"<tr{mark}>" + "".join(shown) + "</tr>"


def _uplinks(told: Mapping[str, Any]) -> str:
    return "；".join(
        escape(f"{one['name']} 已连接 · connected" if one["connected"] else f"{one['name']} {one['reason']}")
        for one in told["upstreams"]
    )


def _drills(settings: Config) -> Iterator[str]:
    """The last drill of each kind."""
    last = {one["kind"]: one for one in drill.results(settings)}
    for kind, title in DRILLS.items():
        one = last.get(kind)
        if one is None:
            yield f'<tr class="bad"><td>{title}</td><td colspan="7">未做 · not done</td></tr>'
            continue
        at = datetime.fromtimestamp(one["at_us"] / 1_000_000, UTC).astimezone(ZONE)
        by = "云端 · cloud" if one["counted_by"] == "cloud" else "待发箱 · outbox"
        cells = (
            *(title, f"{at:%m-%d %H:%M}", f"{one['seconds']:g} s", f"{one['accepted']:,}"),
            *(f"{one['stored']:,}", str(one["doubled"]), str(one["lost"]), by),
        )
        mark = "" if one["passed"] else ' class="bad"'
        yield f"<tr{mark}>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _photo(device: DeviceConfig) -> str:
    """A place for a photo of the meter."""
    name = f"{device.id} {device.name}".strip()
    return f"<figure><div></div><figcaption>{escape(name)} · {device.unit} 号</figcaption></figure>"


def _templates(used: set[str]) -> Iterator[str]:
    for key in sorted(used):
        digest = hashlib.sha256(templates.text(key).encode()).hexdigest()
        yield f"<tr><td>{escape(key)}</td><td><code>{digest}</code></td></tr>"
