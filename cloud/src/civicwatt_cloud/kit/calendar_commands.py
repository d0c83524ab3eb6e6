"""`civicwatt calendar …`: the yearly notice on holidays, and what a year looks like."""

from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.kit import audit, calendar, calendar_notices
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.import_command import Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_notice(
    file: Annotated[Path, typer.Argument(help="通知全文（txt）或表（toml） · the notice's text, or a table")],
    config: Config = None,
) -> None:
    """导入国务院放假通知；运行中的云端一小时内生效 · a running cloud follows within the hour."""
    log_to_stderr()
    years = calendar_notices.read(file)
    with one_transaction(Settings.load(config)) as session:
        calendar_notices.bring_in(session, years, audit.COMMAND)
    for year in years:
        _print(year.year)


@app.command()
def show(
    year: Annotated[int, typer.Argument(min=1950, max=2199, help="年份 · year")],
    config: Config = None,
) -> None:
    """显示某年的放假、上班安排及依据 · the holidays and make-up days of a year, and their document."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        calendar_notices.refresh(session)
    _print(year)


def _print(year: int) -> None:
    days = calendar.days_of(year)
    unlike = [one for one in days if one.workday != (one.date.weekday() < calendar.SATURDAY)]
    source = calendar.document(year) or "未发布：按法定节假日与星期，未确认 · not announced: law and week"
    typer.echo(f"{year}  {source}  工作日 workdays {sum(one.workday for one in days)}")
    for title, kind in (("放假 free", False), ("上班 made up", True)):
        typer.echo(f"  {title}: {'、'.join(str(one.date) for one in unlike if one.workday is kind)}")
