"""`civicwatt events`: what was not taken by whom and why, and once more."""

import json
from typing import Annotated, Any

import typer
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.import_command import AsJson, Config
from civicwatt_cloud.kit.notices.models import Channel
from civicwatt_cloud.kit.outbox import dispatcher
from civicwatt_cloud.kit.outbox.errors import NoSuchDelivery
from civicwatt_cloud.kit.outbox.models import Delivery
from civicwatt_cloud.kit.settings import Settings
from civicwatt_protocols.logs import log_to_stderr

app = typer.Typer(no_args_is_help=True)
LAST_ID = 2**63 - 1  # that a database counts up to


@app.callback()
def _group() -> None:
    """事件投递 · events on their way."""


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """未能投递的事件、中断的通知通道及原因 · events that were not taken, channels that fail, and why."""
    log_to_stderr()
    settings = Settings.load(config)
    with one_transaction(settings) as session:
        rows = [_shown(row, event, settings) for row, event in dispatcher.waiting(session)]
        mute = session.scalars(select(Channel).where(Channel.tries > 0).order_by(Channel.key)).all()
    if as_json:
        channels = [{"channel": one.key, "tries": one.tries, "reason": one.reason} for one in mute]
        typer.echo(json.dumps({"events": rows, "channels": channels}, ensure_ascii=False))
        return
    if not rows and not mute:
        typer.echo("全部已投递 · everything was taken")
    for one in mute:
        typer.echo(f"通知通道 · channel {one.key}  ×{one.tries}  {one.reason}")
    for row in rows:
        state = "已放弃 dead" if row["dead"] else f"{row['next']} 再试 again"
        typer.echo(f"{row['id']}  {row['at']}  {row['event']} → {row['hearer']}  ×{row['tries']}  {state}")
        typer.echo(f"    {row['reason']}")


@app.command()
def retry(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", max=LAST_ID, help="编号 · their numbers")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="全部 · all of them")] = False,
    config: Config = None,
) -> None:
    """立即重新投递，由运行中的云端完成 · try again at once, by the cloud that runs."""
    log_to_stderr()
    if not ids and not everything:
        raise typer.BadParameter("ID… 或 --all")
    with one_transaction(Settings.load(config)) as session:
        found = [row for row, _ in dispatcher.waiting(session)] if everything else []
        for number in ids or ():
            row = session.get(Delivery, number)
            if row is None:
                raise NoSuchDelivery(id=number)
            found.append(row)
        for row in found:
            dispatcher.revive(row)
    typer.echo(f"重新投递 · to be tried again: {len(found)}")


def _shown(row: Delivery, event: Event, settings: Settings) -> dict[str, Any]:
    def moment(t_us: int) -> str:
        return iso(t_us // SECOND_US * SECOND_US, settings.zone)

    return {
        "id": row.id,
        "event": event.name,
        "event_id": event.id,
        "at": moment(event.at_us),
        "hearer": row.hearer,
        "tries": row.tries,
        "dead": row.dead_us is not None,
        "next": None if row.dead_us else moment(row.next_us),
        "reason": row.reason,
    }
