"""Commands of the readings stores: `civicwatt store check`, `civicwatt store copy`."""

import dataclasses
import json
import logging
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from civicwatt_cloud.timeseries.stores.errors import BadStoreUrl, StoreUnusable
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.urls import EMBEDDED, parse, shown
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)

FORMS = "duckdb:文件 sqlite:文件 influxdb:// influxdb2:// victoria:// victoria-cluster://"
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")]
MARK = {"kept": "✓", "broken": "✗", "not offered": "–"}


@app.callback()
def store() -> None:
    """读数库：一致性检验、搬迁 · readings stores: check one, copy one into another."""


@app.command()
def check(
    url: Annotated[str, typer.Argument(help=f"读数库地址 · address: {FORMS}", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """逐条检验读数库的承诺；只写自建的临时名称，完后清除 · try every promise, under a name of its own.

    Exit code 1: a promise is broken.
    """
    from civicwatt_cloud.timeseries.stores.promises import checking  # noqa: PLC0415 - loads only what it needs
    from civicwatt_cloud.timeseries.stores.promises.conformance import PROMISES  # noqa: PLC0415

    log_to_stderr(logging.WARNING)
    address = parse(url)
    found = checking.capabilities(address)
    rows = []
    with _progress() as progress:
        task = progress.add_task("检验 · checking", total=len(PROMISES))
        for row in checking.check(address):
            rows.append(row)
            progress.advance(task)
    broken = sum(row.state == "broken" for row in rows)
    result = {
        "store": dataclasses.asdict(found),
        "kept": sum(row.state == "kept" for row in rows),
        "broken": broken,
        "promises": [dataclasses.asdict(row) for row in rows],
    }
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
    else:
        for row in rows:
            typer.echo(f"{MARK[row.state]} {row.zh} · {row.en} ({row.name}, {row.seconds} s)")
            if row.detail:
                typer.echo(f"  {row.detail}")
        typer.echo(f"{found.name} {found.version}: 兑现 kept {result['kept']}, 未兑现 broken {broken}")
    raise typer.Exit(1 if broken else 0)


@app.command()
def copy(
    source: Annotated[str, typer.Argument(help="从哪里 · from", show_default=False)],
    target: Annotated[str, typer.Argument(help="到哪里 · to", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """把读数全部搬到另一个库，完后核对行数与校验和；中断后可重来 · copy all readings, then compare both.

    Exit code 1: the target does not hold exactly what the source holds.
    """
    from civicwatt_cloud.timeseries.stores import copying  # noqa: PLC0415 - loads only what it needs

    log_to_stderr(logging.WARNING)
    began = time.monotonic()
    done = copying.Copied()
    _check_copy(source, target)
    old = open_store(source)
    new = open_store(target)
    try:
        todo = copying.windows(old)
        with _progress() as progress:
            for title, step in (("复制 · copying", copying.copy), ("核对 · comparing", copying.compare)):
                task = progress.add_task(title, total=len(todo))
                for _ in step(old, new, todo, done):
                    progress.advance(task)
    finally:
        new.close()
        old.close()
    seconds = round(time.monotonic() - began, 1)
    result = {
        "rows": done.rows,
        "written": done.written,
        "conflicts": done.conflicts,
        "source": {"rows": done.source.rows, "sha256": done.source.sha256.hexdigest()},
        "target": {"rows": done.target.rows, "sha256": done.target.sha256.hexdigest()},
        "equal": done.equal,
        "seconds": seconds,
    }
    if as_json:
        typer.echo(json.dumps(result))
    else:
        verdict = "一致 equal" if done.equal else "不一致 DIFFERENT"
        typer.echo(
            f"{verdict}: 读出 rows {done.rows}, 写入 written {done.written}, "
            f"冲突 conflicts {done.conflicts}, {seconds} s\n"
            f"  {done.source.rows} {done.source.sha256.hexdigest()}\n"
            f"  {done.target.rows} {done.target.sha256.hexdigest()}"
        )
    raise typer.Exit(0 if done.equal else 1)


def _check_copy(source: str, target: str) -> None:
    """Errors: BadStoreUrl, StoreUnusable: a source that is not there would be made, and be empty."""
    old = parse(source)
    if old == parse(target):
        raise BadStoreUrl(url=shown(target), detail_zh="与来源相同", detail="it is the source itself")
    if old.kind in EMBEDDED and not Path(old.path).exists():
        raise StoreUnusable(old.path, detail="没有该文件 · there is no such file")


def _progress() -> Progress:
    """On stderr, with the time that the rest may take."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
