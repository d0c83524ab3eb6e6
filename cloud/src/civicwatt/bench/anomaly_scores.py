"""How good a detector is: by rows, by events, by the peace of those who get the alarms."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MONTH_H = 730.0


class Labelled(NamedTuple):
    """A series and its truth as rows [start, end)."""

    value: Floats
    truth: list[tuple[int, int]]


class Judged(NamedTuple):
    """What a detector says of each row."""

    score: Floats
    flag: Flags


def area_under_curve(faulty: Flags, score: Floats) -> float | None:
    """Chance that a faulty row scores above a sound one, ties half; None without both kinds.

    Source: Mann and Whitney, 1947.
    """
    _, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    faulty_rows, sound_rows = int(faulty.sum()), int((~faulty).sum())
    if not faulty_rows or not sound_rows:
        return None
    above = middle[rank][faulty].sum() - faulty_rows * (faulty_rows + 1) / 2
    return float(above / (faulty_rows * sound_rows))


def events(flag: Flags) -> list[tuple[int, int]]:
    """Runs of flagged rows [start, end)."""
    edges = np.diff(np.concatenate(([0], flag.astype(np.int8), [0])))
    return [
        (int(start), int(end))
        for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True)
    ]


def pooled(labels: Sequence[Labelled], judged: Sequence[Judged]) -> dict[str, float]:
    """The figures over all series; the area under the curve is the mean over those with a fault."""
    areas, delays = [], []
    right = flagged = faulty_rows = rows = alarms = true_alarms = faults = 0
    for (value, truth), (score, flag) in zip(labels, judged, strict=True):
        there = ~np.isnan(value)
        faulty = np.zeros(len(value), np.bool_)
        for start, end in truth:
            faulty[start:end] = True
            hits = np.flatnonzero(flag[start:end])
            faults += 1
            if len(hits):
                delays.append(int(hits[0]))
        area = area_under_curve(faulty[there], score[there])
        if area is not None:
            areas.append(area)
        right += int((flag & faulty & there).sum())
        flagged += int((flag & there).sum())
        faulty_rows += int((faulty & there).sum())
        rows += int(there.sum())
        every = events(flag)
        alarms += len(every)
        true_alarms += sum(bool(faulty[start:end].any()) for start, end in every)
    months = sum(len(value) for value, _ in labels) / MONTH_H
    shown = {
        "auc": float(np.mean(areas)) if areas else float("nan"),
        "f1": 2 * right / max(flagged + faulty_rows, 1),
        "event_precision": true_alarms / max(alarms, 1),
        "event_recall": len(delays) / max(faults, 1),
        "median_delay_h": float(np.median(delays)) if delays else float("nan"),
        "false_hours_percent": 100 * (flagged - right) / max(rows - faulty_rows, 1),
        "alarms_building_month": alarms / months,
        "false_alarms_building_month": (alarms - true_alarms) / months,
    }
    return {key: round(one, 3) for key, one in shown.items()}
