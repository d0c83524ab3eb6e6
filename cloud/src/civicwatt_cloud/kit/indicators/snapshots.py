"""Snapshots: what an indicator said of each node when a period was closed. Rows are only ever added."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.deadlines import workday_of_month
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.indicators.figures import Figure, by_node, figure, nodes_above
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Period
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job, Module
from civicwatt_cloud.kit.rules_local import of as rules_of

EVERYTHING = ""  # the node that all others lie in: it is always kept, with or without a value
CLOSED_ON = "indicator.closed_on"  # [working day of the month after a period]


class Snapshot(Base):
    """One figure as it stood. Triggers of the database refuse to change or delete it."""

    __tablename__ = "indicator_snapshot"

    indicator: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(8), primary_key=True)
    node: Mapped[str] = mapped_column(String(400), primary_key=True)  # a path, or a region's prefix
    value: Mapped[str | None] = mapped_column(String(40))  # decimal
    numerator: Mapped[int] = mapped_column(BigInteger)
    denominator: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int]
    missing: Mapped[int]
    rules: Mapped[str]  # JSON list of rule rows
    taken_us: Mapped[int] = mapped_column(BigInteger)  # business time


class Kept(NamedTuple):
    """A figure of a snapshot."""

    figure: Figure
    rules: tuple[str, ...]
    taken_us: int


def take(context: Context, indicator: Indicator, period: Period) -> int:
    """Keep the figures of all nodes for a period, once: what was published stands. How many there are."""
    session = context.session
    there = select(Snapshot.node).where(
        Snapshot.indicator == indicator.key, Snapshot.period == period.label, Snapshot.node == EVERYTHING
    )
    if session.scalar(there) is not None:
        return 0
    asked = Asked(session, select(Institution.id), period, context.zone, rules_of(session), context.now_us)
    measured = indicator.measure(asked)
    paths = session.execute(select(Institution.id, Institution.path))
    nodes = by_node(measured.items, {one: nodes_above(path) for one, path in paths})
    nodes.setdefault(EVERYTHING, [])
    for node, items in nodes.items():
        one = figure(indicator, items)
        kept = Snapshot(indicator=indicator.key, period=period.label, node=node, taken_us=context.now_us)
        kept.value = None if one.value is None else str(one.value)
        kept.numerator, kept.denominator = one.numerator, one.denominator
        kept.counted, kept.missing = one.counted, one.missing
        kept.rules = json.dumps(measured.rules, ensure_ascii=False)
        session.add(kept)
    session.flush()
    return len(nodes)


def take_due(context: Context, indicators: Sequence[Indicator]) -> None:
    """Keep the figures of the month (quarter, year) that ended last, once the day for it has come."""
    today = context.today
    day = int(rules_of(context.session).value(CLOSED_ON, today).value)
    if today < workday_of_month(today, day):
        return
    periods = {one.label: one for one in Period.ended_before(today)}
    query = select(Snapshot.indicator, Snapshot.period)
    there = query.where(Snapshot.period.in_(periods), Snapshot.node == EVERYTHING)
    done = {(indicator, period) for indicator, period in context.session.execute(there)}
    for indicator in indicators:
        for label, period in periods.items():
            if (indicator.key, label) not in done:
                take(context, indicator, period)


def job(modules: Iterable[Module]) -> Job:
    """Keep the figures of all modules when their day has come."""
    indicators = [one for module in modules for one in module.indicators]
    return Job("keep_figures", 3600, partial(take_due, indicators=indicators))  # [s; engineering default]


def kept(session: Session, indicator: Indicator, period: Period, node: str) -> Kept | None:
    """What was kept of a node; None: nothing yet."""
    row = session.get(Snapshot, (indicator.key, period.label, node))
    if row is None:
        return None
    value = None if row.value is None else Decimal(row.value)
    found = Figure(value, row.numerator, row.denominator, row.counted, row.missing)
    return Kept(found, tuple(json.loads(row.rules)), row.taken_us)
