"""F28: messages that nobody can read, among those that everybody needs."""

import json

import aiomqtt

from civicwatt.drill.cloud.sender import DIVISION, Sender
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_protocols.uplink import Catalogue, PointDefinition, Record, encode_birth, encode_record

PARTIAL = 6


async def run(stage: Stage) -> Row:
    """Each is set aside with its reason; the others flow on, and a replay changes nothing."""
    rounds = stage.count(1, 50)
    async with Site(stage) as site:
        site.add(2)
        await site.begin()
        slots = range(START_US - DAY_US, START_US, site.senders[0].interval_us)
        bad = _messages(site.senders[0])
        async with aiomqtt.Client("127.0.0.1", site.broker_port) as client:
            for n in range(rounds):
                for one in site.senders:
                    one.accept(slots[n * len(slots) // rounds : (n + 1) * len(slots) // rounds])
                await site.delivered()  # so the cloud listens
                for topic, body in bad:
                    await client.publish(topic, body, qos=1)
            with site.database() as database:

                def aside() -> int:
                    with database.reading() as session:
                        return quarantine.count(session)

                await until(lambda: aside() >= len(bad) - 1, "quarantine", 30)
        listed = json.loads(await site.command("quarantine", "list", "--json"))
        replayed = await site.command("quarantine", "replay", "--all", "--json", okay=(0, PARTIAL))
        verdict = await site.verdict()
    outcomes = [one["outcome"] for one in json.loads(replayed)["replayed"]]
    goals = {
        "every one set aside, once": len(listed) == len(bad) - 1,  # what MQTT itself refuses is none
        "each with its reason": all(one["code"] and one["detail"] for one in listed),
        "replay leaves them aside": all(outcome != quarantine.STORED for outcome in outcomes),
    }
    reasons = sorted({one["code"] for one in listed})
    return row(verdict, len(bad) * rounds, stage.seed, goals, aside=len(listed), reasons=reasons)


def _messages(sender: Sender) -> list[tuple[str, bytes]]:
    """What can be wrong: bytes, size, values, times, names, layout."""
    device = "M-poison"
    topic = f"spBv1.0/{DIVISION}/DDATA/{sender.name}/{device}"
    plain = f"civicwatt/json/{DIVISION}/gw-json/M-1"
    catalogue = Catalogue(device, "chint/dtsu666", (PointDefinition(900, "voltage_l1"),))

    def data(seq: int, slot_us: int, value: float) -> bytes:
        record = Record(seq, slot_us, device, catalogue.hash, (value,))
        return encode_record(record, catalogue, "poisoned")

    return [
        (f"spBv1.0/{DIVISION}/DBIRTH/{sender.name}/{device}", encode_birth(catalogue, START_US, 0)),  # good
        (topic, b"\xff\x00not protobuf"),
        (topic, data(1, START_US - HOUR_US, 1e308)),
        (topic, data(2, START_US + 400 * DAY_US, 230.0)),
        (topic, data(3, 946_684_800_000_000, 230.0)),  # a clock of the year 2000
        (topic, bytes(10 * 1024 * 1024)),
        (topic.replace(device, "M-other"), data(4, START_US - HOUR_US, 230.0)),
        (f"spBv1.0/{DIVISION}/NDATA/{sender.name}", data(5, START_US - HOUR_US, 230.0)),
        (plain, b'{"ts": 1, '),
        (plain, b'{"ts": "2026-11-18T08:00:00+08:00", "values": {"nonsense": 1}}'),
        (plain, b'{"ts": "2026-11-18T08:00:00+08:00", "values": {"voltage_l1": NaN}}'),
    ]
