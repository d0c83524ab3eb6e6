"""`civicwatt closing …`: reported months, and what is decided on their corrections."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.directory_rows import LARGEST
from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.closing import closed_months, corrections
from civicwatt_cloud.timeseries.ledger.closing.corrections import Decision, State
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.ledger.errors import NotInDirectory
from civicwatt_cloud.timeseries.ledger.import_command import MonthText
from civicwatt_cloud.timeseries.ledger.months import month_of
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.waiting import say_what_waits
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro, to_micro

app = typer.Typer(no_args_is_help=True)
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="更正单编号 · correction: GZ-2026-000001")]
By = Annotated[str, typer.Option("--by", help="审批人 · who decides")]
Reason = Annotated[str, typer.Option("--reason", help="理由 · why")]


@app.callback()
def _group() -> None:
    """关账与更正单 · closed months and their corrections."""


@app.command()
def month(
    institution: Annotated[str, typer.Argument(metavar="CODE", help="单位编码 · the institution's code")],
    month: MonthText,
    by: By,
    document: Annotated[str, typer.Option("--document", help="已上报的报表 · the return that was filed")],
    config: Config = None,
) -> None:
    """关账：该单位该月已上报，此后只能凭更正单更改 · from now on only a correction changes this month."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        row = session.scalar(select(Institution).where(Institution.code == institution))
        if row is None:
            raise NotInDirectory(code=institution)
        say_what_waits(session)
        decision = _decision(settings, by, document)
        closed = closed_months.close(session, row, month_of(month), decision, settings.zone)
        typer.echo(f"{row.name} {month} 已关账 · closed: {closed.document} ({closed.closed_by})")


@app.command("corrections")
def list_(
    every: Annotated[bool, typer.Option("--all", help="含已处理的 · also those decided")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """列出待审的更正单 · the corrections that wait for a decision."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        query = select(Correction).order_by(Correction.number)
        if not every:
            query = query.where(Correction.state == State.PROPOSED)
        names = Names(session)
        rows = [_shown(row, names, settings) for row in session.scalars(query)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo("没有更正单 · no correction" if every else "没有待审的更正单 · no correction waits")
    for row in [] if as_json else rows:
        line = "{number}  {state_zh}  {meter}  {month}  {reported} → {recomputed}  {causes}"
        typer.echo(line.format(**row))


@app.command()
def approve(
    number: Number,
    by: By,
    reason: Reason,
    value: Annotated[
        str | None, typer.Option("--value", help="人工核定值，缺省取重算值 · a settled value instead")
    ] = None,
    config: Config = None,
) -> None:
    """批准更正单，台账随后采用新值 · let the ledger take the new value."""
    settings, settled = Settings.load(config), None if value is None else _micro(value)

    def decide(session: Session) -> Correction:
        return corrections.approve(session, number, _decision(settings, by, reason, settled), settings.zone)

    _decided(settings, decide)


@app.command()
def reject(number: Number, by: By, reason: Reason, config: Config = None) -> None:
    """驳回更正单，保留已上报的值 · keep the reported value."""
    settings = Settings.load(config)
    _decided(settings, lambda session: corrections.reject(session, number, _decision(settings, by, reason)))


def _decided(settings: Settings, decide: Callable[[Session], Correction]) -> None:
    log_to_stderr()
    with one_transaction(settings) as session:
        row = decide(session)
        typer.echo(f"{row.number} {State(row.state).zh} · {row.state}: {row.decided_by}")


def _decision(settings: Settings, by: str, reason: str, settled: int | None = None) -> Decision:
    who = f"{audit.COMMAND}/{by.strip()}" if by.strip() else ""
    return Decision(who, settings.make_clock().now_us(), reason.strip(), settled)


def _micro(text: str) -> int:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not -LARGEST <= value <= LARGEST or value != round(value, 6):
        raise BadValue("--value", key="value", detail=f"{text!r} is not a number with at most 6 decimals")
    return to_micro(value)


def _shown(row: Correction, names: Names, settings: Settings) -> dict[str, object]:
    causes: list[str] = json.loads(row.causes)
    return {
        "number": row.number,
        "state": row.state,
        "state_zh": State(row.state).zh,
        "meter": names.title(row.point_id),
        "month": f"{row.month // 100}-{row.month % 100:02d}",
        "reported": format_micro(row.reported_micro),
        "reported_quality": Quality.from_code(row.reported_quality).value,
        "recomputed": format_micro(row.recomputed_micro),
        "recomputed_quality": Quality.from_code(row.recomputed_quality).value,
        "settled": None if row.settled_micro is None else format_micro(row.settled_micro),
        "causes": "；".join(causes),
        "proposed_at": iso(row.proposed_us, settings.zone),
        "decided_by": row.decided_by,
        "reason": row.reason,
    }
