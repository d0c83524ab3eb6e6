"""`civicwatt ledger …`: what the ledger would say of an export."""

import json
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table

from civicwatt_cloud.timeseries.ledger.counter.facts import NO_FACTS
from civicwatt_cloud.timeseries.ledger.errors import BadZone
from civicwatt_cloud.timeseries.ledger.replay import Step
from civicwatt_cloud.timeseries.ledger.replay import replay as replayed
from civicwatt_cloud.timeseries.ledger.replay_files import events, readings

app = typer.Typer(no_args_is_help=True)
PARTIAL = 6  # exit code: some rows were left out


@app.callback()
def _group() -> None:
    """台账 · the ledger."""


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(metavar="READINGS", help="csv 或 xlsx，列 · columns: time,value[,quality]")
    ],
    events_file: Annotated[
        Path | None,
        typer.Option(
            "--events",
            help="TOML：[[replacement]] [[ratio]] [[rollover]] · what explains the counter's steps",
        ),
    ] = None,
    step: Annotated[str, typer.Option(help="区间长度 · length of an interval: 15m 30m 1h 1d 1mo")] = "1h",
    tz: Annotated[
        str, typer.Option(help="时区 · zone of times without offset, and of the days")
    ] = "Asia/Shanghai",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")] = False,
) -> None:
    """按台账算法计算一份抄表导出 · what the ledger says of these counter readings."""
    zone, length = _zone(tz), Step.parse(step)
    facts = events(events_file, zone) if events_file else NO_FACTS
    rows, problems = readings(file, zone)
    found = replayed(rows, facts, length, zone)
    if problems:
        found["problems"] = [problem.as_dict() for problem in problems]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _show(found)
        for problem in problems:
            typer.echo(f"{problem}\n  {problem.text('en')}", err=True)
    if problems:
        raise typer.Exit(PARTIAL)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadZone("--tz", text=name) from error


def _show(found: dict[str, Any]) -> None:
    out = Console(highlight=False)
    table = Table("起 start", "用量 value", "质量 quality", "已知秒 covered s")
    for row in found["intervals"]:
        table.add_row(row["start"], row["value"] or "—", row["quality"], str(row["covered_s"]))
    out.print(table)
    out.print(f"合计 total {found['total']}")
    for one in found["held"]:
        out.print(
            f"未计 held {one['time']}  {one['from']} → {one['to']}  {one['reason_zh']} · {one['reason_en']}"
        )
