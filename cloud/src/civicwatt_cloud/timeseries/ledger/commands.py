"""`civicwatt ledger …`: what it would say of an export, what it holds, and the facts of counters."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.import_command import PARTIAL, AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.counter.facts import NO_FACTS
from civicwatt_cloud.timeseries.ledger.facts.entering import Said, confirm_rise, enter_ratio, enter_rollover
from civicwatt_cloud.timeseries.ledger.facts.errors import NoSuchCounter
from civicwatt_cloud.timeseries.ledger.models import HeldStep
from civicwatt_cloud.timeseries.ledger.replay.errors import BadZone, NotAMoment
from civicwatt_cloud.timeseries.ledger.replay.files import events, moment_us, readings
from civicwatt_cloud.timeseries.ledger.replay.intervals import REASONS, Step
from civicwatt_cloud.timeseries.ledger.replay.intervals import replay as replayed
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """台账 · the ledger."""
    log_to_stderr()


@app.command()
def replay(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="READINGS", help="csv 或 xlsx，列 时间、读数（、质量） · columns time, value (, quality)"
        ),
    ],
    events_file: Annotated[
        Path | None,
        typer.Option(
            "--events",
            help="TOML：换表、倍率、翻转 · tables replacement, ratio, rollover",
        ),
    ] = None,
    step: Annotated[str, typer.Option(help="区间长度 · length of an interval: 15m 30m 1h 1d 1mo")] = "1h",
    tz: Annotated[
        str, typer.Option(help="时区 · zone of times without offset, and of the days")
    ] = "Asia/Shanghai",
    as_json: AsJson = False,
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


Meter = Annotated[str, typer.Argument(metavar="GATEWAY/DEVICE", help="表计 · the meter")]
Factor = Annotated[str, typer.Argument(help="倍率，如 40 · the ratio, such as 40")]
Span = Annotated[str, typer.Argument(help="翻转值，如 1000000 · the span, such as 1000000")]
Since = Annotated[str, typer.Option("--from", help="生效时刻 · from when on, ISO 8601")]
Reason = Annotated[str, typer.Option(help="依据 · why, and by which document")]


@app.command()
def ratio(meter: Meter, factor: Factor, since: Since, reason: Reason, config: Config = None) -> None:
    """登记倍率（CT/PT）变更：此后按新倍率，历史不变 · a new ratio from a moment on."""
    with _desk(config, meter, reason) as desk:
        enter_ratio(desk.session, desk.point, desk.moment_us(since), factor, desk.said)


@app.command()
def rollover(meter: Meter, span: Span, since: Since, reason: Reason, config: Config = None) -> None:
    """登记计数器翻转值：到此归零 · the number at which the counter begins again at zero."""
    with _desk(config, meter, reason) as desk:
        enter_rollover(desk.session, desk.point, desk.moment_us(since), span, desk.said)


@app.command()
def confirm(
    meter: Meter,
    time: Annotated[
        str, typer.Argument(help="跳升后的读数时刻，见 held · time of the reading after the rise")
    ],
    reason: Reason,
    config: Config = None,
) -> None:
    """确认一次跳升为真实用量，计入台账 · a held rise is real: book it."""
    with _desk(config, meter, reason) as desk:
        confirm_rise(desk.session, desk.point, desk.moment_us(time), desk.said)


@app.command()
def held(
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """列出未计入台账、待说明的读数 · what is not booked until somebody explains it."""
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        query = select(HeldStep, Point).join(Point, Point.id == HeldStep.point_id)
        rows = [
            {
                "meter": f"{point.gateway}/{point.device}",
                "time": iso(step.ts_us, settings.zone),
                "from": format_micro(step.before_micro),
                "to": format_micro(step.after_micro),
                "reason": step.kind,
            }
            for step, point in session.execute(query.order_by(HeldStep.ts_us))
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        typer.echo("没有待说明的读数 · nothing is held")
    for row in rows:
        zh, en = REASONS[row["reason"]]
        typer.echo(f"{row['meter']}  {row['time']}  {row['from']} → {row['to']}  {zh} · {en}")


class _Desk(NamedTuple):
    """One transaction, and what a fact is entered with."""

    session: Session
    point: Point
    said: Said
    zone: ZoneInfo

    def moment_us(self, text: str) -> int:
        """Errors: NotAMoment."""
        at_us = moment_us(text, self.zone)
        if at_us is None:
            raise NotAMoment("--from", text=text)
        return at_us


@contextmanager
def _desk(config: Path | None, meter: str, reason: str) -> Iterator[_Desk]:
    if not reason.strip():
        raise BadValue("--reason", key="reason", detail="依据不能为空 · say why, and by which document")
    settings = Settings.load(config)
    gateway, _, device = meter.partition("/")
    with one_transaction(settings) as session:
        of = select(Point).where(Point.gateway == gateway, Point.device == device, Point.is_consumption)
        point = session.scalar(of)
        if point is None:
            raise NoSuchCounter(name=meter)
        said = Said(audit.COMMAND, settings.make_clock().now_us(), reason)
        yield _Desk(session, point, said, settings.zone)


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
