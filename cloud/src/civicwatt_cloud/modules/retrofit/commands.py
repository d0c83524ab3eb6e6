"""`civicwatt retrofit …`: outdoor temperatures for measured savings."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from sqlalchemy import delete
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.savings.files import temperature
from civicwatt_cloud.analysis.savings.series import Temperature
from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.directory import Region
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.import_command import AsJson, Config, finish
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.retrofit.models import OutdoorTemperature
from civicwatt_protocols.logs import log_to_stderr

COMMAND = "command"  # as the audit names who did it
app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """节能改造 · retrofit projects."""
    log_to_stderr()


@app.command()
def temperatures(
    file: Annotated[
        Path, typer.Argument(help="csv（可 .gz）：时间、室外气温 °C · csv: time, outdoor temperature °C")
    ],
    region: Annotated[str, typer.Option(help="区划代码 · code of the region")],
    source: Annotated[str, typer.Option(help="来源，如气象站名称 · source, such as the weather station")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """导入室外气温；同一时段以新导入为准 · bring in outdoor temperatures; the newest import holds."""
    found = temperature(file, None)
    with one_transaction(Settings.load(config)) as session:
        rows = bring(session, found, region, source[:200])
    finish({"rows": rows}, [], as_json=as_json)


def bring(session: Session, found: Temperature, region: str, source: str) -> int:
    """Keep the hours that are known in place of what was there for their time. Errors: NotFound."""
    if session.get(Region, region) is None:
        raise NotFound(region)
    known = np.isfinite(found.value)
    hour = (found.first_hour + np.flatnonzero(known)).tolist()
    centi = np.rint(found.value[known] * 100).astype(np.int64).tolist()
    table = OutdoorTemperature
    there = (table.region_code == region, table.hour >= hour[0], table.hour <= hour[-1])
    session.execute(delete(table).where(*there))
    insert_rows(
        session.connection(),
        table.__tablename__,
        ("region_code", "hour", "centi", "is_hourly", "source"),
        [(region, at, value, found.by_the_hour, source) for at, value in zip(hour, centi, strict=True)],
    )
    facts = {"rows": len(hour), "source": source}
    audit.note(session, COMMAND, audit.Deed("temperatures_imported", f"region/{region}", None, facts))
    return len(hour)
