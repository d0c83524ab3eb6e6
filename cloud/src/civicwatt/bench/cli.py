"""`civicwatt bench`: figures with their goals."""

import json
import logging
from typing import Annotated

import typer

from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)


@app.callback()
def bench() -> None:
    """实测指标与目标 · measured figures and their goals."""


@app.command()
def edge(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 · one JSON object on stdout")] = False,
    full: Annotated[bool, typer.Option(help="完整时长 · long runs, 15 minutes")] = False,
) -> None:
    """网关：每值处理器时间、采集周期、请求数 · the gateway's cost, its cycle, its requests."""
    from civicwatt.bench import edge as measure  # noqa: PLC0415 - loads only what it needs
    from civicwatt.bench.figures import passed, table  # noqa: PLC0415

    log_to_stderr(logging.WARNING)
    figures = measure.run(measure.FULL if full else measure.SHORT)
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else table(figures))
    raise typer.Exit(0 if passed(figures) else 1)
