"""`civicwatt quarantine`: what was set aside, why, and once more through the worker that runs."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.import_command import PARTIAL, AsJson, Config
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.errors import NoSuchQuarantined, NothingReplays
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)

LOOK_S = 0.2
LAST_ID = 2**63 - 1  # that a database counts up to
Code = Annotated[str | None, typer.Option("--code", help="只看此原因，如 CW-T1001 · this reason only")]


@app.command("list")
def list_(
    config: Config = None,
    limit: Annotated[int, typer.Option(min=1, max=quarantine.KEEP_ROWS, help="最多几条 · at most")] = 50,
    code: Code = None,
    as_json: AsJson = False,
) -> None:
    """隔离区清单，新的在前 · what was set aside, the newest first."""
    settings = Settings.load(config)
    with _opened(settings) as database, database.reading() as session:
        rows = [_shown(row, settings) for row in quarantine.listing(session, limit, code=code)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    elif not rows:
        typer.echo("没有隔离的报文 · nothing is set aside")
    else:
        for row in rows:
            done = f"  [{row['outcome']}]" if row["outcome"] else ""
            typer.echo(
                f"{row['id']}  {row['received']}  {row['code']}  {row['topic']}  {row['detail']}{done}"
            )


@app.command()
def show(
    row_id: Annotated[int, typer.Argument(metavar="ID", max=LAST_ID, help="编号 · its number")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """一条的全部，报文为十六进制 · all of one, its message in hex, for `civicwatt decode`."""
    settings = Settings.load(config)
    with _opened(settings) as database, database.reading() as session:
        row = quarantine.find(session, row_id)
        if row is None:
            raise NoSuchQuarantined(id=row_id)
        shown = _shown(row, settings) | {"payload": row.payload.hex()}
    if as_json:
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        typer.echo("\n".join(f"{key}  {value}" for key, value in shown.items()))


@app.command()
def replay(  # noqa: PLR0917 - typer passes them by name
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", max=LAST_ID, help="编号 · their numbers")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部未处理的 · all that are still open")] = False,
    code: Code = None,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0, help="等待结果的秒数 · seconds to wait for what becomes of them")
    ] = 60,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """重新处理：由运行中的接收进程完成，重复无害 · once more through the running worker; may be repeated.

    What cannot be read stays where it is (exit 6). Without a worker that runs the wish is kept (exit 4).
    """
    if not ids and not everything and code is None:
        raise typer.BadParameter("ID…, --code 或 --all")
    with _opened(Settings.load(config)) as database:
        with database.session() as session:
            for row_id in ids or ():
                if quarantine.find(session, row_id) is None:
                    raise NoSuchQuarantined(id=row_id)
            wanted = quarantine.ask_replay(session, ids or None, code, time.time_ns() // 1000)
        outcomes = _await(database, wanted, wait_s)
    if as_json:
        rows = [{"id": row_id, "outcome": outcome} for row_id, outcome in outcomes.items()]
        typer.echo(json.dumps({"replayed": rows}, ensure_ascii=False))
    else:
        for row_id, outcome in outcomes.items():
            typer.echo(f"{row_id}  {outcome or '等待接收进程 · waits for a worker'}")
    if any(outcome is None for outcome in outcomes.values()):
        raise NothingReplays(seconds=wait_s)
    if any(outcome != quarantine.STORED for outcome in outcomes.values()):
        raise typer.Exit(PARTIAL)


def _await(database: Database, wanted: list[int], wait_s: float) -> dict[int, str | None]:
    """What became of the rows; a bar on stderr while it takes its time."""
    deadline = time.monotonic() + wait_s
    console = Console(stderr=True)
    with console.status("重新处理 · replaying") as status:
        while True:
            with database.reading() as session:
                outcomes = quarantine.outcomes(session, wanted)
            left = sum(outcome is None for outcome in outcomes.values())
            if not left or time.monotonic() >= deadline:
                return outcomes
            status.update(f"重新处理 · replaying {len(outcomes) - left}/{len(outcomes)}")
            time.sleep(LOOK_S)


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """The database at its newest schema; closed again."""
    log_to_stderr()
    database = Database.of(settings)
    try:
        with database.explained():
            database.upgrade()
            yield database
    finally:
        database.close()


def _shown(row: Quarantined, settings: Settings) -> dict[str, Any]:
    return {
        "id": row.id,
        "received": iso(row.received_us // 1_000_000 * 1_000_000, settings.zone),
        "topic": row.topic,
        "code": row.code,
        "detail": row.detail,
        "outcome": row.outcome,
        "bytes": len(row.payload),
    }
