"""`civicwatt tariffs …`: price tables, and what a month costs by one."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from sqlalchemy import select

from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.import_command import PARTIAL, AsJson, Config, finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.errors import NotInDirectory
from civicwatt_cloud.timeseries.ledger.import_command import MonthText, import_table
from civicwatt_cloud.timeseries.ledger.months import month_of
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.tariffs.assigning import import_assignments
from civicwatt_cloud.timeseries.ledger.tariffs.charges import Charge, Charges, Unassigned, charge, charges
from civicwatt_cloud.timeseries.ledger.tariffs.errors import NoSuchTable
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import import_tariff, tariffs
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Tariff
from civicwatt_cloud.timeseries.ledger.waiting import say_what_waits
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.readings import Floats, Ints, ReadingsStore
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.quantity import format_micro

app = typer.Typer(no_args_is_help=True)
TariffFile = Annotated[Path, typer.Argument(help="TOML 文件，示例 docs/examples/tariff.toml · TOML file")]


@app.command("import")
def import_(file: TariffFile, config: Config = None, as_json: AsJson = False) -> None:
    """导入价格表（TOML） · take a price table, with all its versions."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        tariff, fate = import_tariff(session, file)
    counts = {"rows": len(tariff.version), "added": int(fate.is_new), "changed": int(fate.is_changed)}
    finish(counts, [], as_json=as_json)


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """列出价格表及其版本 · the price tables and the documents of their versions."""
    log_to_stderr()
    with one_transaction(Settings.load(config)) as session:
        rows = [
            {
                "key": tariff.key,
                "title": tariff.title,
                "carrier": tariff.carrier.value,
                "from": version.valid_from.isoformat(),
                "to": version.valid_to.isoformat() if version.valid_to else None,
                "source": version.source,
            }
            for tariff in tariffs(session)
            for version in tariff.version
        ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo("没有价格表 · there is no price table")
    else:
        for row in rows:
            typer.echo("{key}  {title}  {from} … {until}  {source}".format(until=row["to"] or "", **row))


@app.command()
def assign(
    file: Annotated[Path, typer.Argument(help="xlsx/csv，示例 docs/examples/tariff-assignments.csv · table")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """导入价格表的适用对象 · which table holds for a meter, building, institution or region."""
    import_table(Settings.load(config), lambda session: import_assignments(session, file), as_json=as_json)


@app.command("cost")
def cost_of(
    institution: Annotated[str, typer.Argument(metavar="CODE", help="单位编码 · the institution's code")],
    month: MonthText,
    key: Annotated[
        str | None, typer.Option("--table", help="全部按此价格表计，缺省按适用对象 · all by this table")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """某单位某月的费用，按时段 · what a month costs, by table and band; exit 6 where a part has no price."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session, _Readings(settings.store_url) as readings:
        row = session.scalar(select(Institution).where(Institution.code == institution))
        tables = {one.key: one for one in tariffs(session)}
        if key is not None and key not in tables:
            raise NoSuchTable(key=key)
        if row is None:
            raise NotInDirectory(code=institution)
        asked, zone = month_of(month), settings.zone
        if key is None:
            found = charges(session, row, asked, zone, readings=readings)
        else:
            found = Charges({key: charge(session, tables[key], row.id, asked, zone, readings=readings)}, ())
        names = Names(session)
        shown = [_charged(one, tables[key], names) for key, one in found.by_table.items()]
        unassigned = [_unassigned(one, names) for one in found.unassigned]
        say_what_waits(session)
    if as_json:
        typer.echo(json.dumps({"tables": shown, "unassigned": unassigned}, ensure_ascii=False))
    else:
        _tell(shown, unassigned)
    if unassigned or any(table["unpriced"] for table in shown):
        raise typer.Exit(PARTIAL)


def _tell(shown: list[dict[str, Any]], unassigned: list[dict[str, Any]]) -> None:
    for table in shown:
        typer.echo("{tariff}  {title}".format(**table))
        for band in table["bands"]:
            typer.echo("{title}  {amount} {unit}  ¥ {yuan}".format(unit=table["unit"], **band))
        typer.echo("合计 total  {amount} {unit}  ¥ {yuan}".format(**table))
        for part in table["unpriced"]:
            typer.echo("✗ {meter}  {amount}  {reason}".format(**part))
    for part in unassigned:
        typer.echo(
            "✗ {meter}  {amount}  {from}…{to} 没有适用的价格表 · no price table is assigned".format(**part)
        )


def _unassigned(one: Unassigned, names: Names) -> dict[str, Any]:
    return {
        "meter": names.title(one.point),
        "from": one.start.isoformat(),
        "to": one.end.isoformat(),
        "amount": format_micro(one.micro),
    }


class _Readings:
    """The readings store, opened when a meter's quarters are asked for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: ReadingsStore | None = None

    def __enter__(self) -> "_Readings":
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def __call__(self, point: int, t0_us: int, t1_us: int) -> tuple[Ints, Floats]:
        """Times and values of a counter, gaps left out."""
        if self._store is None:
            self._store = open_store(self._url)
        rows = self._store.scan([point], t0_us, t1_us)
        known = ~np.isnan(rows.value)
        return rows.ts_us[known], rows.value[known]


def _charged(found: Charge, tariff: Tariff, names: Names) -> dict[str, Any]:
    total = found.cost.total
    return {
        "tariff": tariff.key,
        "title": tariff.title,
        "unit": tariff.carrier.unit,
        "bands": [
            {"band": band, "title": band.zh, "amount": format_micro(line.micro), "yuan": _plain(line.yuan)}
            for band, line in found.cost.bands.items()
        ],
        "amount": format_micro(total.micro),
        "yuan": f"{Decimal(total.fen) / 100:.2f}",
        "unconfirmed": [day.isoformat() for day in found.cost.unconfirmed],
        "unpriced": [
            {
                "meter": names.title(one.point),
                "amount": format_micro(one.micro),
                "reason": one.reason.text("zh"),
            }
            for one in found.unpriced
        ],
    }


def _plain(yuan: Decimal) -> str:
    """All digits, without exponent and trailing zeros."""
    return f"{yuan:f}".rstrip("0").rstrip(".")
