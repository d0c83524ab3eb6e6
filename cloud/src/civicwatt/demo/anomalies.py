"""What is wrong in the demo's last weeks, found before its pages open."""

from datetime import timedelta

from sqlalchemy import select

from civicwatt.demo.plant import Plant
from civicwatt.demo.registry import Cloud, open_cloud
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.anomalies import jobs, live, rules, series
from civicwatt_cloud.modules.anomalies.models import Judged

WEEKS = 2  # that are judged at least, from the beginning of their month on


def judge_past(plant: Plant) -> None:
    """Judge what is settled, once; after a later start the cloud goes on by itself."""
    with open_cloud(plant) as cloud:
        with cloud.database.reading() as session:
            if session.scalar(select(Judged.point_id).limit(1)) is not None:
                return
        _begin(cloud, plant)
        is_behind = True
        while is_behind:
            with cloud.database.session() as session:
                context = Context(session, PLATFORM, cloud.settings.zone, plant.clock.now_us())
                is_behind = live.run(context) > 0
        with cloud.database.session() as session:
            jobs.watch(Context(session, PLATFORM, cloud.settings.zone, plant.clock.now_us()))


def _begin(cloud: Cloud, plant: Plant) -> None:
    """From where the counters are judged."""
    zone = cloud.settings.zone
    since = date_of(plant.clock.now_us(), zone) - timedelta(weeks=WEEKS)
    first = series.first_hour(rules.month_of(since).first, zone)
    with cloud.database.session() as session:
        session.add_all(
            Judged(point_id=one.point_id, live_hour=first, review_month=0) for one in series.counters(session)
        )
