"""What modules do on their own from time to time, on the platform's behalf."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.kit.threads import in_thread
from civicwatt_protocols.clock import Clock

log = structlog.get_logger()

PLATFORM = Actor(None, "platform", "平台")  # no account, no grant: its use cases name what they touch


def run(job: Job, database: Database, zone: ZoneInfo, clock: Clock) -> None:
    """One round of a job: all of it, or nothing."""
    with database.session() as session:
        job.run(Context(session, PLATFORM, zone, clock.now_us()))


async def keep(name: str, work: Callable[[], object], pause_s: float) -> None:
    """Round after round for as long as the application lives; one that fails is logged."""
    while True:
        try:
            await in_thread(work)
        except Exception:
            log.exception("round_failed", work=name)
        await asyncio.sleep(pause_s)
