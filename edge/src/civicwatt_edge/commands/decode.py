"""`civicwatt decode`: what is in these bytes?"""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from civicwatt_edge.commands.console import PARTLY
from civicwatt_protocols import templates
from civicwatt_protocols.errors import NotHex, ProtocolError
from civicwatt_protocols.explain import Explained, Field, cjt188, dlt645, jt808, modbus, sparkplug
from civicwatt_protocols.measures import MEASURES

_SHOWN = 12  # bytes of a field shown to people
_SEPARATORS = re.compile(r"0[xX]|[\s:,;\-]")

app = typer.Typer(no_args_is_help=True, help="报文解析：这些字节是什么 · what is in these bytes?")

Hex = Annotated[
    list[str], typer.Argument(help="十六进制字节；- 为标准输入 · bytes in hexadecimal; - is stdin")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


@app.command("modbus")
def modbus_(
    hex: Hex,
    template: Annotated[str, typer.Option(help="设备模板 · device template, as acrel/adw300")] = "",
    address: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="应答的首个寄存器 · first register of the answer, from 0"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Modbus TCP 或 RTU，自动识别 · Modbus TCP or RTU, recognised."""
    device = templates.load(template) if template else None
    _show(hex, as_json, lambda data: modbus.explain(data, device, address))


@app.command("dlt645")
def dlt645_(hex: Hex, as_json: AsJson = False) -> None:
    """DL/T 645-2007 电能表 · electricity meters."""
    _show(hex, as_json, dlt645.explain)


@app.command("cjt188")
def cjt188_(
    hex: Hex,
    dialect: Annotated[
        str,
        typer.Option(help="厂家方言：standard、unit_first、time_high_first、millesimal · maker's dialect"),
    ] = "standard",
    as_json: AsJson = False,
) -> None:
    """CJ/T 188 水表、热量表、燃气表 · water, heat and gas meters."""
    _show(hex, as_json, lambda data: cjt188.explain(data, dialect))


@app.command("jt808")
def jt808_(hex: Hex, as_json: AsJson = False) -> None:
    """JT/T 808 车载定位终端 · terminals of vehicles."""
    _show(hex, as_json, jt808.explain)


@app.command("sparkplug")
def sparkplug_(hex: Hex, as_json: AsJson = False) -> None:
    """Sparkplug B 报文体 · payload."""
    _show(hex, as_json, sparkplug.explain)


def read_hex(words: list[str]) -> bytes:
    """Bytes written as 68AA, 68 AA, 68:AA, 0x68 0xAA; a single "-" reads stdin. Raises NotHex."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if words == ["-"] else " ".join(words)
    data = bytearray()
    for group in _SEPARATORS.split(text):
        wrong = re.search("[^0-9A-Fa-f]", group)
        if wrong or len(group) % 2:  # a digit alone may be 06 or 60
            what = f"“{wrong.group() if wrong else group}”"
            at = wrong.start() if wrong else len(group)
            raise NotHex(f"byte {len(data) + at // 2}", detail=what, detail_zh=what)
        data += bytes.fromhex(group)
    if not data:
        raise NotHex(detail="nothing", detail_zh="没有内容")
    return bytes(data)


def _show(words: list[str], as_json: bool, explain: Callable[[bytes], Explained]) -> None:
    data = b""
    try:
        data = read_hex(words)
        explained = explain(data)
    except ProtocolError as error:
        if as_json:
            typer.echo(_json("", data, [], error))
        raise
    if as_json:
        typer.echo(_json(explained.protocol, data, explained.fields, explained.fault))
    else:
        typer.echo(f"{explained.protocol}，{len(data)} 字节 · bytes")
        for line in _table(data, explained.fields):
            typer.echo(line)
    if explained.fault is not None:
        typer.echo(f"{explained.fault}\n{explained.fault.text('en')}", err=True)
        raise typer.Exit(PARTLY)


def _json(protocol: str, data: bytes, fields: list[Field], fault: ProtocolError | None) -> str:
    rows = [asdict(one) | {"hex": data[one.start : one.start + one.size].hex()} for one in fields]
    values = [
        {"measure": one.measure, "value": one.value, "unit": MEASURES[one.measure].unit}
        for one in fields
        if one.measure
    ]
    told: dict[str, Any] = {"protocol": protocol, "bytes": len(data), "values": values, "fields": rows}
    return json.dumps(told | {"error": fault.as_dict() if fault else None}, ensure_ascii=False, indent=2)


def _table(data: bytes, fields: list[Field]) -> list[str]:
    rows = [("偏移", "字节 bytes", "字段 field", "内容 content")]
    for one in fields:
        shown = data[one.start : one.start + min(one.size, _SHOWN)].hex(" ").upper()
        rest = " …" if one.size > _SHOWN else ""
        rows.append((str(one.start), shown + rest, f"{one.zh} · {one.en}", _content(one)))
    widths = [max(cell_len(row[column]) for row in rows) for column in range(3)]
    lines: list[str] = []
    for row in rows:
        cells = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join((*cells, row[3])).rstrip())
    return lines


def _content(one: Field) -> str:
    note = one.note_zh if one.note_zh == one.note_en else f"{one.note_zh} · {one.note_en}"
    said = " ".join(part for part in (one.text, one.unit, note) if part)
    if one.measure is None:
        return said
    value = "null" if one.value is None else f"{one.value} {MEASURES[one.measure].unit}".rstrip()
    return f"{said}  → {one.measure} = {value}"
