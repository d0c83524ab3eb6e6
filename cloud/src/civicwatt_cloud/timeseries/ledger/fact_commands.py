"""Commands that take the dated facts of money and people: bills, virtual meters, the tree, shares, prices."""

import json
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile, finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.errors import NotInDirectory
from civicwatt_cloud.timeseries.ledger.months import days_of_month, month_of
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.shares.allocation import allocation as allocated_of
from civicwatt_cloud.timeseries.ledger.shares.importing import import_shares
from civicwatt_cloud.timeseries.ledger.tree.balance import Balance, balances
from civicwatt_cloud.timeseries.ledger.tree.importing import import_tree
from civicwatt_cloud.timeseries.ledger.virtual.importing import import_formulas
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro

bills_app = typer.Typer(no_args_is_help=True)
MonthText = Annotated[str, typer.Argument(metavar="MONTH", help="月份 · month: 2026-10")]


@bills_app.callback()
def _bills() -> None:
    """账单与人工抄表 · bills and manual readings."""


@bills_app.command("import")
def bills_import(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入账单（xlsx 或 csv）；坏行列出，好行保留 · good rows are kept, bad ones listed (exit 6)."""
    settings = Settings.load(config)
    _import(settings, lambda session: import_bills(session, file, settings.zone), as_json=as_json)


def virtual(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入虚拟表的公式 · formulas of virtual meters; bad rows are listed (exit 6)."""
    settings = Settings.load(config)
    _import(settings, lambda session: import_formulas(session, file, settings.zone), as_json=as_json)


def tree(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入总分表关系 · which meter stands below which; bad rows are listed (exit 6)."""
    _import(Settings.load(config), lambda session: import_tree(session, file), as_json=as_json)


def shares(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入合署楼栋的分摊份额 · shares of buildings used together; bad rows are listed (exit 6)."""
    _import(Settings.load(config), lambda session: import_shares(session, file), as_json=as_json)


def allocation(
    building: Annotated[str, typer.Argument(metavar="CODE", help="楼栋编码 · the building's code")],
    month: MonthText,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """合署楼栋某月用量的分摊 · what each institution of a building used, by its shares."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        row = session.scalar(select(Building).where(Building.code == building))
        if row is None:
            raise NotInDirectory(code=building)
        codes = {one: code for one, code in session.execute(select(Institution.id, Institution.code))}  # noqa: C416
        rows: list[dict[str, Any]] = [
            {
                "carrier": one.carrier.value,
                "title": one.carrier.zh,
                "unit": one.carrier.unit,
                "whole": format_micro(one.whole),
                "parts": {
                    codes[institution]: format_micro(micro) for institution, micro in one.parts.items()
                },
            }
            for one in allocated_of(session, row, month_of(month))
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    for one in [] if as_json else rows:
        parts = "  ".join(f"{code} {amount}" for code, amount in one["parts"].items())
        typer.echo("{title} {whole} {unit}:  ".format(**one) + parts)


def balance(month: MonthText, config: Config = None, as_json: AsJson = False) -> None:
    """总分表平衡：总表、分表之和、其他 · each whole beside its parts; exit 1 where parts exceed it."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        found = balances(session, *days_of_month(month_of(month)), settings.zone)
        names = Names(session)
        rows = [_shown(one, names) for one in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            sign = "✗" if row["alarm"] else "?" if row["other"] is None else "✓"
            typer.echo("{} {whole_meter}  总 {whole}  分 {parts}  其他 {other}".format(sign, **row))
    if any(one.is_alarm for one in found):
        raise typer.Exit(1)


def _import(settings: Settings, run: Callable[[Session], ImportReport], *, as_json: bool) -> None:
    log_to_stderr()
    with Console(stderr=True).status("导入中 · importing"), one_transaction(settings) as session:
        report = run(session)
    counts = {
        "rows": report.rows,
        "kept": report.kept,
        "added": report.added,
        "changed": report.changed,
    }
    finish(counts, report.problems, as_json=as_json)


def _shown(one: Balance, names: Names) -> dict[str, object]:
    return {
        "whole_meter": names.title(one.parent),
        "whole": format_micro(one.whole),
        "parts": format_micro(one.parts),
        "other": None if one.other is None else format_micro(one.other),
        "tolerance": format_micro(one.tolerance),
        "alarm": one.is_alarm,
        "missing": [names.title(point) for point in one.missing],
    }
