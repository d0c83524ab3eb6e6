"""`civicwatt meters tree` and `balance`: which meter stands below which, and whether they agree."""

import json
from typing import Any

import typer

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.import_command import AsJson, Config, TableFile
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.import_command import MonthText, import_table
from civicwatt_cloud.timeseries.ledger.months import days_of_month, month_of
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.tree.balance import Balance, balances
from civicwatt_cloud.timeseries.ledger.tree.importing import import_tree
from civicwatt_cloud.timeseries.ledger.waiting import say_what_waits
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro


def tree(file: TableFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入总分表关系 · which meter stands below which; bad rows are listed (exit 6)."""
    import_table(Settings.load(config), lambda session: import_tree(session, file), as_json=as_json)


def balance(month: MonthText, config: Config = None, as_json: AsJson = False) -> None:
    """总分表平衡：总表、分表之和、其他 · each whole beside its parts; exit 1 where parts exceed it."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        found = balances(session, *days_of_month(month_of(month)), settings.zone)
        names = Names(session)
        rows = [_shown(one, names) for one in found]
        say_what_waits(session)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo("没有总分表 · no meter stands below another")
    else:
        for row in rows:
            sign = "✗" if row["alarm"] else "?" if row["other"] is None else "✓"
            other = "未知 unknown" if row["other"] is None else row["other"]
            line = "{} {whole_meter}  总 whole {whole}  分 parts {parts}  其他 other {}"
            typer.echo(line.format(sign, other, **row))
            if row["missing"]:
                typer.echo(f"    数据不全 · not wholly covered: {'、'.join(row['missing'])}")
    if any(one.is_alarm for one in found):
        raise typer.Exit(1)


def _shown(one: Balance, names: Names) -> dict[str, Any]:
    return {
        "whole_meter": names.title(one.parent),
        "whole": format_micro(one.whole),
        "parts": format_micro(one.parts),
        "other": None if one.other is None else format_micro(one.other),
        "tolerance": format_micro(one.tolerance),
        "alarm": one.is_alarm,
        "missing": [names.title(point) for point in one.missing],
    }
