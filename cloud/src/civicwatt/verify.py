"""`civicwatt verify`: compute figures again from their inputs, byte for byte."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_protocols.logs import log_to_stderr


def verify(
    packs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PACK…",
            exists=True,
            dir_okay=False,
            help="导出的已认证指标或算例；不填则复算自带算例 · exported figures; none: those that ship",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 · print JSON")] = False,
) -> None:
    """逐字节复算指标 · compute figures again, byte for byte."""
    log_to_stderr()
    from civicwatt_cloud.modules.certification import proof  # noqa: PLC0415 - only where it is asked for

    shipped = files("civicwatt_cloud.reference") / "golden"
    read = {str(one): one.read_bytes() for one in packs or ()} or {
        one.name: one.read_bytes() for one in sorted(shipped.iterdir(), key=lambda one: one.name)
    }
    found = {name: proof.verify(data) for name, data in read.items()}
    if as_json:
        told = {
            name: {
                "same": one.is_same,
                "cases": one.cases,
                "differences": [dict(difference._asdict()) for difference in one.differences],
            }
            for name, one in found.items()
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        for name, one in found.items():
            said = "一致 · same bytes" if one.is_same else "不一致 · differs"
            typer.echo(f"{name}  {one.cases}  {said}")
            for at in one.differences:
                typer.echo(f"  {at.place}: {at.said} ≠ {at.follows}")
    raise typer.Exit(0 if all(one.is_same for one in found.values()) else 1)
