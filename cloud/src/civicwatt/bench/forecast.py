"""Day-ahead forecasts beside "as a week before", in one run: the simulated city, and many kinds of buildings.

The city's loads are sound. The other meters have gaps and faults in what a forecast learns from, days off of
other countries that no calendar tells, and are judged against what they would have shown, outside the faults.
"""

import time
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.analysis.forecast.day_ahead import rolling
from civicwatt_cloud.analysis.forecast.day_classes import of_days, of_plain_weeks
from civicwatt_protocols.quantity import MICRO
from civicwatt_sim.city import check_city
from civicwatt_sim.hourly import ARCHETYPES, FaultyMeter
from civicwatt_sim.hourly import meter as hourly_meter
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import EndUse
from civicwatt_sim.steps import STEPS_PER_BLOCK, STEPS_PER_DAY, first_step, start_us
from civicwatt_sim.weather import weather

SEEDS = (7, 11)
OF_EACH_KIND, HOURLY_SEED, CHINA_FROM = 4, 3, 2024  # a meter with China's days off begins in this year
FIRST, DAYS, WARM_UP = date(2025, 1, 1), 440, 75  # a year is judged, after a winter quarter
WEEK = 7
GOAL_PERCENT = 20.0
OFF_C = 1.5  # a forecast of the day's temperature is off by this much


def run(
    seeds: tuple[int, ...] = SEEDS, days: int = DAYS, kinds: Sequence[str] = tuple(ARCHETYPES)
) -> dict[str, Figure]:
    """All figures: of meters and of institutions, without weather and with a forecast of it; of kinds."""
    meters, institutions, outdoor = zip(*(_city(seed, days) for seed in seeds), strict=True)
    return {
        "day-ahead/meters": _compared("meters", meters, None, days),
        "day-ahead/institutions": _compared("institutions", institutions, None, days),
        "day-ahead/institutions, temperature": _compared("with temperature", institutions, outdoor, days),
        "day-ahead/kinds of buildings": _kinds(kinds),
    }


def _compared(
    what: str, cities: tuple[Numbers, ...], outdoor: tuple[Numbers, ...] | None, days: int
) -> Figure:
    progress(f"day-ahead forecasts: {what}")
    classes = of_days([FIRST + timedelta(days=number) for number in range(days)])
    ours, before, seconds = [], [], 0.0
    for place, load in enumerate(cities):
        began = time.process_time()
        said = rolling(load[:, :-1], classes, None if outdoor is None else outdoor[place])
        seconds += time.process_time() - began
        ours.append(_cv_rmse(said, load))
        before.append(_cv_rmse(np.roll(load, WEEK, axis=1), load))
    own, week = np.concatenate(ours), np.concatenate(before)
    better = (1.0 - own / week) * 100.0
    return figure(
        float(np.median(better)), "% better than the previous week", GOAL_PERCENT, at_least=True,
        cvrmse_percent=round(float(np.median(own)) * 100, 2),
        previous_week_cvrmse_percent=round(float(np.median(week)) * 100, 2),
        worst_percent_better=round(float(better.min()), 1),
        series=len(own), days=days - WARM_UP,
        ms_per_series_day=round(seconds * 1000 / (len(own) * days), 3),
    )  # fmt: skip


def _kinds(kinds: Sequence[str]) -> Figure:
    progress("day-ahead forecasts: kinds of buildings")
    made = [hourly_meter(kind, n, HOURLY_SEED, faults=3) for kind in kinds for n in range(OF_EACH_KIND)]
    own, week = np.array([_one(meter) for meter in made]).T
    better = (1.0 - own / week) * 100.0
    return figure(
        float(np.median(better)), "% better than the previous week", GOAL_PERCENT, at_least=True,
        cvrmse_percent=round(float(np.median(own)) * 100, 2),
        previous_week_cvrmse_percent=round(float(np.median(week)) * 100, 2),
        worst_percent_better=round(float(better.min()), 1),
        share_over_goal=round(float(np.mean(better >= GOAL_PERCENT)), 3),
        series=len(made), kinds=len(kinds),
    )  # fmt: skip


def _one(meter: FaultyMeter) -> tuple[float, float]:
    """CV(RMSE) of the forecast and of the week before, where both say something and nothing is wrong."""
    shown, sound = meter.value.reshape(1, -1, 24), meter.sound.reshape(1, -1, 24)
    days = [meter.first + timedelta(days=number) for number in range(shown.shape[1])]
    classes = of_days(days) if meter.first.year == CHINA_FROM else of_plain_weeks(days)
    said, before = rolling(shown[:, :-1], classes), np.roll(shown, WEEK, axis=1)
    judged = ~(meter.faulty().reshape(shown.shape) | np.isnan(said) | np.isnan(before))
    judged[:, :WARM_UP] = False
    mean = abs(float(np.mean(sound[judged])))
    ours, weeks = (float(np.sqrt(np.mean((one - sound)[judged] ** 2))) for one in (said, before))
    return ours / mean, weeks / mean


def _cv_rmse(said: Numbers, came: Numbers) -> Numbers:
    """√(mean of squared errors) / mean, of each series after the warm-up."""
    error = (said - came)[:, WARM_UP:]
    return np.asarray(np.sqrt(np.mean(error**2, axis=(1, 2))) / came[:, WARM_UP:].mean(axis=(1, 2)))


def _city(seed: int, days: int) -> tuple[Numbers, Numbers, Numbers]:
    """Hours of a city: its meters (without PV), the electricity of its institutions, the temperature."""
    city = check_city(seed, FIRST)
    meters = simulate(city)
    start = first_step(FIRST)
    stop = start + days * STEPS_PER_DAY
    load = {
        meter.device: meters[meter.device].increments(start_us(start), start_us(stop)).reshape(days, 24, 4)
        for _, _, meter in city.meters()
        if meter.end_use is not EndUse.PV
    }
    hours = {device: micro.sum(axis=2) / MICRO for device, micro in load.items()}
    electric: dict[str, list[Numbers]] = {}
    for institution, _, meter in city.meters():
        if meter.end_use not in (EndUse.PV, EndUse.WATER):
            electric.setdefault(institution.code, []).append(hours[meter.device])
    first_block, last_block = start // STEPS_PER_BLOCK, stop // STEPS_PER_BLOCK
    sky = np.concatenate([weather(seed, b).temperature_c for b in range(first_block, last_block + 1)])
    outdoor = sky[start - first_block * STEPS_PER_BLOCK :][: days * STEPS_PER_DAY]
    off = np.random.default_rng(seed).normal(0.0, OFF_C, (days, 1))
    return (
        np.stack(list(hours.values())),
        np.stack([np.sum(parts, axis=0) for parts in electric.values()]),
        outdoor.reshape(days, 24, 4).mean(axis=2) + off,
    )
