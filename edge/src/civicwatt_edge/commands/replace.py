"""`civicwatt edge replace`: a meter was swapped; the cloud books it by form, and the curve goes on."""

from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge.commands.console import CONFIG, AsJson, ConfigFile, Yes, agreed, print_json, say
from civicwatt_edge.commands.identity import cloud
from civicwatt_edge.config import Config, load
from civicwatt_protocols.errors import BadValue

PATH = "/api/v1/gateway/replacements"


def replace(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="设备编号或站号 · the device's id or unit")],
    *,
    old_final: Annotated[str, typer.Option(help="旧表止码 · final reading of the old meter")],
    new_initial: Annotated[str, typer.Option(help="新表起码 · first reading of the new meter")],
    at: Annotated[
        str,
        typer.Option(
            help="换表时间，缺省为读数跳变处 · when, else where readings step: 2026-11-22T10:00:00+08:00"
        ),
    ] = "",
    measure: Annotated[
        str, typer.Option(help="哪个计量，缺省为主计量 · which counter, else the main one")
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="止码远超以往用量，已核实 · the final reading is checked, however large"
        ),
    ] = False,
    config: ConfigFile = CONFIG,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """登记换表：旧表止码与新表起码，曲线连续 · report a replaced meter, so that its curve goes on."""
    settings = load(config)
    name = device_of(settings, device, config)
    question = f"{name}：旧表止码 {old_final}，新表起码 {new_initial}，登记？· report this replacement?"
    if not agreed(question, yes=yes):
        raise typer.Exit(1)
    body: dict[str, object] = {"device": name, "old_final": old_final, "new_initial": new_initial}
    body |= {"confirmed": True} if force else {}
    body |= {key: value for key, value in (("at", at), ("measure", measure)) if value}
    told = cloud(settings).call("POST", PATH, body)
    if as_json:
        print_json(told)
    say(f"✓ 换表单 {told['form_number']} · form number, {name}")


def device_of(config: Config, word: str, origin: Path) -> str:
    """A device's id, from itself or from a unit that only one device has. Raises BadValue."""
    devices = [device for bus in config.bus for device in bus.device]
    named = [device.id for device in devices if device.id == word]
    units = [device.id for device in devices if device.place == (word.lstrip("0") or "0")]
    if len(named or units) != 1:
        raise BadValue(str(origin), key="DEVICE", detail=f"{word} is {len(units) or 'no'} device(s)")
    return (named or units)[0]
