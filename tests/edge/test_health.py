"""What `status` tells of a device comes from its own answers."""

from civicwatt_edge.polling.breaker import FAILURES_TO_OPEN
from civicwatt_edge.service.health import Health
from civicwatt_protocols.uplink import Catalogue, GapReason, PointDefinition, Record

SECOND = 1_000_000
POWER, ENERGY = PointDefinition(1, "active_power_total"), PointDefinition(2, "import_active_energy")
FAST, WHOLE = (
    Catalogue("M-1", "acrel/adw300", (POWER,)),
    Catalogue("M-1", "acrel/adw300", (POWER, ENERGY)),
)
KNOWN = {one.hash: one for one in (FAST, WHOLE)}


def record(catalogue, second, *values, reasons=None):
    return Record(0, second * SECOND, "M-1", catalogue.hash, values, reasons or {})


def told(health, second=100):
    (one,) = health.told(["M-1"], KNOWN, second * SECOND)
    return one


def test_a_meter_read_in_two_parts_shows_its_counter_beside_the_newest_power():
    health = Health()
    health.note(record(WHOLE, 60, 1.0, 700.5))
    health.note(record(FAST, 65, 2.0))
    assert told(health)["values"] == {"active_power_total": 2.0, "import_active_energy": 700.5}
    assert told(health)["age_s"] == 35.0


def test_a_value_an_hour_older_than_the_newest_answer_is_shown_no_more():
    health = Health()
    health.note(record(WHOLE, 60, 1.0, 700.5))
    health.note(record(FAST, 60 + 3_700, 2.0))
    assert told(health, 4_000)["values"] == {"active_power_total": 2.0}


def test_the_breaker_shown_is_the_pollers_a_refusal_before_the_silence_included():
    health = Health()
    for slot in range(FAILURES_TO_OPEN):
        assert slot == 0 or told(health)["breaker"] == "closed"
        reasons = {0: GapReason.REFUSED, 1: GapReason.TIMEOUT}
        health.note(record(WHOLE, 60 + slot, None, None, reasons=reasons))
    assert told(health)["breaker"] == "open"
    health.note(record(WHOLE, 70, 1.0, 700.5))
    assert told(health)["breaker"] == "closed"
