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
from civicwatt_cloud.timeseries.ledger.import_command import MonthText
from civicwatt_cloud.timeseries.ledger.months import month_of
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.tariffs.charges import Charge, charge
from civicwatt_cloud.timeseries.ledger.tariffs.errors import NoSuchTable
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import import_tariff, tariffs
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import tariff as price_table
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
    else:
        for row in rows:
            typer.echo("{key}  {title}  {from} … {until}  {source}".format(until=row["to"] or "", **row))


@app.command("cost")
def cost_of(
    key: Annotated[str, typer.Argument(metavar="KEY", help="价格表 · price table")],
    institution: Annotated[str, typer.Argument(metavar="CODE", help="单位编码 · the institution's code")],
    month: MonthText,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """某单位某月的费用，按时段 · what a month costs, by band; exit 6 where a part has no price."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session, _Readings(settings.store_url) as readings:
        tariff = price_table(session, key)
        if tariff is None:
            raise NoSuchTable(key=key)
        row = session.scalar(select(Institution).where(Institution.code == institution))
        if row is None:
            raise NotInDirectory(code=institution)
        found = charge(session, tariff, row.id, month_of(month), settings.zone, readings=readings)
        shown = _charged(found, tariff, Names(session))
        say_what_waits(session)
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for band in shown["bands"]:
            typer.echo("{title}  {amount} {unit}  ¥ {yuan}".format(unit=shown["unit"], **band))
        typer.echo("合计 total  {amount} {unit}  ¥ {yuan}".format(**shown))
        for part in shown["unpriced"]:
            typer.echo("✗ {meter}  {amount}  {reason}".format(**part))
    if found.unpriced:
        raise typer.Exit(PARTIAL)


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
