"""F17 to F20: counters that roll over, glitch, are replaced, or get another transformer."""

from contextlib import closing

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt.drill.cloud.meters import COUNTER, KWH, Counter
from civicwatt.drill.cloud.sender import Sender
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US, Meter
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.audit import COMMAND
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement
from civicwatt_cloud.timeseries.ledger.facts.entering import Said, enter_ratio, enter_rollover
from civicwatt_cloud.timeseries.ledger.facts.replacement import Desk, Entry
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.open import open_store

FIRST_US = START_US - 24 * HOUR_US
SPANS = {1: 1_000_000 * KWH, 2: 100_000 * KWH, 3: 65_536 * KWH}  # six digits, five digits, 16 bits
GLITCHES = (0, 0, 0, 712_345 * KWH)  # shown by chance: zero, mostly, or far too much
RATIO = 40


def _slots(sender: Sender, part: int = 0) -> list[int]:
    """The slots of a day: all, or its first half (1) or second (2)."""
    slots = list(range(FIRST_US, START_US, sender.interval_us))
    half = len(slots) // 2
    return {0: slots, 1: slots[:half], 2: slots[half:]}[part]


def _point(session: Session, meter: Meter) -> Point:
    of = select(Point).where(Point.gateway == meter[0], Point.device == meter[1], Point.measure == COUNTER)
    return session.scalars(of).one()


SAID = Said(COMMAND, START_US, "演练 drill")


async def rollover(stage: Stage) -> Row:
    """Counters pass their span: exact where it is known, held where it is not, until somebody says it."""
    async with Site(stage) as site:
        (sender,) = site.add(1, meters=2 * len(SPANS))
        counters = list(sender.counters.values())
        spans = [*SPANS.values()] * 2
        known, unknown = counters[: len(SPANS)], counters[len(SPANS) :]
        for counter, span in zip(counters, spans, strict=True):
            counter.span, counter.micro = span, span - int(counter.rate_kw * KWH * stage.dice.uniform(6, 18))
        await site.register()
        _enter_spans(site, known, spans)
        await site.serve()
        site.start_senders()
        waits = _accept(sender, unknown)
        first = await site.verdict(held=len(unknown))
        for meter, since_us, use in waits:
            site.truth.explain(meter, since_us, use)
        _enter_spans(site, unknown, spans)
        await site.serve()
        verdict = first + await site.verdict()
    return row(verdict, len(counters), stage.seed, held_until_said=len(waits))


def _enter_spans(site: Site, counters: list[Counter], spans: list[int]) -> None:
    with site.database() as database, database.session() as session:
        for counter, span in zip(counters, spans, strict=False):
            enter_rollover(session, _point(session, counter.meter), 0, str(span // KWH), SAID)


def _accept(sender: Sender, unknown: list[Counter]) -> list[tuple[Meter, int, int]]:
    """A day; the use of the steps that nobody explains waits, and is returned."""
    waits = []
    for slot_us in _slots(sender):
        for device, counter in sender.counters.items():
            before = counter.micro
            sender.keep(device, slot_us, counter.step(slot_us))
            if counter in unknown and counter.micro < before:
                since_us = slot_us - sender.interval_us
                counter.truth.explain(counter.meter, since_us, -counter.last_use())
                waits.append((counter.meter, since_us, counter.last_use()))
    return waits


async def glitch(stage: Stage) -> Row:
    """Readings of zero and of nonsense within the hour: told, and no digit of the sums differs.

    Two of them lie further apart than a dip is long: what is between two zeros could be a spike as well.
    """
    async with Site(stage) as site:
        site.add(stage.count(2, 20), meters=4)
        await site.begin()
        glitches = 0
        for sender in site.senders:
            slots = _slots(sender)
            for device, counter in sender.counters.items():
                wrong = {12 * hour + sender.dice.randint(3, 8) for hour in sender.dice.sample(range(24), 5)}
                glitches += len(wrong)
                for n, slot_us in enumerate(slots):
                    nonsense = sender.dice.choice(GLITCHES) if n in wrong else None
                    showing = counter.micro + nonsense if nonsense else nonsense
                    sender.keep(device, slot_us, counter.step(slot_us, showing=showing))
        verdict = await site.verdict(held=glitches)
    return row(verdict, glitches, stage.seed)


async def replacement(stage: Stage) -> Row:
    """Meters replaced, higher and lower: exact with a form, held without one, exact once it is there."""
    starts = (0, 12_345 * KWH, 712_345 * KWH)
    async with Site(stage) as site:
        (sender,) = site.add(1, meters=2 * len(starts))
        counters = list(sender.counters.values())
        with_form, without = counters[: len(starts)], counters[len(starts) :]
        forms: dict[Meter, Replacement] = {}
        for slot_us in _slots(sender, 1):
            _keep_all(sender, slot_us)
        at_us = _slots(sender, 2)[0]
        for (device, counter), start in zip(sender.counters.items(), starts * 2, strict=True):
            forms[counter.meter], shown = counter.swap(at_us, start)
            sender.keep(device, at_us, shown)
        waits = {one.meter: one.last_use() for one in without}
        for slot_us in _slots(sender, 2)[1:]:
            _keep_all(sender, slot_us)
        await site.register()
        _enter_forms(site, {one.meter: forms[one.meter] for one in with_form})
        await site.serve()
        site.start_senders()
        since_us = at_us - sender.interval_us
        for meter, use in waits.items():
            site.truth.explain(meter, since_us, -use)
        first = await site.verdict(held=len(without))
        for meter, use in waits.items():
            site.truth.explain(meter, since_us, use)
        _enter_forms(site, {one.meter: forms[one.meter] for one in without})
        await site.serve()
        verdict = first + await site.verdict()
    return row(verdict, len(counters), stage.seed, held_until_said=len(waits))


def _keep_all(sender: Sender, slot_us: int) -> None:
    for device, counter in sender.counters.items():
        sender.keep(device, slot_us, counter.step(slot_us))


def _enter_forms(site: Site, forms: dict[Meter, Replacement]) -> None:
    """As at the desk: with its checks, while the cloud is not running."""
    settings = site.settings
    with (
        closing(open_store(settings.store_url)) as store,
        site.database() as database,
        database.session() as session,
    ):
        desk = Desk(session, store, settings.zone, START_US, COMMAND)
        for meter, form in forms.items():
            point = _point(session, meter).id
            desk.enter(Entry(point, form.old_final, form.new_initial, form.at_us, "演练 drill"))


async def ratio(stage: Stage) -> Row:
    """Another transformer at noon, entered before and after its readings: what was before is not rescaled."""
    async with Site(stage) as site:
        site.add(2, meters=2)
        before, after = site.senders
        at_us = _slots(before, 2)[0]
        await site.register()
        _enter_ratios(site, before, at_us)
        await site.serve()
        site.start_senders()
        for sender in site.senders:
            sender.accept(one for one in _slots(sender) if one <= at_us)
            for counter in sender.counters.values():
                counter.factor = RATIO
            sender.accept(one for one in _slots(sender) if one > at_us)
        await site.delivered()
        await site.even()
        _enter_ratios(site, after, at_us)
        verdict: Verdict = await site.verdict()
    return row(verdict, 4, stage.seed, factor=RATIO)


def _enter_ratios(site: Site, sender: Sender, at_us: int) -> None:
    with site.database() as database, database.session() as session:
        for counter in sender.counters.values():
            enter_ratio(session, _point(session, counter.meter), at_us, str(RATIO), SAID)
