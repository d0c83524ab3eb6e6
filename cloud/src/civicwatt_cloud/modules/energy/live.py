"""What the meters say now, and today by hour beside the same day a week before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from civicwatt_cloud.kit.business_time import HOUR_US, date_of, day_start_us, iso
from civicwatt_cloud.modules.energy import repository
from civicwatt_cloud.modules.energy.meter_state import GOOD_US, MeterState, State, judge
from civicwatt_cloud.modules.energy.repository import HourlyPower
from civicwatt_cloud.modules.energy.schemas import (
    CounterOut,
    EndUseDay,
    EndUsePower,
    Live,
    Today,
    end_use_key,
)
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.metering import CONSUMING, ITEMS, Meter
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.points import Source
from civicwatt_cloud.timeseries.stores.readings import reason_of
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import format_micro, to_micro

HOURS = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """A meter as it was last seen."""

    state: MeterState
    value_us: int | None
    counter: CounterOut | None
    power_w: float | None


_NOT_READ = Seen(MeterState(State.UNKNOWN), None, None, None)


def metered(meters: Iterable[Meter]) -> list[Meter]:
    """Those that a gateway reads."""
    return [meter for meter in meters if meter.source is Source.METER]


def look(view: View, meters: Sequence[Meter]) -> dict[int, Seen]:
    """Each meter's state, counter and power, by the id of its consumption point."""
    points = [meter.point_id for meter in metered(meters)]
    points += [meter.power_point_id for meter in meters if meter.power_point_id is not None]
    latest = view.store.latest(points)
    places = {int(point): i for i, point in enumerate(latest.point)}

    def see(meter: Meter) -> Seen:
        if meter.source is not Source.METER:
            return _NOT_READ
        at = places.get(meter.point_id)
        if at is None:
            return Seen(judge(view.now_us, None, None, newest_is_gap=True), None, None, None)
        value_us = int(latest.value_ts_us[at])
        known_us = value_us if value_us >= 0 else None
        state = judge(
            view.now_us,
            known_us,
            reason_of(int(latest.reason[at])),
            newest_is_gap=int(latest.ts_us[at]) != value_us,
        )
        counter = None
        if known_us is not None:
            counter = CounterOut(
                value=format_micro(to_micro(float(latest.last_value[at]))),
                unit=MEASURES[meter.measure].unit,
                at=iso(known_us, view.zone),
            )
        power = None if meter.power_point_id is None else places.get(meter.power_point_id)
        is_fresh = (
            power is not None
            and state.state is State.GOOD
            and latest.ts_us[power] == latest.value_ts_us[power]
            and view.now_us - int(latest.value_ts_us[power]) <= GOOD_US
        )
        return Seen(state, known_us, counter, float(latest.last_value[power]) if is_fresh else None)

    return {meter.point_id: see(meter) for meter in meters}


def power(meters: Iterable[Meter], seen: dict[int, Seen], end_uses: Iterable[EndUse]) -> float | None:
    """The sum over the meters of these end uses that answer now [W]; None when none does."""
    wanted = set(end_uses)
    values = [seen[meter.point_id].power_w for meter in meters if meter.end_use in wanted]
    known = [value for value in values if value is not None]
    return round(sum(known), 3) if known else None


def online(meters: Iterable[Meter], seen: dict[int, Seen]) -> int:
    """How many of the meters answer."""
    return sum(seen[meter.point_id].state.state is State.GOOD for meter in meters)


def live(view: View, meters: Sequence[Meter], seen: dict[int, Seen]) -> Live:
    """The live picture of these meters."""
    return Live(
        at=iso(view.now_us, view.zone),
        power_w=power(meters, seen, CONSUMING),
        by_end_use=[
            EndUsePower(end_use=end_use_key(use), power_w=power(meters, seen, [use])) for use in ITEMS
        ],
        pv_power_w=power(meters, seen, [EndUse.PV]),
        meters_online=online(meters, seen),
        meters_total=len(metered(meters)),
        today=_today(view, meters),
    )


def _today(view: View, meters: Sequence[Meter]) -> Today:
    today = date_of(view.now_us, view.zone)
    points = [meter.point_id for meter in meters if meter.end_use in ITEMS]
    start = day_start_us(today, view.zone) // HOUR_US
    week_ago = day_start_us(today - timedelta(days=7), view.zone) // HOUR_US
    now = repository.hourly_power(view.session, points, start, start + HOURS)
    past = repository.hourly_power(view.session, points, week_ago, week_ago + HOURS)
    return Today(
        hours=list(range(HOURS)),
        running=view.now_us // HOUR_US - start,
        series=[_of_day([now.get((use, start + i)) for i in range(HOURS)], use) for use in ITEMS],
        last_week_kw=[_sum(past.get((use, week_ago + i)) for use in ITEMS) for i in range(HOURS)],
    )


def _of_day(hours: Sequence[HourlyPower | None], use: EndUse) -> EndUseDay:
    return EndUseDay(
        end_use=end_use_key(use),
        kw=[_rounded(hour and hour.kw) for hour in hours],
        quality=[(hour.quality if hour else Quality.MISSING).value for hour in hours],
    )


def _sum(hours: Iterable[HourlyPower | None]) -> float | None:
    known = [hour.kw for hour in hours if hour is not None]
    return _rounded(sum(known)) if known else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
