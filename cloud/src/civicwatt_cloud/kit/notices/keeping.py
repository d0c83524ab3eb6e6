"""What goes after a while: notices that were read, and events that all who hear have heard."""

from sqlalchemy import delete, select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.notices.models import Entry, Notice
from civicwatt_cloud.kit.outbox.models import Delivery
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job

KEEP_US = 400 * DAY_US  # a year and a month [engineering default]; deeds stay in the audit for ever


def forget(context: Context) -> None:
    """Drop what is older; what is unread, or not heard by somebody, stays."""
    session, before_us = context.session, context.now_us - KEEP_US
    session.execute(delete(Entry).where(Entry.read_us < before_us))
    has_reader = select(Entry.id).where(Entry.notice_id == Notice.id).exists()
    session.execute(delete(Notice).where(Notice.at_us < before_us, ~has_reader))
    waits = select(Delivery.id).where(Delivery.event_id == Event.id).exists()
    session.execute(delete(Event).where(Event.told_us < real_now_us() - KEEP_US, ~waits))


JOB = Job("forget_notices", 3600, forget)  # [s; engineering default]
