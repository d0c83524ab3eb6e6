"""What the cloud holds in the end, against what was accepted: every reading once, every sum to the digit."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt.drill.cloud.meters import MEASURES
from civicwatt.drill.cloud.truth import Meter, Truth
from civicwatt.drill.row import Verdict
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.quantity import to_micro

SHANGHAI = timedelta(hours=8)  # the business zone of the drills; it has had no summer time since 1991
FOREVER_US = 2**62

Sums = dict[tuple[int, int], int]  # micro by point and period


def judge(settings: Settings, truth: Truth, held: int = 0) -> Verdict:
    """Compare; the cloud's processes have ended. `held`: so many steps must wait for a person."""
    database = Database.of(settings)
    with closing(database), closing(open_store(settings.store_url)) as store, database.reading() as session:
        points = {
            (point.gateway or "", point.device, point.measure): point.id
            for point in session.scalars(select(Point).where(Point.measure.in_(MEASURES)))
        }
        verdict = _readings(store, truth, points)
        expected = _expected(truth, points)
        wrong = sum(_differences(session, table, sums) for table, sums in expected.items())
        wrong += len(violations(session))
        steps = session.scalar(select(func.count()).select_from(HeldStep)) or 0
        wrong += abs(steps - held)
    return verdict + Verdict(wrong=wrong)


def _readings(store: ReadingsStore, truth: Truth, points: Mapping[tuple[str, str, str], int]) -> Verdict:
    """Readings of the store against those accepted."""
    wanted = {
        (points.get((gateway, device, measure), -1), slot_us): micro
        for (gateway, device, slot_us), shown in truth.shown.items()
        for measure, micro in zip(MEASURES, shown, strict=True)
    }
    found = store.scan(sorted(points.values()), 0, FOREVER_US)
    rows = list(zip(found.point.tolist(), found.ts_us.tolist(), found.value.tolist(), strict=True))
    stored = {(point, ts_us): value for point, ts_us, value in rows}
    changed = sum(
        np.isnan(stored[key]) or to_micro(stored[key]) != micro
        for key, micro in wanted.items()
        if key in stored
    )
    return Verdict(
        lost=len(wanted.keys() - stored.keys()),
        duplicated=len(rows) - len(stored),
        wrong=int(changed) + len(stored.keys() - wanted.keys()),
        records=len(truth.shown),
        values=len(wanted),
    )


Table = type[LedgerHour] | type[LedgerDay] | type[LedgerMonth]


def _expected(truth: Truth, points: Mapping[tuple[str, str, str], int]) -> dict[Table, Sums]:
    hours: Sums = {}
    days: Sums = defaultdict(int)
    months: Sums = defaultdict(int)
    for meter, used in truth.hours.items():
        point = points.get((*meter, MEASURES[0]), -1)
        for hour, micro in used.items():
            hours[point, hour] = micro
            day = day_of(hour)
            days[point, day] += micro
            months[point, day // 100] += micro
    return {LedgerHour: hours, LedgerDay: days, LedgerMonth: months}


def day_of(hour: int) -> int:
    """The business day, yyyymmdd, of an hour since 1970, by a calendar of its own."""
    at = datetime.fromtimestamp(hour * 3600, UTC) + SHANGHAI
    return at.year * 10_000 + at.month * 100 + at.day


def _differences(session: Session, table: Table, expected: Sums) -> int:
    """How many periods are not what they must be, to the last digit."""
    booked = sums(session, table)
    keys = expected.keys() | booked.keys()
    return sum(expected.get(key, 0) != booked.get(key, 0) for key in keys)


def sums(session: Session, table: Table) -> Sums:
    """All that is booked, by point and period."""
    period = {LedgerHour: "hour", LedgerDay: "day", LedgerMonth: "month"}[table]
    rows = session.execute(select(table.point_id, getattr(table, period), table.micro))
    return {(point, when): micro for point, when, micro in rows}


def month_of(settings: Settings, meter: Meter, month: int) -> int:
    """What is booked of a month now [micro]."""
    database = Database.of(settings)
    with closing(database), database.reading() as session:
        booked = select(LedgerMonth.micro).join(Point, Point.id == LedgerMonth.point_id)
        of = booked.where(Point.gateway == meter[0], Point.device == meter[1], LedgerMonth.month == month)
        return session.scalar(of) or 0
