"""What modules do on their own from time to time, on the platform's behalf."""

from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.kit.records.registry import Context
from civicwatt_protocols.clock import Clock

PLATFORM = Actor(None, "platform", "平台")  # no account, no grant: its use cases name what they touch


def run(job: Job, database: Database, zone: ZoneInfo, clock: Clock) -> None:
    """One round of a job: all of it, or nothing."""
    with database.session() as session:
        job.run(Context(session, PLATFORM, zone, clock.now_us()))
