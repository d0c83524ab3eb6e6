"""F29: gateways of the former, this and the coming release, and a database of the former one."""

from collections.abc import Sequence

from civicwatt.drill.cloud.meters import MEASURES
from civicwatt.drill.cloud.schema import to_former
from civicwatt.drill.cloud.sender import Change, Sender
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_protocols.sparkplug.message import PayloadMessage
from civicwatt_protocols.uplink import published

UNKNOWN_FIELD = b"\xa2\x06\x03abc"  # field 100


def _present(body: bytes) -> bytes:
    return published(body, START_US)


def _coming(body: bytes) -> bytes:
    """A metric and a field that nobody here knows."""
    message = PayloadMessage.FromString(body)
    extra = message.metrics.add()
    extra.name, extra.string_value = "cw/newer", "x"
    return bytes(message.SerializeToString()) + UNKNOWN_FIELD


LAYOUTS: dict[str, tuple[Change, Sequence[str]]] = {
    "former": (bytes, MEASURES),  # without the time of publishing
    "present": (_present, MEASURES),
    "coming": (_coming, (*MEASURES, "happiness")),
}


async def run(stage: Stage) -> Row:
    """All three are stored and acked, before and after the database is brought to the newest schema."""
    async with Site(stage) as site:
        for name, (change, measures) in LAYOUTS.items():
            sender = Sender(f"gw-{name}", site.truth, site.broker_port, stage.seed, measures=measures)
            sender.change = change
            site.senders.append(sender)
        middle_us = START_US - 12 * HOUR_US
        await site.begin()
        for one in site.senders:
            one.accept(range(middle_us - stage.count(12, 240) * HOUR_US, middle_us, one.interval_us))
        await site.delivered()
        await site.even()
        await site.stop()
        former = await to_former(site.settings)
        for one in site.senders:
            one.accept(range(middle_us, START_US, one.interval_us))
        await site.serve()
        verdict = await site.verdict()
        with site.database() as database, database.reading() as session:
            aside = quarantine.count(session)
    goals = {"nothing set aside": aside == 0}
    return row(verdict, len(LAYOUTS), stage.seed, goals, layouts=list(LAYOUTS), schema_before=former)
