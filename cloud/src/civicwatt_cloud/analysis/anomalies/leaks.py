"""Water that flows when nobody draws any: the least hourly flow of each night."""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers, median

# [engineering default] each
NIGHT_FROM, NIGHT_TO = 0, 6
LEAST_HOURS = 4  # of a night must be known
NIGHTS = 3  # in a row: a pool that is filled is none
USUAL_NIGHTS = 28
ABOVE = 1.5  # of the usual night, and
OF_MEAN = 0.05  # at least this share of the mean flow above it


class Leak(NamedTuple):
    """Days [start, end) whose nights run above the usual."""

    start: int
    end: int
    flow: float  # above the usual night [m³/h]
    volume: float  # [m³] since the start


def night_minimum(flow: Numbers) -> Numbers:
    """Least flow of each night; flow: days × 24 [m³/h]. NaN where too little is known."""
    night = flow[:, NIGHT_FROM:NIGHT_TO]
    enough = np.count_nonzero(~np.isnan(night), axis=1) >= LEAST_HOURS
    least = np.where(np.isnan(night), np.inf, night).min(1, initial=np.inf)
    return np.where(enough, least, np.nan)


def leaks(flow: Numbers) -> list[Leak]:
    """Leaks, each found on the third night in a row; only nights before it say what is usual."""
    least = night_minimum(flow)
    quiet = least.copy()  # nights of a leak do not become usual
    found: list[Leak] = []
    run: list[int] = []
    usual = np.nan
    for day in range(len(least)):
        if not run:
            usual = float(median(quiet[max(0, day - USUAL_NIGHTS) : day, None], 0)[0]) if day else np.nan
        if np.isnan(least[day]):
            continue
        mean = float(np.nanmean(flow[max(0, day - USUAL_NIGHTS) : day + 1]))
        if least[day] > max(ABOVE * usual, usual + OF_MEAN * mean):
            run.append(day)
            quiet[day] = np.nan
            continue
        _keep(run, least, usual, found)
        run = []
    _keep(run, least, usual, found)
    return found


def _keep(run: list[int], least: Numbers, usual: float, found: list[Leak]) -> None:
    if len(run) >= NIGHTS:
        flow = float(np.mean(least[run]) - usual)
        days = run[-1] + 1 - run[0]
        found.append(Leak(run[0], run[-1] + 1, flow, flow * 24 * days))
