"""Tells once of each meter that falls silent and of each value that is held, with the series that shows it.

A gateway of which no meter of an institution answers is told as one: it is one thing to repair.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import HOUR_US, iso
from civicwatt_cloud.kit.db import Base, Database
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.energy_events import METER_SILENT, VALUE_HELD, Facts
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.energy.answers import EXPLAINABLE, HOUR_S
from civicwatt_cloud.modules.energy.meter_state import WATCH_US
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.models import HeldStep
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.quantity import format_micro

EVERY_S = 60  # real seconds [engineering default]
SERIES_HOURS = 48  # of the evidence [engineering default]


class Told(Base):
    """An occasion that was told and lasts."""

    __tablename__ = "energy_told"

    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    since_us: Mapped[int] = mapped_column(BigInteger)


class Bound(NamedTuple):
    """A counter of a meter, and whose it is."""

    point_id: int
    gateway: str | None
    device: str
    title: str | None
    owner_id: int
    bound_from_us: int | None


class Silence(NamedTuple):
    """Meters that do not answer, as one occasion."""

    subject: str
    meters: Sequence[Bound]
    since_us: int


def watch(database: Database, store: ReadingsStore, zone: ZoneInfo, clock: Clock) -> None:
    """One look; what was not told yet is told in one transaction."""
    now_us = clock.now_us()
    with database.reading() as session:
        meters = _bound(session)
    silent = silences(meters, _last_values(store, meters), now_us)
    with database.session() as session:
        look(Context(session, PLATFORM, zone, now_us), meters, silent)


def look(context: Context, meters: Sequence[Bound], silent: Sequence[Silence]) -> None:
    """Tell what is new among silences and held steps, and forget what is over."""
    owners = {meter.point_id: meter for meter in meters}
    lasting = {one.subject: (one.since_us, one) for one in silent}
    held = {f"held/{steps[0].point_id}": (steps[-1].ts_us, steps) for steps in _held_steps(context, owners)}
    told = {one.subject: one for one in context.session.scalars(select(Told))}
    for subject in told.keys() - lasting.keys() - held.keys():
        context.session.delete(told[subject])
    for subject, (since_us, silence) in lasting.items():
        if _is_news(context, told.get(subject), subject, since_us):
            events.tell(context, METER_SILENT, {**_silence(context, silence)})
    for subject, (newest_us, steps) in held.items():
        if _is_news(context, told.get(subject), subject, newest_us):
            events.tell(context, VALUE_HELD, {**_held(context, subject, owners[steps[0].point_id], steps)})


def silences(meters: Iterable[Bound], values_us: dict[int, int], now_us: int) -> list[Silence]:
    """Who has not answered for longer than a late reading takes; by gateway where nobody does."""
    groups: dict[tuple[str | None, int], list[Bound]] = {}
    for meter in meters:
        groups.setdefault((meter.gateway, meter.owner_id), []).append(meter)
    found = []
    for (gateway, owner), group in groups.items():
        since = {meter.point_id: values_us.get(meter.point_id, meter.bound_from_us or 0) for meter in group}
        silent = [meter for meter in group if now_us - since[meter.point_id] > WATCH_US]
        if len(silent) > 1 and len(silent) == len(group):
            last_us = max(since.values())
            found.append(Silence(f"gateway/{gateway}/{owner}", silent, last_us))
        else:
            found += [Silence(f"point/{one.point_id}", [one], since[one.point_id]) for one in silent]
    return found


def _bound(session: Session) -> list[Bound]:
    rows = session.execute(
        select(
            Point.id, Point.gateway, Point.device, Point.title, Building.institution_id, Point.bound_from_us
        )
        .join(Building, Building.id == Point.building_id)
        .where(Point.is_consumption, Point.source == Source.METER, Point.bound_from_us.is_not(None))
        .order_by(Point.id)
    )
    return [Bound(*row) for row in rows]


def _last_values(store: ReadingsStore, meters: Sequence[Bound]) -> dict[int, int]:
    latest = store.latest([meter.point_id for meter in meters])
    return {
        int(point): int(ts) for point, ts in zip(latest.point, latest.value_ts_us, strict=True) if ts >= 0
    }


def _held_steps(context: Context, owners: Container[int]) -> list[list[HeldStep]]:
    """By counter, the oldest step first."""
    steps = select(HeldStep).where(HeldStep.kind.in_(EXPLAINABLE)).order_by(HeldStep.point_id, HeldStep.ts_us)
    known = (step for step in context.session.scalars(steps) if step.point_id in owners)
    return [list(group) for _, group in groupby(known, key=lambda step: step.point_id)]


def _is_news(context: Context, told: Told | None, subject: str, since_us: int) -> bool:
    """Whether it was not told, or only of something earlier; noted at once."""
    if told is None:
        context.session.add(Told(subject=subject, since_us=since_us))
        return True
    is_later, told.since_us = since_us > told.since_us, since_us
    return is_later


def _silence(context: Context, silence: Silence) -> Facts:
    meter, since = silence.meters[0], iso(silence.since_us, context.zone)
    is_gateway = silence.subject.startswith("gateway/")
    count = len(silence.meters)
    name = f"网关 {meter.gateway}（{count} 块表）" if is_gateway else meter.title or meter.device
    return Facts(
        subject=silence.subject,
        owner_id=meter.owner_id,
        point_ids=[one.point_id for one in silence.meters],
        name=name,
        since_us=silence.since_us,
        reason_zh=f"自 {since} 起没有读数",
        reason_en=f"no readings since {since}",
        evidence=_series(context, meter.point_id, silence.since_us),
    )


def _held(context: Context, subject: str, meter: Bound, steps: Sequence[HeldStep]) -> Facts:
    rows = [
        [iso(one.ts_us, context.zone), format_micro(one.before_micro), format_micro(one.after_micro)]
        for one in steps[-SERIES_HOURS:]
    ]
    at, before, after = rows[-1]
    return Facts(
        subject=subject,
        owner_id=meter.owner_id,
        point_ids=[meter.point_id],
        name=meter.title or meter.device,
        since_us=steps[0].ts_us,
        reason_zh=f"{at} 表码由 {before} 变为 {after}，共 {len(steps)} 步未入账",
        reason_en=f"at {at} the counter went from {before} to {after}; {len(steps)} steps are not booked",
        evidence=[*_series(context, meter.point_id, steps[-1].ts_us), *rows],
    )


def _series(context: Context, point_id: int, until_us: int) -> list[list[str]]:
    """The hours before it: when, kWh, and which share of the hour is covered."""
    last = until_us // HOUR_US + 1
    rows = ledger.booked(context.session, "hour", [point_id], last - SERIES_HOURS, last)
    return [
        [iso(row.period * HOUR_US, context.zone), format_micro(row.micro), f"{row.covered_s / HOUR_S:.2f}"]
        for row in rows
    ]
