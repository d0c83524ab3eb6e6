"""`civicwatt demo`: a simulated city, metered live."""

import json
import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_protocols.logs import log_to_stderr


def demo(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="网页端口 · port of the pages on 127.0.0.1")
    ] = 8080,
    data: Annotated[Path, typer.Option(help="数据目录，再次启动时沿用 · where the data are kept")] = Path(
        ".civicwatt/demo"
    ),
    check: Annotated[
        bool, typer.Option(help="自动核对：故障下不丢不重 · drill the live path and compare with the truth")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="机器可读 · one JSON object on stdout")] = False,
) -> None:
    """模拟一座城市并实时计量 · run a simulated city, metered live, with pages."""
    log_to_stderr(logging.WARNING)
    _keep_to_itself()
    if check:
        from civicwatt.demo import check as drill  # noqa: PLC0415 - each way loads only what it needs

        figures = drill.check()
        typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else drill.table(figures))
        raise typer.Exit(0 if drill.passed(figures) else 1)
    from civicwatt.demo.run import run  # noqa: PLC0415

    run(data.resolve(), port, announce_json=as_json)


def _keep_to_itself() -> None:
    """Its parts read their own files only: what the environment names is an installation's."""
    for name in [name for name in os.environ if name.startswith("CIVICWATT_")]:
        del os.environ[name]
