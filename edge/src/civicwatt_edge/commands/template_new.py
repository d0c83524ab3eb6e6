"""`civicwatt templates new`: the file of a device that has no template yet, ready to be filled in."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge.commands.console import Yes, answered, say, write_whole
from civicwatt_edge.errors import WouldOverwrite
from civicwatt_protocols import golden, templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.template import parse

QUESTIONS = {
    "maker": "厂家 · maker",
    "model": "型号 · model",
    "title_zh": "中文名称 · Chinese title",
    "title_en": "英文名称 · English title",
}
KEY = re.compile(r"[a-z0-9_]+/[a-z0-9_]+")
TEXT = """\
# Addresses are those on the wire, from 0. Give every register the maker's table, page and number.
key = "acme/meter"
maker = ""
model = ""
title_zh = ""
title_en = ""

[[registers]]
measure = "voltage_l1"
function = 3
address = 0x0000
type = "uint16"
order = "AB"
scale = "0.1"
unit = "V"

[[registers]]
measure = "import_active_energy"
function = 3
address = 0x0100
type = "uint32"
order = "ABCD"
scale = "0.01"
unit = "kWh"

[source]
document = "the maker's manual: title, edition"
detail = "table and page"
status = "memory"

[bus]
baud = 9600
framing = "8N1"
unit = 1
status = "memory"

# Replace both by bytes recorded from the device, with the values that its display showed.
[[golden]]
request = "03 0000 0001"
response = "03 02 08FC"

[golden.expect]
voltage_l1 = "230"

[[golden]]
request = "03 0100 0002"
response = "03 04 0012 D687"

[golden.expect]
import_active_energy = "12345.67"
"""
SOURCE = """\
[source]
document = "copied from {like}; not checked against the maker's manual"
detail = "table and page"
status = "memory"
"""


def new(
    key: Annotated[str, typer.Argument(metavar="KEY", help="厂家/型号，如 acme/pm100 · maker/model")],
    *,
    like: Annotated[str, typer.Option("--from", help="照此模板起草 · begin with this template")] = "",
    maker: Annotated[str, typer.Option(help="厂家 · maker")] = "",
    model: Annotated[str, typer.Option(help="型号 · model")] = "",
    title_zh: Annotated[str, typer.Option(help="中文名称 · Chinese title")] = "",
    title_en: Annotated[str, typer.Option(help="英文名称 · English title")] = "",
    out: Annotated[Path | None, typer.Option(help="写到哪里 · where to write it")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="重写已有文件 · write an existing file anew")
    ] = False,
    yes: Yes = False,
) -> None:
    """起草一个设备模板，随后填写并检查 · draft a device template, to be filled in and checked."""
    if not KEY.fullmatch(key):
        raise BadValue("KEY", key="KEY", detail=f"{key}: maker/model, a-z 0-9 _")
    path = out or Path(f"{key.replace('/', '_')}.toml")
    if path.exists() and not force:
        raise WouldOverwrite(str(path))
    by, _, kind = key.partition("/")
    asked = {
        "maker": maker or _asked("maker", by, yes=yes),
        "model": model or _asked("model", kind.upper(), yes=yes),
        "title_zh": title_zh or _asked("title_zh", f"{by} {kind.upper()} 电能表", yes=yes),
        "title_en": title_en or _asked("title_en", f"{by} {kind.upper()} meter", yes=yes),
    }
    text = drafted(key, asked, templates.text(like) if like else TEXT, like)
    golden.check(parse(text, str(path)))
    write_whole(path, text, keep_old=True)
    say(
        f"✓ {path}。填写后检查 · fill it in, then: civicwatt templates lint {path}\n"
        "  放入配置文件旁的 templates/ 即可使用 · put it in templates/ beside the configuration to use it"
    )


def drafted(key: str, names: dict[str, str], text: str, like: str) -> str:
    """A template's text under another name; what it was copied from is said as its source."""
    for name, value in {"key": key, **names}.items():
        line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
        text = re.sub(rf"^{name} = .*$", line.replace("\\", r"\\"), text, count=1, flags=re.MULTILINE)
    if like:
        text = re.sub(r"^\[source\]\n(?:\w+ = .*\n)+", SOURCE.format(like=like), text, flags=re.MULTILINE)
    return text


def _asked(name: str, proposal: str, *, yes: bool) -> str:
    return proposal if yes else answered(QUESTIONS[name], f"--{name.replace('_', '-')}", proposal)
