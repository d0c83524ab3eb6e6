"""What a command says of figures that the books have not finished."""

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.models import DirtyRange


def say_what_waits(session: Session) -> None:
    """On stderr, where ranges wait to be booked: the figures may lack them until the cloud has run."""
    if count := session.scalar(select(func.count(DirtyRange.id))):
        typer.echo(f"台账尚有 {count} 段待算，数字可能不全；civicwatt cloud serve 运行时自动算完", err=True)
        typer.echo(
            f"the books have {count} ranges to do and figures may lack them; a running cloud books them",
            err=True,
        )
