"""The month-end review: the same judgement with hindsight, from both sides of each row.

The series is judged forwards, and backwards with time turned round. Where one side has little to compare
with (its first eight weeks) the other counts for more. What only one side finds strange, as the first day
after a vacation, counts for less than what both do.
"""

import numpy as np

from civicwatt_cloud.analysis.anomalies.live import Pass, Series, live
from civicwatt_cloud.analysis.anomalies.past import DAYS, HOURS

MIRROR = 4  # so that Saturday and Sunday change places when days run backwards: 5 + 6 = 4 modulo 7
LEAST_SHARE = 0.1  # [engineering default] of a side that has seen nothing yet
STRICTER = 0.5  # [engineering default] of the weaker side; the stronger has the rest


def review(series: Series, forward: Pass | None = None) -> Pass:
    """Judge every row from both sides; `forward`: the live pass, where it is at hand."""
    first = forward or live(series)
    last = int(series.day.max(initial=0))
    turned = Series(
        day=last + (MIRROR - last) % 7 - series.day[::-1],
        hour=HOURS - 1 - series.hour[::-1],
        value=series.value[:, ::-1],
        temperature=None if series.temperature is None else series.temperature[:, ::-1],
    )
    second = live(turned)
    backward = Pass(second.score[:, ::-1], second.why[:, ::-1], second.expected[:, ::-1])
    return _joined(series, first, backward)


def _joined(series: Series, forward: Pass, backward: Pass) -> Pass:
    day = series.day.astype(float)
    behind = np.clip((day - day.min()) / DAYS, LEAST_SHARE, 1.0) if len(day) else day
    ahead = np.clip((day.max() - day) / DAYS, LEAST_SHARE, 1.0) if len(day) else day
    share = behind / (behind + ahead)
    mean = share * forward.score + (1 - share) * backward.score
    weaker = np.minimum(forward.score, backward.score)
    both_know = 2.0 * np.minimum(share, 1 - share)
    score = mean + both_know * STRICTER * (weaker - mean)
    why = np.where(share * forward.score >= (1 - share) * backward.score, forward.why, backward.why)
    ours, theirs = forward.expected, backward.expected
    expected = np.where(
        np.isnan(ours), theirs, np.where(np.isnan(theirs), ours, share * ours + (1 - share) * theirs)
    )
    return Pass(score, why, expected)
