"""Two usual detectors to stand beside: the hour of the week, and an isolation forest."""

from importlib.util import find_spec

import numpy as np

from civicwatt.bench.anomaly_scores import Judged
from civicwatt_sim.hourly import FaultyMeter

ROBUST_Z = 3.5  # Source: Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993
WEEK_H, BEHIND = 168, 8
TREES, SEED = 100, 7


def hour_of_week(one: FaultyMeter) -> Judged:
    """Deviation from the median of the hour of the week, by their median absolute deviation."""
    rows = np.arange(len(one.value))
    slot = (rows + one.first.weekday() * 24) % 168
    score = np.zeros(len(rows))
    floor = 0.01 * float(np.nanmedian(np.abs(one.value))) + 1e-9
    for number in range(168):
        at = slot == number
        middle = np.nanmedian(one.value[at])
        spread = np.nanmedian(np.abs(one.value[at] - middle))
        score[at] = 0.6745 * np.abs(one.value[at] - middle) / max(spread, floor)
    score = np.nan_to_num(score)
    return Judged(score, score > ROBUST_Z)


def trailing_hour_of_week(one: FaultyMeter) -> Judged:
    """The same from the eight weeks before each row, which sees no future."""
    weeks = -(-len(one.value) // WEEK_H)
    padded = np.full((weeks + BEHIND, WEEK_H), np.nan)
    padded.ravel()[BEHIND * WEEK_H : BEHIND * WEEK_H + len(one.value)] = one.value
    score = np.zeros((weeks, WEEK_H))
    floor = 0.01 * float(np.nanmedian(np.abs(one.value))) + 1e-9
    for week in range(weeks):
        past = padded[week : week + BEHIND]
        some = ~np.isnan(past).all(0)
        middle = np.nanmedian(past[:, some], axis=0)
        spread = np.nanmedian(np.abs(past[:, some] - middle), axis=0)
        score[week, some] = 0.6745 * np.abs(padded[week + BEHIND, some] - middle) / np.maximum(spread, floor)
    flat = np.nan_to_num(score.ravel()[: len(one.value)])
    return Judged(flat, flat > ROBUST_Z)


def has_forest() -> bool:
    """Whether scikit-learn is here; it comes with the extra `dev`."""
    return find_spec("sklearn") is not None


def forest(one: FaultyMeter) -> Judged:
    """An isolation forest on the value, its changes and its place in the day and the week."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - heavy, and for this bench only

    rows = np.arange(len(one.value))
    there = ~np.isnan(one.value)
    filled = np.interp(rows, rows[there], one.value[there])
    columns = np.column_stack(
        [
            filled,
            np.diff(filled, prepend=filled[0]),
            filled - np.concatenate((filled[:24], filled[:-24])),
            filled - np.concatenate((filled[:168], filled[:-168])),
            rows % 24,
            (rows // 24 + one.first.weekday()) % 7,
        ]
    )
    fitted = IsolationForest(n_estimators=TREES, random_state=SEED).fit(columns)
    score = -fitted.score_samples(columns)
    return Judged(np.where(there, score, 0.0), there & (fitted.predict(columns) < 0))
