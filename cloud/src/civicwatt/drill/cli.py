"""`civicwatt drill`: faults done on purpose, with what they cost."""

import asyncio
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from civicwatt_protocols.logs import log_to_stderr

if TYPE_CHECKING:
    from civicwatt.drill.report import Page

app = typer.Typer(no_args_is_help=True)


@app.callback()
def drill() -> None:
    """故障演练与真值台账 · faults done on purpose, judged by the truth ledger."""


AsJson = Annotated[bool, typer.Option("--json", help="机器可读 · one JSON object on stdout")]
Only = Annotated[str, typer.Option(help="只做这些，如 F03,F27 · only these rows")]
Seed = Annotated[int, typer.Option(help="随机种子 · seed of all dice")]
Report = Annotated[Path | None, typer.Option(help="写报告（Markdown） · write a report there")]


@app.command()
def edge(
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option(help="完整次数，约一小时 · full counts, about an hour")] = False,
    only: Only = "",
    seed: Seed = 7,
    report: Report = None,
) -> None:
    """网关：断网、断电、强杀、坏表、乱帧，逐项核对 · the gateway under each fault, by the truth."""
    from civicwatt.drill.catalogue import DRILLS  # noqa: PLC0415 - loads only what it needs
    from civicwatt.drill.report import EDGE, Page  # noqa: PLC0415

    _do(Page("edge", EDGE, DRILLS), only, seed, report, as_json=as_json, full=full)


@app.command()
def cloud(
    as_json: AsJson = False,
    full: Annotated[bool, typer.Option(help="完整规模，约一小时 · full size, about an hour")] = False,
    only: Only = "",
    seed: Seed = 7,
    report: Report = None,
) -> None:
    """云端：强杀、停库、重复、乱序、换表、恢复，逐项核对 · the cloud under each fault, by the truth."""
    from civicwatt.drill.cloud.catalogue import DRILLS  # noqa: PLC0415 - loads only what it needs
    from civicwatt.drill.report import CLOUD, Page  # noqa: PLC0415

    _do(Page("cloud", CLOUD, DRILLS), only, seed, report, as_json=as_json, full=full)


def _do(page: "Page", only: str, seed: int, report: Path | None, *, as_json: bool, full: bool) -> None:
    from civicwatt.drill import run  # noqa: PLC0415
    from civicwatt.drill.report import write  # noqa: PLC0415
    from civicwatt.drill.row import passed, table  # noqa: PLC0415

    log_to_stderr(logging.CRITICAL)
    logging.disable(logging.ERROR)  # libraries tell of each broken connection: they are meant
    rows = asyncio.run(run.drill(run.chosen(only, page.drills), seed=seed, full=full))
    typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else table(rows))
    if report is not None:
        write(report, rows, page, seed=seed, full=full)
    raise typer.Exit(0 if passed(rows) else 1)
