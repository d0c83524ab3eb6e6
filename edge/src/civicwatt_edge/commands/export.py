"""`civicwatt edge export`: what a gateway keeps, acked or not, as a CSV file; it may be running."""

import csv
import os
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from civicwatt_edge.commands.console import PARTLY, AsJson, errors, print_json, say
from civicwatt_edge.config import load
from civicwatt_edge.storage.archive import Archive, Kept
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.measures import MEASURES

ZONE = timezone(timedelta(hours=8))  # Asia/Shanghai, which has had no other offset since 1991
EPOCH = datetime(1970, 1, 1, 8, tzinfo=ZONE)
COLUMNS = ("time", "device", "measure", "value", "unit", "reason", "acked")
PATIENCE_S = 2.0  # before a bar appears
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate. Source: OWASP, CSV Injection


def export(
    *,
    out: Annotated[Path, typer.Option(help="结果文件 · the file to write")],
    config: Annotated[Path | None, typer.Option(help="网关配置文件 · the gateway's configuration")] = None,
    data: Annotated[Path | None, typer.Option(help="或直接给出数据目录 · or its data directory")] = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="起始日，北京时间 · first day, Beijing time"),
    ] = None,
    to: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="截止日，含当日 · last day, included"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """把本地留存的读数导出为 CSV，不影响运行中的网关 · write the readings kept here to a CSV file."""
    if (config is None) == (data is None):
        raise BadValue("edge export", key="--config, --data", detail="give one of both")
    directory = Path(load(config).gateway.data) if config is not None else data
    assert directory is not None  # noqa: S101 for the type checker: one of both is given
    first_us = midnight_us(from_.date()) if from_ else -(2**63)
    end_us = midnight_us(to.date() + timedelta(days=1)) if to else 2**63
    if first_us >= end_us:
        raise BadValue("--from", key="--from", detail=f"{from_:%Y-%m-%d} > --to {to:%Y-%m-%d}")
    archive = Archive(directory)
    told = {"records": 0, "rows": 0, "gaps": 0, "unacked": 0}
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for kept in _with_bar(archive.records((first_us, end_us)), archive.count):
            rows = list(_rows(kept))
            writer.writerows(rows)
            told["records"] += 1
            told["rows"] += len(rows)
            told["gaps"] += len(kept.record.reasons)
            told["unacked"] += not kept.acked
        file.flush()
        os.fsync(file.fileno())
    part.replace(out)
    if as_json:
        print_json({"file": str(out), **told, "unreadable": archive.unreadable})
    else:
        say(
            f"{out}：{told['records']} 条记录，{told['rows']} 行，其中缺测 {told['gaps']} 个，"
            f"未确认上送 {told['unacked']} 条，无法读取 {archive.unreadable} 条 · "
            f"{told['records']} records in {told['rows']} rows"
        )
    if archive.unreadable:
        raise typer.Exit(PARTLY)


def midnight_us(day: date) -> int:
    """The beginning of a day in Beijing."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp()) * 1_000_000


def _rows(kept: Kept) -> Iterator[tuple[str, ...]]:
    record = kept.record
    at = (EPOCH + timedelta(microseconds=record.slot_us)).isoformat()
    for place, (point, value) in enumerate(zip(kept.catalogue.points, record.values, strict=True)):
        text = "" if value is None else f"{value + 0.0:.6f}".rstrip("0").rstrip(".")
        reason = record.reasons[place].value if value is None else ""
        unit = MEASURES[point.measure].unit
        yield at, _text(record.device), point.measure, text, unit, reason, "1" if kept.acked else "0"


def _text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _with_bar(records: Iterable[Kept], total: int) -> Iterator[Kept]:
    """The records; a bar on stderr once it takes long."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    progress, began = Progress(*columns, console=errors()), time.monotonic()
    task = progress.add_task("导出 · exporting", total=total)
    started = False
    try:
        for done, record in enumerate(records):
            if done % 1000 == 0 and time.monotonic() - began > PATIENCE_S:
                if not started:
                    progress.start()
                    started = True
                progress.update(task, completed=done)
            yield record
    finally:
        if started:
            progress.stop()
