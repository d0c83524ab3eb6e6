"""`civicwatt anomalies …`: what is wrong with a series of readings."""

import json
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_cloud.analysis.anomalies.scan import scan as scanned
from civicwatt_cloud.kit.import_command import AsJson
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """异常 · anomalies."""
    log_to_stderr()


@app.command()
def scan(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="csv，列 timestamp,value[,temperature] · csv with these columns"),
    ],
    as_json: AsJson = False,
) -> None:
    """逐行判断一份读数，只看当行与以往 · judge each row from itself and the past."""
    found = scanned(file)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found["intervals"]:
        typer.echo(f"{one['start']} – {one['end']}  {one['kind']}  {one['confidence']:.2f}")
    flagged = sum(row["flag"] for row in found["rows"])
    typer.echo(f"共 {len(found['rows'])} 行，异常 {flagged} 行 · {len(found['intervals'])} anomalies")
