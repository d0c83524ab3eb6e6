"""`civicwatt edge bind`: tell the cloud where the meters hang, as the configuration says."""

from typing import Annotated, Any

import typer

from civicwatt_edge.commands.console import CONFIG, PARTLY, AsJson, ConfigFile, print_json, say
from civicwatt_edge.commands.identity import cloud
from civicwatt_edge.config import Config, load
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue

PATH = "/api/v1/gateway/meters"
# As the cloud's meter list knows them.
END_USES = (
    "lighting",
    "hvac",
    "power",
    "special",
    "other",
    "pv",
    "total",
    "water",
    "water_total",
    "natural_gas",
    "manufactured_gas",
    "heat",
    "照明插座",
    "空调",
    "动力",
    "特殊",
    "其他",
    "光伏",
    "总表",
    "用水",
    "用水总表",
    "天然气",
    "人工煤气",
    "热力",
)


def bind(
    *,
    config: ConfigFile = CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查 · check only")] = False,
    as_json: AsJson = False,
) -> None:
    """把配置中的绑定（单位/楼栋/分项）报给云端 · tell the cloud the bindings that the configuration has."""
    told = send(load(config), dry_run=dry_run)
    if as_json:
        print_json(told)
    explain(told)
    if told["problems"]:
        raise typer.Exit(PARTLY)


def checked(text: str, where: str = "--bind") -> str:
    """A binding 单位编码/楼栋编码/分项, as it stands in a configuration. Raises BadValue."""
    parts = text.split("/")
    if len(parts) != 3 or not all(parts) or parts[2] not in END_USES:
        known = ", ".join(END_USES)
        raise BadValue(where, key="bind", detail=f"{text}: 单位编码/楼栋编码/分项, 分项 {known}")
    return text


def check_all(config: Config) -> None:
    """Look at the bindings of all devices. Raises BadValue, naming the device.

    Polling does without them: a running gateway does not ask.
    """
    for device in (one for bus in config.bus for one in bus.device if one.bind):
        checked(device.bind, device.id)


def send(config: Config, *, dry_run: bool = False) -> dict[str, Any]:
    """Report every bound device; the cloud keeps the good rows. Raises NotEnrolled and CloudApi's errors."""
    rows = []
    for device in (one for bus in config.bus for one in bus.device if one.bind):
        institution, building, end_use = checked(device.bind, device.id).split("/")
        row = {"device": device.id, "name": device.name or device.id, "template": device.template}
        measures = device.measures or templates.load(device.template).measures  # the cloud may not know it
        place = {"institution": institution, "building": building, "end_use": end_use}
        rows.append(row | place | {"measures": list(measures)})
    told = cloud(config).call("POST", PATH, {"rows": rows, "dry_run": dry_run})
    for problem in told["problems"]:
        problem["device"] = rows[problem["row"]]["device"]
    return told


def explain(told: dict[str, Any]) -> None:
    """What became of the rows."""
    done = f"新增 {len(told['added'])}，变更 {len(told['changed'])}，不变 {len(told['unchanged'])}"
    say(f"绑定 · bound: {done}" + ("（试运行 · dry run）" if told["dry_run"] else ""))
    for one in told["problems"]:
        say(f"✗ {one['device']} {one['code']} {one['detail']}。{one['remedy']}")
        say(f"  {one['detail_en']}. {one['remedy_en']}")
